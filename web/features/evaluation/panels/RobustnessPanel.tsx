import { type Evidence, RobustnessResult } from '../../../../src/modules/evaluation/schema.ts'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { IntervalPlot } from '../../../ui/IntervalPlot.tsx'
import { useSorted } from '../../../ui/sorted.ts'
import { counted, figureText } from '../../../ui/Voice.tsx'
import { limitsOf } from '../limits.ts'
import { ResultAsItIs } from '../ResultAsItIs.tsx'
import { figureTitle } from '../results.ts'
import { figureColumns } from './columns.tsx'
import { RuleList } from './RuleList.tsx'
import { Warnings } from './Warnings.tsx'

type Disturbed = RobustnessResult['disturbances'][number]

const words: Record<Disturbed['disturbance'], string> = {
  noise: 'noise',
  missing: 'no value',
  out_of_range: 'out of range',
  swapped: 'another row’s',
}
const mostDrawn = 24

/** How predictions hold when inputs are disturbed, rules are tried and rows are drawn anew. */
export function RobustnessPanel({ item }: { item: Evidence }) {
  const { data: result } = RobustnessResult.safeParse(item.result)
  if (!result) return <ResultAsItIs item={item} />
  const drawn = result.disturbances
    .filter(({ flipped }) => flipped.state === 'ok')
    .toSorted((a, b) => shareOf(b) - shareOf(a))
    .slice(0, mostDrawn)
  const limit = limitsOf(item).find(({ figure }) => figure === 'disturbances.*.flipped')
  const { stability } = result
  const isDecision = drawn.length > 0
  return (
    <>
      <Warnings warnings={result.warnings} />
      {isDecision && (
        <Card title="Decisions that turn when one column is disturbed">
          <p className="small quiet">
            Share of {counted(result.rows, 'row')} that would be decided otherwise. Noise is a tenth of the column’s
            deviation; out of range lies beyond the data; another row’s value keeps the column’s distribution.
          </p>
          <IntervalPlot
            title="Share of decisions that turn"
            rows={drawn.map((row) => ({
              label: `${row.column}: ${words[row.disturbance]}`,
              n: null,
              value: shareOf(row),
              low: row.flipped.state === 'ok' ? (row.flipped.low ?? null) : null,
              high: row.flipped.state === 'ok' ? (row.flipped.high ?? null) : null,
              small: false,
            }))}
            limit={limit && { value: limit.limit, label: `limit ${figureText(limit.limit, 2)}` }}
          />
          {result.disturbances.length > mostDrawn && (
            <p className="small quiet">
              The {mostDrawn} strongest of {result.disturbances.length}.
            </p>
          )}
        </Card>
      )}
      <Card title="Every disturbance" flush>
        <DisturbanceTable rows={result.disturbances} />
      </Card>
      {result.rules.length > 0 && <RuleList rules={result.rules} />}
      <Card title="Over resamples">
        <p className="small quiet">
          {figureTitle(stability.figure)} on halves of the rows, drawn {counted(stability.resamples, 'time')}: between{' '}
          {figureText(stability.low)} and {figureText(stability.high)}, with a standard deviation of{' '}
          {figureText(stability.std)}.
        </p>
        <IntervalPlot
          title={`${figureTitle(stability.figure)} over resamples`}
          confidence="95 % of the resamples"
          rows={[
            {
              label: figureTitle(stability.figure),
              n: stability.resamples,
              value: stability.mean,
              low: stability.low,
              high: stability.high,
              small: false,
            },
          ]}
        />
      </Card>
    </>
  )
}

const shareOf = ({ flipped }: Disturbed) => (flipped.state === 'ok' ? flipped.value : 0)

function DisturbanceTable({ rows }: { rows: readonly Disturbed[] }) {
  const sorted = useSorted(rows, columns, { sort: 'flipped', direction: 'descending' })
  return (
    <DataTable
      {...sorted}
      label="Disturbances"
      columns={columns}
      rowKey={({ column, disturbance }) => `${column}/${disturbance}`}
      unit="disturbance"
      keyboard={false}
    />
  )
}

const columns: Column<Disturbed>[] = [
  { key: 'column', header: 'Column', sort: 'column', cell: ({ column }) => column, value: ({ column }) => column },
  {
    key: 'disturbance',
    header: 'Disturbed by',
    sort: 'disturbance',
    cell: ({ disturbance }) => words[disturbance],
    value: ({ disturbance }) => disturbance,
  },
  ...figureColumns<Disturbed>('flipped', 'Decisions turned', ({ flipped }) => flipped),
  {
    key: 'mean_change',
    header: 'Mean change',
    align: 'right',
    sort: 'mean_change',
    cell: ({ mean_change }) => figureText(mean_change),
    value: ({ mean_change }) => mean_change,
  },
  {
    key: 'largest_change',
    header: 'Largest change',
    align: 'right',
    sort: 'largest_change',
    hideNarrow: true,
    cell: ({ largest_change }) => figureText(largest_change),
    value: ({ largest_change }) => largest_change,
  },
]
