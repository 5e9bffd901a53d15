import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ExperimentRow } from '../../../src/modules/tracking/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Page } from '../../ui/Page.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { TracesTab } from '../traces/TracesTab.tsx'
import { LoggedModelsTab } from './LoggedModelsTab.tsx'
import { NameDialog } from './NameDialog.tsx'
import { Note, noteTag } from './Note.tsx'
import { deleteExperiment, experiment, renameExperiment, restoreExperiment, setExperimentTag } from './queries.ts'
import { RunsTab } from './RunsTab.tsx'

const route = getRouteApi('/signed-in/experiments/$id')
const tabs = [
  { tab: undefined, title: 'Runs' },
  { tab: 'traces', title: 'Traces' },
  { tab: 'models', title: 'Logged models' },
] as const

export function ExperimentPage() {
  const { id } = route.useParams()
  const query = useQuery(experiment(id))
  return (
    <Loaded query={query} lines={8} what={`Experiment ${id}`}>
      {(about) => <Found about={about} />}
    </Loaded>
  )
}

function Found({ about }: { about: ExperimentRow }) {
  const { tab, filter, order, peek } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page
      title={about.name}
      intro={`${counted(about.runs, 'run')}, each with what it was given and what came out.`}
      actions={<Actions about={about} />}
    >
      <Note tags={about.tags} save={(text) => setExperimentTag(about.id, noteTag, text)} />
      <Tabs label="Parts of the experiment">
        {tabs.map((each) => (
          <Link
            key={each.title}
            from="/experiments/$id"
            to="."
            search={{ tab: each.tab }}
            activeOptions={{ exact: true, explicitUndefined: true }}
            aria-current={tab === each.tab ? 'page' : undefined}
          >
            {each.title}
          </Link>
        ))}
      </Tabs>
      {tab === undefined && <RunsTab name={about.name} />}
      {tab === 'models' && <LoggedModelsTab experimentId={about.id} filter={filter} />}
      {tab === 'traces' && (
        <TracesTab
          experimentId={about.id}
          search={{ filter, order, peek }}
          onSearch={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: 'peek' in change })}
        />
      )}
    </Page>
  )
}

function Actions({ about }: { about: ExperimentRow }) {
  const may = useMay()
  const client = useQueryClient()
  const [deleting, setDeleting] = useState(false)
  const restore = useMutation({
    mutationFn: () => restoreExperiment(about.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tracking'] }),
  })
  const deleted = about.lifecycle_stage === 'deleted'
  return (
    <>
      {deleted && <Tone tone="unknown">deleted</Tone>}
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
            title="Rename the experiment"
            action="Rename"
            name={about.name}
            run={(name) => renameExperiment(about.id, name)}
          />
          {about.id !== '0' && (
            <Button kind="refuse" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          )}
        </>
      )}
      <ReasonDialog
        opened={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete ${about.name}`}
        action="Delete"
        run={(reason) => deleteExperiment(about.id, reason)}
      >
        It leaves every list together with {counted(about.runs, 'run')}. Both can be restored.
      </ReasonDialog>
    </>
  )
}
