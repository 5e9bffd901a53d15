import { NativeSelect } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { MetricPoint, Run } from '../../../src/modules/tracking/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { LineChart } from '../../ui/LineChart.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/States.tsx'
import { figureText } from '../../ui/Voice.tsx'
import { metricsOf } from './queries.ts'

const route = getRouteApi('/signed-in/compare')
/** A chart with more lines than this cannot be read; the table has all. */
const mostLines = 5
const none: readonly MetricPoint[] = []

/** One metric of all runs, by step. */
export function CompareCurves({ runs }: { runs: readonly Run[] }) {
  const { curve } = route.useSearch()
  const navigate = route.useNavigate()
  const keys = [
    ...new Set(runs.flatMap(({ metrics }) => metrics.filter(({ step }) => step > 0).map(({ key }) => key))),
  ].toSorted((a, b) => a.localeCompare(b))
  const key = keys.find((each) => each === curve) ?? keys[0]
  const queries = useQueries({ queries: runs.map((run) => metricsOf(run.id, key === undefined ? [] : [key])) })
  if (key === undefined) {
    return (
      <Card title="Metrics by step" flush>
        <EmptyState title="None of these runs logged a metric at more than one step." />
      </Card>
    )
  }
  const failed = queries.find((query) => query.error)
  const lines = runs.map((run, place) => ({ run, points: queries[place]?.data?.[0]?.points ?? none }))
  const drawn = lines.filter(({ points }) => points.length > 0)
  return (
    <Card
      title="Metrics by step"
      actions={
        <NativeSelect
          aria-label="Metric"
          size="xs"
          value={key}
          data={keys}
          onChange={(event) => {
            const next = event.currentTarget.value
            void navigate({ search: (old) => ({ ...old, curve: next }), replace: true })
          }}
        />
      }
    >
      {failed ? (
        <ErrorState error={failed.error} retry={() => failed.refetch()} />
      ) : queries.some(({ isPending }) => isPending) ? (
        <Skeleton lines={6} />
      ) : (
        <>
          <LineChart
            title={`${key} by step`}
            xLabel="step"
            yLabel={key}
            height={260}
            series={drawn.slice(0, mostLines).map(({ run, points }) => ({
              name: run.name || run.id.slice(0, 8),
              points: points.map(({ step, value }) => ({ x: step, y: typeof value === 'number' ? value : null })),
            }))}
          />
          {drawn.length > mostLines && (
            <p className="quiet small">
              The first {mostLines} of {drawn.length} runs are drawn; the table has all.
            </p>
          )}
          <details>
            <summary className="small quiet">As a table</summary>
            <Twin name={key} lines={drawn} />
          </details>
        </>
      )}
    </Card>
  )
}

type Line = { run: Run; points: readonly MetricPoint[] }
type Row = { step: number; values: readonly (number | string | undefined)[] }

function Twin({ name, lines }: { name: string; lines: readonly Line[] }) {
  const byStep = lines.map(({ points }) => new Map(points.map(({ step, value }) => [step, value])))
  const steps = [...new Set(byStep.flatMap((values) => [...values.keys()]))].toSorted((a, b) => a - b)
  const rows = steps.map((step): Row => ({ step, values: byStep.map((values) => values.get(step)) }))
  const columns: Column<Row>[] = [
    { key: 'step', header: 'Step', align: 'right', cell: (row) => row.step, value: (row) => row.step },
    ...lines.map(
      ({ run }, place): Column<Row> => ({
        key: run.id,
        header: run.name || run.id.slice(0, 8),
        align: 'right',
        cell: (row) => {
          const value = row.values[place]
          return typeof value === 'number' ? figureText(value, 4) : (value ?? '–')
        },
        value: (row) => row.values[place],
      }),
    ),
  ]
  return (
    <DataTable
      label={`${name} by step`}
      columns={columns}
      rows={rows}
      rowKey={(row) => String(row.step)}
      unit="step"
      keyboard={false}
    />
  )
}
