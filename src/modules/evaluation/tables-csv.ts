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

function rowsOf(evidence: Evidence, table: ResultTable): Row[] | undefined {
  const rows = read(evidence, table)
  // No slice that does worse is a finding; no curve is a result that has none.
  return rows && (rows.length > 0 || evidence.kind === 'slices') ? rows : undefined
}

function read({ kind, result }: Evidence, table: ResultTable): Row[] | undefined {
  const of = (wanted: Evidence['kind'], rows: () => Row[]) => (kind === wanted ? rows() : undefined)
  switch (table) {
    case 'figures':
      return figureRows(result.figures)
    case 'limits':
      return records(result.limits).map(flat)
    case 'roc':
      return of('performance', () => rocRows(result))
    case 'calibration':
      return of('performance', () => calibrationRows(result.calibration))
    case 'lift':
      return of('performance', () => records(result.lift).map(flat))
    case 'confusion':
      return kind === 'fairness' ? ofGroups(result, confusionCells) : of('performance', () => confusionRows(result))
    case 'classes':
      return of('performance', () => records(result.classes).map(flat))
    case 'residuals':
      return of('performance', () => records(result.residuals).map(flat))
    case 'groups':
      return of('fairness', () => ofGroups(result, flat))
    case 'tests':
      return of('fairness', () => testRows(result))
    case 'thresholds':
      return of('fairness', () => thresholdRows(result.attributes))
    case 'impact':
      return of('fairness', () => [...ofAttributes(result.attributes, 'impact'), ...ofIntersection(result, 'impact')])
    case 'weights':
      return of('mitigation', () => ofAttributes(result.attributes, 'reweighing'))
    case 'plans':
      return of('mitigation', () => planRows(result.attributes))
    case 'slices':
      return of('slices', () => records(result.slices).map(sliceRow))
    case 'regressions':
      return of('slices', () => records(at(result.regressions, 'changes')).map(flat))
    case 'importance':
      return of('explanation', () => records(at(result.importance, 'features')).map(flat))
    case 'shapley':
      return of('explanation', () => records(at(result.shapley, 'features')).map(flat))
    case 'disturbances':
      return of('robustness', () => records(result.disturbances).map(flat))
  }
}

function figureRows(figures: unknown): Row[] {
  return entries(figures).map(([figure, value]) => ({
    figure,
    ...flat({ value }),
    n: numberIn(value, 'n'),
    reason: textIn(value, 'reason'),
  }))
}

/** With the precision that the rates and the sizes of the classes give. */
function rocRows({ roc, confusion }: Evidence['result']): Row[] {
  const count = (name: string) => numberIn(confusion, name) ?? 0
  const [positive, negative] = [count('tp') + count('fn'), count('fp') + count('tn')]
  return records(roc).map((point) => {
    const [caught, wrong] = [(numberIn(point, 'tpr') ?? 0) * positive, (numberIn(point, 'fpr') ?? 0) * negative]
    return { ...flat(point), precision: caught + wrong > 0 ? caught / (caught + wrong) : null }
  })
}

function calibrationRows(calibration: unknown): Row[] {
  return entries(calibration).flatMap(([method, own]) =>
    records(at(own, 'bins')).map((bin) => ({ method, ...flat(bin) })),
  )
}

/** Counts of two classes; of several a row for each label and prediction. */
function confusionRows({ confusion, labels }: Evidence['result']): Row[] {
  if (isRecord(confusion)) return [flat(confusion)]
  if (!Array.isArray(confusion) || !Array.isArray(labels)) return []
  const names = labels.map(String)
  return confusion.flatMap((counts, was) =>
    names.map((predicted, said) => ({
      was: names[was] ?? '',
      predicted,
      n: Array.isArray(counts) ? Number(counts[said] ?? 0) : null,
    })),
  )
}

function confusionCells({ group, n, counts }: Record<string, unknown>): Row {
  return { ...flat({ group, n }), ...(isRecord(counts) ? flat(counts) : {}) }
}

/** Every attribute and then the intersection. */
function ofGroups(
  { attributes, intersection }: Evidence['result'],
  cells: (row: Record<string, unknown>) => Row,
): Row[] {
  const own = entries(attributes).map(([attribute, held]) => ({ attribute, held }))
  const joined = isRecord(intersection) ? [{ attribute: textIn(intersection, 'name') ?? '', held: intersection }] : []
  return [...own, ...joined].flatMap(({ attribute, held }) =>
    records(at(held, 'groups')).map((row) => ({ attribute, ...cells(row) })),
  )
}

/** Every group against the highest, rate by rate. */
function testRows({ attributes, intersection }: Evidence['result']): Row[] {
  const joined = isRecord(intersection) ? [[textIn(intersection, 'name') ?? '', intersection] as const] : []
  return [...entries(attributes), ...joined].flatMap(([attribute, held]) =>
    entries(at(held, 'disparities')).flatMap(([rate, disparity]) =>
      records(at(disparity, 'comparisons')).map((row) => ({ attribute, rate, ...flat(row) })),
    ),
  )
}

/** Counts of each group at each cut. */
function thresholdRows(attributes: unknown): Row[] {
  return entries(attributes).flatMap(([attribute, own]) => {
    const effects = at(own, 'thresholds')
    const cuts = numbers(at(effects, 'cuts'))
    return records(at(effects, 'groups')).flatMap((group) => {
      const [selected, tp] = [numbers(group.selected), numbers(group.tp)]
      return cuts.map((cut, i) => ({
        attribute,
        ...flat(group),
        cut,
        present: cut === at(effects, 'present'),
        selected: selected[i] ?? null,
        tp: tp[i] ?? null,
      }))
    })
  })
}

/** What each plan does to each group. */
function planRows(attributes: unknown): Row[] {
  return entries(attributes).flatMap(([attribute, own]) =>
    records(at(own, 'plans')).flatMap((plan) =>
      entries(plan.rules).map(([group, rule]) => {
        const effect = at(plan.effects, group)
        const { constraint, objective, accuracy } = flat(plan)
        return {
          attribute,
          constraint: constraint ?? null,
          objective: objective ?? null,
          overall_accuracy: accuracy ?? null,
          group,
          ...(isRecord(rule) ? flat(rule) : {}),
          ...(isRecord(effect) ? flat(effect) : {}),
        }
      }),
    ),
  )
}

function ofAttributes(attributes: unknown, name: string): Row[] {
  return entries(attributes).flatMap(([attribute, own]) =>
    records(at(own, name)).map((row) => ({ attribute, ...flat(row) })),
  )
}

function ofIntersection({ intersection }: Evidence['result'], name: string): Row[] {
  return records(at(intersection, name)).map((row) => ({
    attribute: textIn(intersection, 'name') ?? '',
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
const entries = (value: unknown) => (isRecord(value) ? Object.entries(value) : [])
const numbers = (value: unknown) => (Array.isArray(value) ? value.filter((each) => typeof each === 'number') : [])

function numberIn(value: unknown, name: string): number | null {
  const found = at(value, name)
  return typeof found === 'number' ? found : null
}

function textIn(value: unknown, name: string): string | null {
  const found = at(value, name)
  return typeof found === 'string' ? found : null
}
