export type CsvValue = string | number | boolean | null | undefined
export type CsvColumn<Row> = { key: string; header: string; value: (row: Row) => CsvValue }

/** A cell that a spreadsheet would run as a formula is kept as text. */
function csvCell(value: CsvValue): string {
  const text = value === null || value === undefined ? '' : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** RFC 4180 with a header line. */
export function csvText<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map((column) => csvCell(column.header))]
  for (const row of rows) lines.push(columns.map((column) => csvCell(column.value(row))))
  return `${lines.map((cells) => cells.join(',')).join('\r\n')}\r\n`
}
