import { NativeSelect, TextInput } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { Run } from '../../../src/modules/tracking/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Fact, figureText } from '../../ui/Voice.tsx'
import { experiment, runsOf } from './queries.ts'
import { RunState } from './RunState.tsx'

const route = getRouteApi('/signed-in/experiments/$id')

export function ExperimentPage() {
  const { id } = route.useParams()
  const { filter, order } = route.useSearch()
  const navigate = route.useNavigate()
  const go = useGo()
  const about = useQuery(experiment(id))
  const query = useInfiniteQuery(runsOf(id, { filter, order_by: order }))
  const runs = query.data?.pages.flatMap((page) => page.runs) ?? []
  const metrics = commonest(runs.flatMap((run) => run.metrics.map((metric) => metric.key)))
  return (
    <Page title={about.data?.name ?? `Experiment ${id}`} intro="Every run, with what it was given and what came out.">
      <Filter
        key={filter ?? ''}
        filter={filter ?? ''}
        order={order ?? ''}
        metrics={metrics}
        onFilter={(next) => void navigate({ search: (old) => ({ ...old, filter: next || undefined }) })}
        onOrder={(next) => void navigate({ search: (old) => ({ ...old, order: next || undefined }) })}
      />
      <Loaded query={query} lines={8}>
        {() => (
          <Card title="Runs" flush>
            <DataTable
              label={`Runs of ${about.data?.name ?? id}`}
              columns={columnsOf(runs, metrics)}
              rows={runs}
              rowKey={(run) => run.id}
              unit="run"
              onOpen={(run) => go(`/runs/${run.id}`)}
              empty={
                <EmptyState title={filter ? 'No run fits this filter.' : 'This experiment has no runs.'}>
                  {filter ? 'The filter speaks MLflow: metrics.auc > 0.8 and params.model = "logistic".' : undefined}
                </EmptyState>
              }
              more={
                query.hasNextPage && (
                  <Button kind="bare" onClick={() => query.fetchNextPage()} busy={query.isFetchingNextPage}>
                    Show more runs
                  </Button>
                )
              }
            />
          </Card>
        )}
      </Loaded>
    </Page>
  )
}

type FilterProps = {
  filter: string
  order: string
  metrics: readonly string[]
  onFilter: (filter: string) => void
  onOrder: (order: string) => void
}

function Filter({ filter, order, metrics, onFilter, onOrder }: FilterProps) {
  const [text, setText] = useState(filter)
  function submit(event: FormEvent) {
    event.preventDefault()
    onFilter(text)
  }
  return (
    <form onSubmit={submit} className="row" style={{ marginBottom: 14 }}>
      <TextInput
        aria-label="Filter"
        placeholder="metrics.roc_auc > 0.8 and params.mitigation = 'none'"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        size="sm"
        style={{ flex: '1 1 220px' }}
        styles={{ input: { fontFamily: 'var(--fact)', fontSize: 12 } }}
      />
      <NativeSelect
        aria-label="Order"
        size="sm"
        value={order}
        onChange={(event) => onOrder(event.currentTarget.value)}
        data={[
          { value: '', label: 'Newest first' },
          ...metrics.map((key) => ({ value: `metrics.\`${key}\` DESC`, label: `Highest ${key}` })),
        ]}
      />
      <Button type="submit">Filter</Button>
    </form>
  )
}

/** The keys that most runs share, most frequent first, few enough for columns. */
function commonest(keys: readonly string[], most = 5): string[] {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts]
    .toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, most)
    .map(([key]) => key)
}

function columnsOf(runs: readonly Run[], metrics: readonly string[]): Column<Run>[] {
  const params = commonest(
    runs.flatMap((run) => run.params.map((param) => param.key)),
    4,
  )
  return [
    {
      key: 'run',
      header: 'Run',
      cell: (run) => (
        <Link to="/runs/$id" params={{ id: run.id }} style={{ fontWeight: 550 }}>
          {run.name || run.id.slice(0, 8)}
        </Link>
      ),
      value: (run) => run.name || run.id,
    },
    { key: 'state', header: 'State', cell: (run) => <RunState status={run.status} />, value: (run) => run.status },
    {
      key: 'started',
      header: 'Started',
      hideNarrow: true,
      cell: (run) => (run.start_time === null ? '–' : <Moment at={run.start_time} />),
      value: (run) => (run.start_time === null ? null : new Date(run.start_time).toISOString()),
    },
    ...metrics.map(
      (key): Column<Run> => ({
        key: `metric.${key}`,
        header: key,
        align: 'right',
        cell: (run) => metricText(run, key),
        value: (run) => run.metrics.find((metric) => metric.key === key)?.value,
      }),
    ),
    ...params.map(
      (key): Column<Run> => ({
        key: `param.${key}`,
        header: key,
        hideNarrow: true,
        cell: (run) => <Fact>{run.params.find((param) => param.key === key)?.value ?? '–'}</Fact>,
        value: (run) => run.params.find((param) => param.key === key)?.value,
      }),
    ),
  ]
}

function metricText(run: Run, key: string): string {
  const value = run.metrics.find((metric) => metric.key === key)?.value
  return typeof value === 'number' ? figureText(value, 4) : (value ?? '–')
}
