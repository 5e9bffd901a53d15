import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { bytes, Fact } from '../../ui/Voice.tsx'
import { artifactsOf } from './queries.ts'

type File = { path: string; is_dir: boolean; size?: number | null | undefined }

/** The artifacts of a run, one folder at a time. */
export function ArtifactList({ runId }: { runId: string }) {
  const [folder, setFolder] = useState('')
  const query = useQuery(artifactsOf(runId, folder))
  const columns: Column<File>[] = [
    {
      key: 'path',
      header: 'Path',
      cell: (file) =>
        file.is_dir ? (
          <Button kind="bare" style={{ marginLeft: -7 }} onClick={() => setFolder(file.path)}>
            <Fact>{file.path}/</Fact>
          </Button>
        ) : (
          <Fact>{file.path}</Fact>
        ),
      value: (file) => file.path,
    },
    {
      key: 'size',
      header: 'Size',
      align: 'right',
      cell: (file) => (typeof file.size === 'number' ? bytes(file.size) : '–'),
      value: (file) => file.size,
    },
  ]
  return (
    <Card
      title={folder ? `Artifacts in ${folder}` : 'Artifacts'}
      flush
      actions={
        folder && (
          <Button
            kind="bare"
            onClick={() => setFolder(folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '')}
          >
            Up one folder
          </Button>
        )
      }
    >
      <Loaded query={query} lines={3}>
        {(files) => (
          <DataTable
            label="Artifacts"
            columns={columns}
            rows={files}
            rowKey={(file) => file.path}
            unit="entry"
            units="entries"
            keyboard={false}
            empty={<EmptyState title={folder ? 'This folder is empty.' : 'This run logged no artifacts.'} />}
          />
        )}
      </Loaded>
    </Card>
  )
}
