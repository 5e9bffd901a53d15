import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Run } from '../../../src/modules/tracking/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { durationText } from '../../ui/duration.ts'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import { TracesTab } from '../traces/TracesTab.tsx'
import { ArtifactsTab } from './ArtifactsTab.tsx'
import { NameDialog } from './NameDialog.tsx'
import { Note, noteTag } from './Note.tsx'
import { parentOf } from './nest.ts'
import { deleteRuns, experiment, renameRun, restoreRuns, run, setRunTag } from './queries.ts'
import { RunOverview } from './RunOverview.tsx'
import { RunState } from './RunState.tsx'
import { tookMs } from './run-columns.tsx'

const route = getRouteApi('/signed-in/runs/$id')
const tabs = [
  { tab: undefined, title: 'Overview' },
  { tab: 'artifacts', title: 'Artifacts' },
  { tab: 'traces', title: 'Traces' },
] as const

export function RunPage() {
  const { id } = route.useParams()
  const query = useQuery({
    ...run(id),
    refetchInterval: (state) => (state.state.data?.status === 'RUNNING' ? 3000 : false),
  })
  return (
    <Loaded query={query} lines={10} what={`Run ${id.slice(0, 8)}`}>
      {(found) => <Found run={found} />}
    </Loaded>
  )
}

function Found({ run }: { run: Run }) {
  const { tab, filter, order, peek } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title={run.name || `Run ${run.id.slice(0, 8)}`} actions={<Actions run={run} />} intro={<Summary run={run} />}>
      <Note tags={run.tags} save={(text) => setRunTag(run.id, noteTag, text)} />
      <Tabs label="Parts of the run">
        {tabs.map((each) => (
          <Link
            key={each.title}
            from="/runs/$id"
            to="."
            search={{ tab: each.tab }}
            activeOptions={{ exact: true, explicitUndefined: true }}
            aria-current={tab === each.tab ? 'page' : undefined}
          >
            {each.title}
          </Link>
        ))}
      </Tabs>
      {tab === undefined && <RunOverview run={run} />}
      {tab === 'artifacts' && <ArtifactsTab runId={run.id} />}
      {tab === 'traces' && (
        <TracesTab
          experimentId={run.experiment_id}
          runId={run.id}
          search={{ filter, order, peek }}
          onSearch={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: 'peek' in change })}
        />
      )}
    </Page>
  )
}

function Actions({ run }: { run: Run }) {
  const may = useMay()
  const client = useQueryClient()
  const [deleting, setDeleting] = useState(false)
  const restore = useMutation({
    mutationFn: () => restoreRuns([run.id]),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tracking'] }),
  })
  const deleted = run.lifecycle_stage === 'deleted'
  return (
    <>
      {deleted ? <Tone tone="unknown">deleted</Tone> : <RunState status={run.status} />}
      {restore.error && <ErrorState error={restore.error} />}
      {may('tracking.write') && deleted && (
        <Button busy={restore.isPending} onClick={() => restore.mutate()}>
          Restore
        </Button>
      )}
      {may('tracking.write') && !deleted && (
        <>
          <NameDialog
            button="Rename"
            title="Rename the run"
            action="Rename"
            name={run.name}
            run={(name) => renameRun(run.id, name)}
          />
          <Button kind="refuse" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </>
      )}
      <ReasonDialog
        opened={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete ${run.name}`}
        action="Delete"
        run={(reason) => deleteRuns([run.id], reason)}
      >
        It leaves every list and can be restored from the deleted runs of its experiment.
      </ReasonDialog>
    </>
  )
}

function Summary({ run }: { run: Run }) {
  const { data } = useQuery(experiment(run.experiment_id))
  const parent = parentOf(run)
  const took = tookMs(run)
  return (
    <>
      In{' '}
      <Link to="/experiments/$id" params={{ id: run.experiment_id }}>
        {data?.name ?? run.experiment_id}
      </Link>
      {parent && (
        <>
          , part of{' '}
          <Link to="/runs/$id" params={{ id: parent }}>
            run {parent.slice(0, 8)}
          </Link>
        </>
      )}
      {run.start_time !== null && (
        <>
          , started <Moment at={run.start_time} />
          {took !== null && `, took ${durationText(took)}`}
        </>
      )}
      .
    </>
  )
}
