import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { bytes, Fact } from '../../ui/Voice.tsx'
import styles from './ArtifactsTab.module.css'
import { FilePreview } from './FilePreview.tsx'
import { nameOf } from './file-name.ts'
import { artifactsOf } from './queries.ts'

const route = getRouteApi('/signed-in/runs/$id')

type File = { path: string; is_dir: boolean; size?: number | null | undefined }

/** The artifacts of a run, one folder at a time, with a look into each file. */
export function ArtifactsTab({ runId }: { runId: string }) {
  const { folder = '', file } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(artifactsOf(runId, folder))
  const open = ({ path, is_dir }: File) =>
    void navigate({
      search: (old) => ({ ...old, folder: is_dir ? path || undefined : old.folder, file: is_dir ? undefined : path }),
      replace: !is_dir,
    })
  const columns: Column<File>[] = [
    {
      key: 'path',
      header: 'Name',
      cell: (entry) => (
        <Button kind="bare" style={{ marginLeft: -7 }} onClick={() => open(entry)}>
          <Fact>
            {nameOf(entry.path)}
            {entry.is_dir && '/'}
          </Fact>
        </Button>
      ),
      value: (entry) => entry.path,
    },
    {
      key: 'size',
      header: 'Size',
      align: 'right',
      cell: (entry) => (typeof entry.size === 'number' ? bytes(entry.size) : '–'),
      value: (entry) => entry.size,
    },
  ]
  const shown = query.data?.find(({ path }) => path === file)
  return (
    <div className={file ? styles.split : undefined}>
      <Card
        title={folder ? `Artifacts in ${folder}` : 'Artifacts'}
        flush
        actions={
          folder && (
            <Button
              kind="bare"
              onClick={() => open({ path: folder.slice(0, Math.max(0, folder.lastIndexOf('/'))), is_dir: true })}
            >
              Up one folder
            </Button>
          )
        }
      >
        <Loaded query={query} lines={4}>
          {(files) => (
            <DataTable
              label="Artifacts"
              columns={columns}
              rows={files}
              rowKey={(entry) => entry.path}
              unit="entry"
              units="entries"
              selected={file}
              onPeek={(entry) => !entry.is_dir && open(entry)}
              onOpen={open}
              empty={
                <EmptyState
                  title={folder ? 'This folder is empty.' : 'This run logged no artifacts.'}
                  {...(folder ? {} : { command: 'mlflow.log_artifact("report.html")' })}
                />
              }
            />
          )}
        </Loaded>
      </Card>
      {file && <FilePreview key={file} runId={runId} path={file} size={shown?.size ?? undefined} />}
    </div>
  )
}
