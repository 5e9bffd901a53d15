import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ExperimentRow } from '../../../src/modules/tracking/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tabs } from '../../ui/Tabs.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { FirstRun } from './FirstRun.tsx'
import { NameDialog } from './NameDialog.tsx'
import { createExperiment, deletedExperiments, experiments } from './queries.ts'

const route = getRouteApi('/signed-in/experiments')

export function ExperimentsPage() {
  const { view } = route.useSearch()
  const query = useQuery(view === 'deleted' ? deletedExperiments : experiments)
  const go = useGo()
  const may = useMay()
  const untouched = view === undefined && query.data?.every(({ id, runs }) => id === '0' && runs === 0)
  return (
    <Page
      title="Experiments"
      intro="Runs as MLflow clients logged them, grouped by experiment."
      actions={
        may('tracking.write') && (
          <NameDialog
            button="Make an experiment"
            title="Make an experiment"
            action="Make it"
            run={async (name) => go(`/experiments/${(await createExperiment(name)).id}`)}
          />
        )
      }
    >
      <Tabs label="Active and deleted experiments">
        <Link
          from="/experiments"
          to="."
          search={{ view: undefined }}
          activeOptions={{ exact: true, explicitUndefined: true }}
          aria-current={view === undefined ? 'page' : undefined}
        >
          Active
        </Link>
        <Link
          from="/experiments"
          to="."
          search={{ view: 'deleted' }}
          aria-current={view === 'deleted' ? 'page' : undefined}
        >
          Deleted
        </Link>
      </Tabs>
      {untouched && <FirstRun />}
      <Loaded query={query} lines={6}>
        {(list) => (
          <Card title={view === 'deleted' ? 'Deleted experiments' : 'Experiments'} flush>
            <DataTable
              label="Experiments"
              columns={columns}
              rows={list}
              rowKey={(row) => row.id}
              unit="experiment"
              onOpen={(row) => go(`/experiments/${row.id}`)}
              empty={
                <EmptyState title={view === 'deleted' ? 'No experiment is deleted.' : 'There is no experiment.'}>
                  {view === 'deleted' &&
                    'What is deleted stays here, with its runs, until a rule of retention takes it.'}
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
    </Page>
  )
}

const columns: Column<ExperimentRow>[] = [
  {
    key: 'name',
    header: 'Experiment',
    cell: (row) => (
      <Link to="/experiments/$id" params={{ id: row.id }} style={{ fontWeight: 550 }}>
        {row.name}
      </Link>
    ),
    value: (row) => row.name,
  },
  { key: 'id', header: 'Id', cell: (row) => <Fact>{row.id}</Fact>, value: (row) => row.id, hideNarrow: true },
  {
    key: 'runs',
    header: 'Runs',
    align: 'right',
    cell: (row) => row.runs.toLocaleString('en'),
    value: (row) => row.runs,
  },
  {
    key: 'last',
    header: 'Last run',
    cell: (row) => (row.last_run_at === null ? <span className="quiet">never</span> : <Moment at={row.last_run_at} />),
    value: (row) => (row.last_run_at === null ? null : new Date(row.last_run_at).toISOString()),
  },
]
