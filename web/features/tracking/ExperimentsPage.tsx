import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ExperimentRow } from '../../../src/modules/tracking/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Fact } from '../../ui/Voice.tsx'
import { experiments } from './queries.ts'

export function ExperimentsPage() {
  const query = useQuery(experiments)
  const go = useGo()
  return (
    <Page title="Experiments" intro="Runs as MLflow clients logged them, grouped by experiment.">
      <Loaded query={query} lines={6}>
        {(list) => (
          <Card title="Experiments" flush>
            <DataTable
              label="Experiments"
              columns={columns}
              rows={list}
              rowKey={(row) => row.id}
              unit="experiment"
              onOpen={(row) => go(`/experiments/${row.id}`)}
              empty={
                <EmptyState
                  title="Nothing has been logged yet."
                  command={`export MLFLOW_TRACKING_URI=${window.location.origin}`}
                >
                  Any MLflow client works unchanged against this address.
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
