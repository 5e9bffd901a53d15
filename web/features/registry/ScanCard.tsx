import type { FileScan, ScanFinding } from '../../../src/modules/artifacts/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'

const tones = { unsafe: 'blocked', unknown: 'unknown', notice: 'attention' } as const

const columns: Column<ScanFinding>[] = [
  {
    key: 'severity',
    header: 'Found',
    cell: ({ severity }) => <Tone tone={tones[severity]}>{severity}</Tone>,
    value: ({ severity }) => severity,
  },
  { key: 'path', header: 'File', cell: ({ path }) => <Fact>{path}</Fact>, value: ({ path }) => path },
  { key: 'what', header: 'What', cell: ({ what }) => <Fact>{what}</Fact>, value: ({ what }) => what },
  {
    key: 'message',
    header: 'Meaning',
    cell: ({ message }) => message,
    value: ({ message }) => message,
    hideNarrow: true,
  },
]

/** What a look at the files showed when the version was sealed, without loading any of them. */
export function ScanCard({ version }: { version: ModelVersion }) {
  const { scan } = version.facts
  if (!scan) {
    return (
      <Card title="What the files would do when they are loaded">
        <p>
          <Tone tone="unknown">Nobody has looked</Tone> at the files of this version.
        </p>
      </Card>
    )
  }
  return (
    <Card title="What the files would do when they are loaded" flush={scan.findings.length > 0}>
      {scan.findings.length === 0 ? (
        <p>
          <Tone tone="met">Nothing unsafe, nothing unknown</Tone> in {countOf(scan)}, looked at with{' '}
          <Fact>{scan.scanner}</Fact>.
        </p>
      ) : (
        <DataTable
          label={`Findings in the files of ${version.model} ${version.version}`}
          columns={columns}
          rows={scan.findings}
          rowKey={({ path, rule, what }) => `${path} ${rule} ${what}`}
          unit="finding"
        />
      )}
    </Card>
  )
}

const countOf = ({ looked_at }: FileScan) =>
  looked_at === 1 ? 'one file' : `${looked_at} files and entries of archives`
