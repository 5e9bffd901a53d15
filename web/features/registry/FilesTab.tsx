import type { FileEntry, ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { EmptyState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { bytes, Fact } from '../../ui/Voice.tsx'
import { FactTable } from './FactTable.tsx'
import { fileAddress } from './queries.ts'
import { ScanCard } from './ScanCard.tsx'
import { WaiversCard } from './WaiversCard.tsx'

/** The manifest that was sealed at registration, and what was read out of the files. */
export function FilesTab({ version }: { version: ModelVersion }) {
  const columns: Column<FileEntry>[] = [
    {
      key: 'path',
      header: 'Path',
      cell: (file) => (
        <a href={fileAddress(version.model, version.version, file.path)} download>
          <Fact>{file.path}</Fact>
        </a>
      ),
      value: (file) => file.path,
    },
    { key: 'sha256', header: 'SHA-256', cell: (file) => <Digest value={file.sha256} />, value: (file) => file.sha256 },
    { key: 'size', header: 'Size', align: 'right', cell: (file) => bytes(file.size), value: (file) => file.size },
    {
      key: 'media',
      header: 'Type',
      cell: (file) => file.media_type,
      value: (file) => file.media_type,
      hideNarrow: true,
    },
  ]
  const { facts, manifest } = version
  return (
    <>
      <Card
        title={
          <>
            Sealed files, covered by the digest <Digest value={version.digest} />
          </>
        }
        flush
      >
        <DataTable
          label={`Files of ${version.model} ${version.version}`}
          columns={columns}
          rows={manifest.files}
          rowKey={(file) => file.path}
          unit="file"
          empty={<EmptyState title="This version has no files." />}
        />
      </Card>
      <ScanCard version={version} />
      <WaiversCard version={version} />
      {facts.problems.length > 0 && (
        <Card title="Facts that could not be read">
          {facts.problems.map((problem) => (
            <p key={problem.path}>
              <Tone tone="attention">
                <Fact>{problem.path}</Fact>
              </Tone>{' '}
              {problem.message}
            </p>
          ))}
        </Card>
      )}
      <div className="halves">
        <FactTable title="From the MLmodel file" facts={facts.mlmodel} />
        <FactTable title="From the ONNX graph" facts={facts.onnx} />
      </div>
      {manifest.signature && <FactTable title="Declared signature" facts={manifest.signature} />}
    </>
  )
}
