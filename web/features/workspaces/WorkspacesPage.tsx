import { useQuery } from '@tanstack/react-query'
import type { WorkspaceInfo } from '../../../src/modules/workspaces/schema.ts'
import { currentWorkspace, enterWorkspace } from '../../api/workspace.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { session } from '../access/queries.ts'
import { ArchiveWorkspace, RestoreWorkspace } from './ArchiveWorkspace.tsx'
import { NewWorkspace } from './NewWorkspace.tsx'
import { content, workspaces } from './queries.ts'

/** Every workspace that the reader may know of, and who answers for it. */
export function WorkspacesPage() {
  const query = useQuery(workspaces)
  return (
    <Page
      title="Workspaces"
      intro="Each has its own database, files, trail and roles; nothing in one is seen from another."
      actions={<NewWorkspace />}
    >
      <Loaded query={query} lines={5}>
        {(list) => (
          <Card title="Workspaces of this server" flush>
            <DataTable label="Workspaces" columns={columns} rows={list} rowKey={({ name }) => name} unit="workspace" />
          </Card>
        )}
      </Loaded>
    </Page>
  )
}

const namesOf = (each: WorkspaceInfo) => each.administrators.map(({ name }) => name).join(', ')

const columns: Column<WorkspaceInfo>[] = [
  { key: 'name', header: 'Name', cell: (each) => <Name workspace={each} />, value: (each) => each.name },
  {
    key: 'state',
    header: 'State',
    cell: (each) => (each.state === 'archived' ? <Tone tone="unknown">archived</Tone> : <Tone tone="met">in use</Tone>),
    value: (each) => each.state,
  },
  {
    key: 'administrators',
    header: 'Administered by',
    hideNarrow: true,
    cell: (each) => namesOf(each) || <Tone tone="attention">nobody</Tone>,
    value: namesOf,
  },
  {
    key: 'content',
    header: 'Holds',
    hideNarrow: true,
    cell: (each) => <Content name={each.name} />,
    value: () => '',
  },
  {
    key: 'since',
    header: 'Since',
    hideNarrow: true,
    cell: (each) => <Moment at={each.created_at} />,
    value: (each) => each.created_at,
  },
  {
    key: 'act',
    header: 'Change',
    align: 'right',
    cell: (each) => <Act workspace={each} />,
    value: () => '',
  },
]

function Name({ workspace }: { workspace: WorkspaceInfo }) {
  const { name, description, archive_reason } = workspace
  return (
    <div>
      <span style={{ fontWeight: 550 }}>{name}</span>
      {(archive_reason ?? description) && <div className="quiet">{archive_reason ?? description}</div>}
    </div>
  )
}

function Content({ name }: { name: string }) {
  const { data } = useQuery(content(name))
  if (!data) return <span className="quiet">…</span>
  const parts = [counted(data.models, 'model'), counted(data.runs, 'run'), counted(data.traces, 'trace')].filter(
    Boolean,
  )
  return parts.length > 0 ? parts.join(', ') : <span className="quiet">nothing yet</span>
}

const counted = (n: number, unit: string) => (n === 0 ? '' : `${n.toLocaleString('en')} ${unit}${n === 1 ? '' : 's'}`)

function Act({ workspace }: { workspace: WorkspaceInfo }) {
  const { data } = useQuery(session)
  const administers =
    data?.permissions.includes('access.write') || workspace.administrators.some(({ id }) => id === data?.person.id)
  const isHere = workspace.name === currentWorkspace()
  return (
    <div className="row" style={{ justifyContent: 'flex-end', gap: 4 }}>
      {administers && workspace.name !== 'main' && workspace.state === 'active' && (
        <ArchiveWorkspace name={workspace.name} />
      )}
      {administers && workspace.state === 'archived' && <RestoreWorkspace name={workspace.name} />}
      {isHere ? (
        <span className="quiet" style={{ fontFamily: 'var(--ui)' }}>
          You are here
        </span>
      ) : (
        workspace.joined && (
          <Button
            onClick={() => enterWorkspace(workspace.name)}
            aria-label={`Go there, to the workspace ${workspace.name}`}
          >
            Go there
          </Button>
        )
      )}
    </div>
  )
}
