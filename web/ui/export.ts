import { saveText } from './copy.ts'

export type Exportable = string | number | boolean | null | undefined
type ExportColumn<Row> = { key: string; header: string; value: (row: Row) => Exportable }

/** A cell that a spreadsheet would run as a formula is kept as text. */
function csvCell(value: Exportable): string {
  const text = value === null || value === undefined ? '' : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csvText<Row>(columns: readonly ExportColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map((column) => csvCell(column.header))]
  for (const row of rows) lines.push(columns.map((column) => csvCell(column.value(row))))
  return `${lines.map((cells) => cells.join(',')).join('\r\n')}\r\n`
}

function fileName(label: string, ending: string): string {
  return `${label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}.${ending}`
}

export function exportCsv<Row>(label: string, columns: readonly ExportColumn<Row>[], rows: readonly Row[]): void {
  saveText(fileName(label, 'csv'), csvText(columns, rows), 'text/csv')
}

export function exportJson<Row>(label: string, columns: readonly ExportColumn<Row>[], rows: readonly Row[]): void {
  const objects = rows.map((row) =>
    Object.fromEntries(columns.map((column) => [column.key, column.value(row) ?? null])),
  )
  saveText(fileName(label, 'json'), `${JSON.stringify(objects, null, 2)}\n`, 'application/json')
}
