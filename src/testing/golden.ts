import { readSharedJson, readSharedText } from './shared.ts'

export type GoldenInput = {
  readonly file?: string
  readonly where?: Readonly<Record<string, string>>
  readonly columns?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}
export type GoldenCase = {
  readonly id: string
  readonly reference: {
    readonly library: string
    readonly function: string
    readonly parameters: Record<string, unknown>
  }
  readonly input: GoldenInput
  readonly expected: unknown
  readonly tolerance: { readonly rel: number; readonly abs: number }
}

/** Cases of one file of the golden folder. */
export function goldenCases(area: string, file: string): readonly GoldenCase[] {
  return readSharedJson<{ cases: GoldenCase[] }>('golden', area, file).cases
}

export type Table = { readonly length: number; readonly column: (name: string) => readonly string[] }

const parsed = new Map<string, { header: string[]; rows: string[][] }>()

/** Rows of the case's file after its `where`; these files quote nothing. */
export function goldenTable({ file = '', where = {} }: GoldenInput): Table {
  let table = parsed.get(file)
  if (!table) {
    const [header = '', ...lines] = readSharedText(...file.split('/'))
      .trimEnd()
      .split('\n')
    table = { header: header.split(','), rows: lines.map((line) => line.split(',')) }
    parsed.set(file, table)
  }
  const { header, rows } = table
  const kept = rows.filter((row) => Object.entries(where).every(([name, value]) => row[header.indexOf(name)] === value))
  return { length: kept.length, column: (name) => kept.map((row) => row[header.indexOf(name)] ?? '') }
}

/** A numeric column, one minus a column (`1 - name`), or 1 where a column reaches a threshold (`(name >= t)`). */
export function goldenNumbers(table: Table, expression: string): Float64Array {
  const [, name = '', threshold = ''] = /^\((\w+) >= ([\d.]+)\)$/.exec(expression) ?? []
  if (name) return Float64Array.from(table.column(name), (text) => (Number(text) >= Number(threshold) ? 1 : 0))
  const complement = expression.startsWith('1 - ')
  const values = table.column(complement ? expression.slice(4) : expression)
  return Float64Array.from(values, (text) => (complement ? 1 - Number(text) : Number(text)))
}

/** Paths at which the actual value does not agree with the expected one; numbers within the tolerance, the rest equal. */
export function disagreements(
  actual: unknown,
  expected: unknown,
  tolerance: GoldenCase['tolerance'],
  path = '',
): string[] {
  if (typeof expected === 'number') {
    const allowed = Math.max(tolerance.abs, tolerance.rel * Math.abs(expected))
    const agrees = typeof actual === 'number' && Math.abs(actual - expected) <= allowed
    return agrees ? [] : [`${path}: ${String(actual)} against ${expected}`]
  }
  if (typeof expected === 'object' && expected !== null) {
    const held = (actual ?? {}) as Record<string, unknown>
    return Object.entries(expected).flatMap(([key, value]) =>
      disagreements(held[key], value, tolerance, path === '' ? key : `${path}.${key}`),
    )
  }
  return actual === expected ? [] : [`${path}: ${String(actual)} against ${String(expected)}`]
}
