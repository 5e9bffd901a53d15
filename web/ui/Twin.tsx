import { Button } from './Button.tsx'
import { type Exportable, exportCsv } from './export.ts'
import styles from './Plot.module.css'
import { ScrollRegion } from './ScrollRegion.tsx'
import { figureText } from './Voice.tsx'

export type TwinColumn<Row> = { key: string; header: string; value: (row: Row) => Exportable }

type Props<Row> = { title: string; columns: readonly TwinColumn<Row>[]; rows: readonly Row[] }

/** What a chart draws, as a table to read and as a file to keep. */
export function Twin<Row>({ title, columns, rows }: Props<Row>) {
  return (
    <div className={styles.twin}>
      <details>
        <summary>The same as a table</summary>
        <ScrollRegion className={styles.scroll} label={`${title} as a table`}>
          <table className={styles.table}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.key} scope="col">
                    {column.header}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {keyed(rows).map(({ key, row }) => (
                <tr key={key}>
                  {columns.map((column) => (
                    <td key={column.key}>{cellText(column.value(row))}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </details>
      <span className={styles.csv}>
        <Button kind="bare" onClick={() => exportCsv(title, columns, rows)} aria-label={`Export ${title} as CSV`}>
          CSV
        </Button>
      </span>
    </div>
  )
}

/** Points of a curve have no name but their place. */
function keyed<Row>(rows: readonly Row[]): { key: string; row: Row }[] {
  return rows.map((row, place) => ({ key: `row-${place}`, row }))
}

function cellText(value: Exportable): string {
  if (typeof value === 'number') return Number.isInteger(value) ? value.toLocaleString('en') : figureText(value, 4)
  return value === null || value === undefined ? '–' : String(value)
}
