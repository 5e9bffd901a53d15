import type { Column } from '../../../ui/DataTable.tsx'
import { figureText } from '../../../ui/Voice.tsx'
import { groupLabel } from '../fairness-rows.ts'
import type { Figure } from '../results.ts'

/** A sortable column of figures: value with its interval below, or why there is none. In a file, limits and reason stand apart. */
export function figureColumns<Row>(
  key: string,
  header: string,
  of: (row: Row) => Figure | undefined,
  hideNarrow = false,
): Column<Row>[] {
  const part = (row: Row, which: 'value' | 'low' | 'high') => {
    const figure = of(row)
    return figure?.state === 'ok' ? figure[which] : undefined
  }
  const apart = (which: 'low' | 'high'): Column<Row> => ({
    key: `${key}_${which}`,
    header: `${header}, ${which}`,
    fileOnly: true,
    cell: (row) => part(row, which),
    value: (row) => part(row, which),
  })
  return [
    {
      key,
      header,
      align: 'right',
      sort: key,
      hideNarrow,
      cell: (row) => <FigureCell figure={of(row)} />,
      value: (row) => part(row, 'value'),
    },
    apart('low'),
    apart('high'),
  ]
}

/** A group and the attribute that makes it one. */
export const groupColumn = <Row extends { group: string; attribute: string }>(): Column<Row> => ({
  key: 'group',
  header: 'Group',
  sort: 'group',
  cell: (row) => (
    <>
      {groupLabel(row.group)} <span className="quiet small">by {row.attribute}</span>
    </>
  ),
  value: (row) => `${row.attribute}: ${row.group}`,
})

export const rowsColumn = <Row extends { n: number }>(): Column<Row> => ({
  key: 'n',
  header: 'Rows',
  align: 'right',
  sort: 'n',
  cell: (row) => row.n.toLocaleString('en'),
  value: (row) => row.n,
})

export function FigureCell({ figure }: { figure: Figure | undefined }) {
  if (!figure) return <>–</>
  if (figure.state !== 'ok') {
    return (
      <span className="quiet spoken small" style={{ whiteSpace: 'normal' }}>
        {figure.reason}
      </span>
    )
  }
  const { value, low, high } = figure
  return (
    <>
      {figureText(value)}
      {low !== undefined && high !== undefined && (
        <div className="quiet">
          {figureText(low, 2)} … {figureText(high, 2)}
        </div>
      )}
    </>
  )
}

/** Small p-values are said to be small, not spelled out. */
export function pText(p: number | null | undefined): string {
  if (p === null || p === undefined) return '–'
  return p < 0.001 ? '< 0.001' : figureText(p)
}
