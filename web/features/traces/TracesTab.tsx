import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { counted } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { deleteTraces, tracesOf } from './queries.ts'
import { TracePeek } from './TracePeek.tsx'
import { traceColumns } from './trace-columns.tsx'
import { pathOf } from './trace-path.ts'

type Search = { filter?: string | undefined; order?: string | undefined; peek?: string | undefined }
type Props = {
  experimentId: string
  /** Only the traces of this run. */
  runId?: string
  search: Search
  onSearch: (change: Search) => void
}

const live = 5000

export function TracesTab({ experimentId, runId, search, onSearch }: Props) {
  const { filter, order, peek } = search
  const go = useGo()
  const may = useMay()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [deleting, setDeleting] = useState(false)
  const query = useInfiniteQuery({
    ...tracesOf(experimentId, { filter: within(runId, filter), order_by: order }),
    refetchInterval: (state) => (state.state.error ? false : live),
  })
  const traces = query.data?.pages.flatMap((page) => page.traces) ?? []
  const peeked = traces.find((trace) => trace.id === peek)
  const selected = new Set(traces.map(({ id }) => id).filter((id) => chosen.has(id)))
  const sorted = order?.split(' ') ?? ['timestamp_ms', 'DESC']
  return (
    <>
      <FilterBox
        key={filter ?? ''}
        label="Filter traces"
        placeholder="status = 'ERROR' or execution_time_ms > 5000"
        filter={filter ?? ''}
        error={query.error}
        onFilter={(next) => onSearch({ filter: next || undefined })}
      />
      <div className={peeked ? 'cols' : undefined}>
        <Loaded query={filter && query.error ? { ...query, data: query.data ?? { pages: [] } } : query} lines={8}>
          {() => (
            <Card
              title="Traces"
              flush
              actions={
                may('tracking.write') &&
                selected.size > 0 && (
                  <Button kind="refuse" onClick={() => setDeleting(true)}>
                    Delete {counted(selected.size, 'trace')}
                  </Button>
                )
              }
            >
              <DataTable
                label="Traces"
                columns={traceColumns}
                rows={traces}
                rowKey={(trace) => trace.id}
                unit="trace"
                sort={sorted[0]}
                direction={sorted[1] === 'ASC' ? 'ascending' : 'descending'}
                onSort={(name) =>
                  onSearch({ order: `${name} ${sorted[0] === name && sorted[1] === 'DESC' ? 'ASC' : 'DESC'}` })
                }
                {...(may('tracking.write') ? { chosen: selected, onChoose: setChosen } : {})}
                selected={peek}
                onPeek={(trace) => onSearch({ peek: trace.id })}
                onOpen={(trace) => go(pathOf(trace))}
                empty={<NoTraces filtered={Boolean(filter)} experimentId={experimentId} />}
                more={
                  query.hasNextPage && (
                    <Button kind="bare" onClick={() => query.fetchNextPage()} busy={query.isFetchingNextPage}>
                      Show more traces
                    </Button>
                  )
                }
              />
            </Card>
          )}
        </Loaded>
        {peeked && <TracePeek key={peeked.id} trace={peeked} onClose={() => onSearch({ peek: undefined })} />}
      </div>
      <ReasonDialog
        opened={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete ${counted(selected.size, 'trace')}`}
        action="Delete for good"
        run={(reason) => deleteTraces(experimentId, { ids: [...selected], reason })}
        done={() => setChosen(new Set())}
      >
        They go with their spans and with what was said of them, and cannot be restored. The trail keeps their ids.
      </ReasonDialog>
    </>
  )
}

function within(runId: string | undefined, filter: string | undefined): string | undefined {
  if (runId === undefined) return filter
  const ofRun = `run_id = '${runId}'`
  return filter ? `${ofRun} AND (${filter})` : ofRun
}

function NoTraces({ filtered, experimentId }: { filtered: boolean; experimentId: string }) {
  if (filtered) {
    return (
      <EmptyState title="No trace fits this filter.">
        It speaks MLflow, with OR, NOT and parentheses: span.name = 'lookup' and not status = 'OK'.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      title="No traces yet."
      command={[
        `export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${window.location.origin}/v1/traces`,
        `export OTEL_EXPORTER_OTLP_TRACES_HEADERS="Authorization=Bearer mk_…,X-MLflow-Experiment-Id=${experimentId}"`,
      ].join('\n')}
    >
      MLflow clients send them by themselves (@mlflow.trace, mlflow.openai.autolog()); any OpenTelemetry exporter needs
      two variables and a{' '}
      <Link to="/people" search={{ tab: 'tokens' }}>
        token
      </Link>{' '}
      with tracking.write.
    </EmptyState>
  )
}
