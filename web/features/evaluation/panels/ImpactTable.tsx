import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { useSorted } from '../../../ui/sorted.ts'
import { Tone } from '../../../ui/Tone.tsx'
import { figureText } from '../../../ui/Voice.tsx'
import type { AttributeFairness, ImpactRow } from '../results.ts'
import { figureColumns, groupColumn, pText, rowsColumn } from './columns.tsx'

type Row = ImpactRow & { attribute: string }
type Props = { attributes: readonly { name: string; fairness: AttributeFairness }[] }

/** The table of impact ratios that New York City's Local Law 144 has employers publish. */
export function ImpactTable({ attributes }: Props) {
  const rows = attributes.flatMap(({ name, fairness }) =>
    fairness.impact.map((row): Row => ({ ...row, attribute: name })),
  )
  const table = useSorted(rows, columns)
  if (rows.length === 0) return null
  const failing = rows.filter(({ passes }) => passes === false).length
  return (
    <Card
      title={
        failing === 0
          ? 'Impact ratios: every group is chosen at least four fifths as often as the highest'
          : `Impact ratios: ${failing} of ${rows.length} groups are chosen less than four fifths as often as the highest`
      }
      flush
    >
      <p className="quiet small" style={{ margin: '0 14px 6px' }}>
        As New York City's Local Law 144 asks. A shortfall is how many more of a group would have to be chosen, all else
        equal.
      </p>
      <DataTable
        label="Impact ratios"
        columns={columns}
        {...table}
        rowKey={(row) => `${row.attribute}/${row.group}`}
        unit="group"
        keyboard={false}
      />
    </Card>
  )
}

const columns: Column<Row>[] = [
  groupColumn(),
  rowsColumn(),
  {
    key: 'selected',
    header: 'Chosen',
    align: 'right',
    sort: 'selected',
    cell: (row) => row.selected?.toLocaleString('en') ?? '–',
    value: (row) => row.selected,
  },
  ...figureColumns<Row>('selection_rate', 'Selection rate', (row) => row.selection_rate, true),
  ...figureColumns<Row>('impact_ratio', 'Impact ratio', (row) => row.impact_ratio),
  {
    key: 'passes',
    header: 'Four fifths',
    cell: (row) =>
      row.passes === null ? (
        <Tone tone="unknown">cannot be said</Tone>
      ) : row.passes ? (
        <Tone tone="met">reached</Tone>
      ) : (
        <Tone tone="attention">not reached</Tone>
      ),
    value: (row) => row.passes,
  },
  {
    key: 'shortfall',
    header: 'Shortfall',
    align: 'right',
    sort: 'shortfall',
    hideNarrow: true,
    cell: (row) => figureText(row.shortfall, 0),
    value: (row) => row.shortfall,
  },
  {
    key: 'p_adjusted',
    header: 'p, adjusted',
    align: 'right',
    sort: 'p_adjusted',
    hideNarrow: true,
    cell: (row) => pText(row.p_adjusted),
    value: (row) => row.p_adjusted,
  },
]
