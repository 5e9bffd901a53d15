import { notFound } from '../../lib/errors.ts'
import type { Evidence, ResultTable } from './schema.ts'

type Cell = string | number | boolean | null
type Row = { readonly [column: string]: Cell }

/** A table of a result as CSV (RFC 4180), for spreadsheets and for training again. */
export function tableCsv(evidence: Evidence, table: ResultTable): string {
  const rows = rowsOf(evidence, table)
  if (!rows) throw notFound(`table of ${evidence.kind} evidence`, table)
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))]
  return lines.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('')
}

/** A text that a spreadsheet would take for a formula is kept from being one. */
function cellText(value: Cell): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function rowsOf({ kind, result }: Evidence, table: ResultTable): Row[] | undefined {
  switch (table) {
    case 'weights':
      return kind === 'mitigation' ? ofAttributes(result.attributes, 'reweighing') : undefined
    case 'impact':
      return kind === 'fairness' ? [...ofAttributes(result.attributes, 'impact'), ...ofIntersection(result)] : undefined
    case 'groups':
      return kind === 'fairness' ? ofAttributes(result.attributes, 'groups') : undefined
    case 'slices':
      return kind === 'slices' ? records(result.slices).map(sliceRow) : undefined
    case 'importance':
      return kind === 'explanation' ? records(at(result.importance, 'features')).map(flat) : undefined
    case 'shapley':
      return kind === 'explanation' ? records(at(result.shapley, 'features')).map(flat) : undefined
    case 'disturbances':
      return kind === 'robustness' ? records(result.disturbances).map(flat) : undefined
  }
}

function ofAttributes(attributes: unknown, name: string): Row[] {
  if (!isRecord(attributes)) return []
  return Object.entries(attributes).flatMap(([attribute, own]) =>
    records(at(own, name)).map((row) => ({ attribute, ...flat(row) })),
  )
}

function ofIntersection({ intersection }: Evidence['result']): Row[] {
  const name = at(intersection, 'name')
  return records(at(intersection, 'impact')).map((row) => ({
    attribute: typeof name === 'string' ? name : '',
    ...flat(row),
  }))
}

const sliceRow = ({ conditions, ...rest }: Record<string, unknown>): Row => ({
  slice: records(conditions)
    .map(({ column, label }) => `${column} = ${label}`)
    .join(' and '),
  ...flat(rest),
})

/** Figures become their value with their interval; what is a table itself is left out. */
function flat(row: Record<string, unknown>): Row {
  const cells: { [column: string]: Cell } = {}
  for (const [name, value] of Object.entries(row)) {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      cells[name] = value
    } else if (name === 'rates' && isRecord(value)) Object.assign(cells, flat(value))
    else if (isRecord(value) && typeof value.state === 'string') {
      cells[name] = typeof value.value === 'number' ? value.value : null
      if (typeof value.low === 'number') cells[`${name}_low`] = value.low
      if (typeof value.high === 'number') cells[`${name}_high`] = value.high
    }
  }
  return cells
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const records = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : [])
const at = (value: unknown, name: string) => (isRecord(value) ? value[name] : undefined)
