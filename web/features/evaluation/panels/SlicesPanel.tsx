import { type Evidence, SlicesResult } from '../../../../src/modules/evaluation/schema.ts'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { EmptyState } from '../../../ui/States.tsx'
import { useSorted } from '../../../ui/sorted.ts'
import { Tone } from '../../../ui/Tone.tsx'
import { counted, figureText, signed } from '../../../ui/Voice.tsx'
import { ResultAsItIs } from '../ResultAsItIs.tsx'
import { pText } from './columns.tsx'

type Slice = SlicesResult['slices'][number]
type Change = NonNullable<SlicesResult['regressions']>['changes'][number]

const lossNames: Record<SlicesResult['loss'], string> = {
  log_loss: 'log loss',
  zero_one: 'share of wrong decisions',
  absolute_error: 'absolute error',
}

/** The sub-populations in which it does worst, and where it does worse than the version before. */
export function SlicesPanel({ item }: { item: Evidence }) {
  const { data: result } = SlicesResult.safeParse(item.result)
  if (!result) return <ResultAsItIs item={item} />
  return (
    <>
      <Worst result={result} />
      <Regressions result={result} />
    </>
  )
}

function Worst({ result }: { result: SlicesResult }) {
  const table = useSorted(result.slices, sliceColumns)
  const { loss, looked_at, searched, mean_loss, columns } = result
  return (
    <Card title={`Where the ${lossNames[loss]} is highest; over all rows it is ${figureText(mean_loss)}`} flush>
      <p className="quiet small" style={{ margin: '0 14px 6px' }}>
        {counted(looked_at, 'slice')} of {counted(searched, 'row')} by {columns.join(', ')}. p is one-sided and adjusted
        for everything that was looked at; the effect is in standard deviations of the loss.
      </p>
      <DataTable
        label="Slices"
        columns={sliceColumns}
        {...table}
        rowKey={slicePlace}
        unit="slice"
        keyboard={false}
        empty={<EmptyState title="No slice does worse than chance explains." />}
      />
    </Card>
  )
}

const slicePlace = ({ conditions }: Slice) => conditions.map(({ column, label }) => `${column} ${label}`).join(' and ')
const number = <Row,>(key: string, header: string, of: (row: Row) => number, hideNarrow = false): Column<Row> => ({
  key,
  header,
  align: 'right',
  sort: key,
  hideNarrow,
  cell: (row) => figureText(of(row)),
  value: of,
})
const rows = <Row extends { n: number }>(): Column<Row> => ({
  key: 'n',
  header: 'Rows',
  align: 'right',
  sort: 'n',
  cell: (row) => row.n.toLocaleString('en'),
  value: (row) => row.n,
})
const chance = <Row extends { p: number }>(): Column<Row> => ({
  key: 'p',
  header: 'p, adjusted',
  align: 'right',
  sort: 'p',
  cell: (row) => pText(row.p),
  value: (row) => row.p,
})

const sliceColumns: Column<Slice>[] = [
  { key: 'slice', header: 'Slice', sort: 'slice', cell: slicePlace, value: slicePlace },
  rows(),
  number('mean_loss', 'Loss', (row) => row.mean_loss),
  number('other_loss', 'Elsewhere', (row) => row.other_loss, true),
  number('effect', 'Effect', (row) => row.effect),
  chance(),
]

function Regressions({ result }: { result: SlicesResult }) {
  const { regressions, no_regressions } = result
  const table = useSorted(regressions?.changes ?? [], changeColumns)
  if (!regressions) {
    return (
      <Card title="Against the version before" flush>
        <EmptyState title="There is no comparison with the version before.">{no_regressions ?? ''}</EmptyState>
      </Card>
    )
  }
  const { version, before, after } = regressions
  const worse = regressions.changes.filter(({ change, p }) => change > 0 && p < 0.05).length
  return (
    <Card
      title={`Against version ${version}, on the same rows: loss ${figureText(before)} then, ${figureText(after)} now, and ${worse === 0 ? 'no slice is worse' : `${counted(worse, 'slice')} worse`}`}
      flush
    >
      <DataTable
        label={`Slices against version ${version}`}
        columns={changeColumns}
        {...table}
        rowKey={(row) => `${row.column} ${row.label}`}
        unit="slice"
        keyboard={false}
        empty={<EmptyState title="No slice was large enough to compare." />}
      />
    </Card>
  )
}

const changeColumns: Column<Change>[] = [
  {
    key: 'slice',
    header: 'Slice',
    sort: 'slice',
    cell: (row) => `${row.column} ${row.label}`,
    value: (row) => `${row.column} ${row.label}`,
  },
  rows(),
  number('before', 'Loss then', (row) => row.before, true),
  number('after', 'Loss now', (row) => row.after, true),
  {
    key: 'change',
    header: 'Change',
    align: 'right',
    sort: 'change',
    cell: (row) => signed(row.change),
    value: (row) => row.change,
  },
  chance(),
  {
    key: 'verdict',
    header: 'Verdict',
    hideNarrow: true,
    cell: (row) =>
      row.p >= 0.05 ? (
        <span className="quiet">within chance</span>
      ) : row.change > 0 ? (
        <Tone tone="attention">worse</Tone>
      ) : (
        <Tone tone="met">better</Tone>
      ),
    value: (row) => (row.p >= 0.05 ? 'within chance' : row.change > 0 ? 'worse' : 'better'),
  },
]
