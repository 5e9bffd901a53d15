import { Button } from '../../../ui/Button.tsx'
import { exportCsv } from '../../../ui/export.ts'
import { ScrollRegion } from '../../../ui/ScrollRegion.tsx'
import styles from './ConfusionTable.module.css'

type Props = {
  title: string
  rowName: string
  columnName: string
  labels: readonly string[]
  counts: readonly (readonly number[])[]
}
type Row = { label: string; counts: readonly number[]; sum: number }

/** Counts of what was against what was said; the darker, the larger its share of the row. */
export function CountMatrix({ title, rowName, columnName, labels, counts }: Props) {
  const rows: Row[] = labels.map((label, at) => {
    const own = counts[at] ?? []
    return { label, counts: own, sum: own.reduce((sum, each) => sum + each, 0) }
  })
  const columns = [
    { key: 'was', header: rowName, value: (row: Row) => row.label },
    ...labels.map((label, at) => ({
      key: `p-${label}`,
      header: `${columnName} ${label}`,
      value: (row: Row) => row.counts[at] ?? 0,
    })),
  ]
  return (
    <>
      <ScrollRegion label={title} style={{ overflowX: 'auto' }}>
        <table className={styles.table}>
          <caption className={styles.hidden}>{title}</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className={styles.hidden}>{rowName}</span>
              </th>
              {labels.map((label) => (
                <th key={label} scope="col">
                  {columnName} {label}
                </th>
              ))}
              <th scope="col">all</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={row.label}>
                <th scope="row">
                  {rowName} {row.label}
                </th>
                {labels.map((label, column) => (
                  <td key={label} style={shade(row, column)} data-right={at === column}>
                    {(row.counts[column] ?? 0).toLocaleString('en')}
                  </td>
                ))}
                <td className={styles.sum}>{row.sum.toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <Button kind="bare" onClick={() => exportCsv(title, columns, rows)} aria-label={`Export ${title} as CSV`}>
        CSV
      </Button>
    </>
  )
}

/** The accent, by the share of the row; never so dark that ink on it would not read. */
function shade({ counts, sum }: Row, column: number) {
  const share = sum === 0 ? 0 : (counts[column] ?? 0) / sum
  return { background: `color-mix(in srgb, var(--accentbg) ${Math.round(share * 100)}%, transparent)` }
}
