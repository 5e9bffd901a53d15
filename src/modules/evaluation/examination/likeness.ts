import { consistency, none, ok } from '../metrics/index.ts'
import type { Individual, Protocol } from '../schema.ts'
import type { Rows } from './read-rows.ts'

/** Every row is compared with every other, so only as many as take a moment. */
export const rowsCompared = 2000
const neighbours = 5
/** Rarer words of a column are one and the same. */
const mostWords = 50

/**
 * Whether like rows are decided alike, by what the model takes without the protected attributes: numbers in standard
 * deviations (missing ones at the mean), words as same (0) or other (1). Null where no row says what the model took.
 */
export function likeness({ sampled }: Rows, predicted: Uint8Array, { protected: left }: Protocol): Individual | null {
  if (!sampled || sampled.columns.size === 0) return null
  const features = [...sampled.columns.keys()].filter((name) => !left.includes(name))
  const columns = features.flatMap((name) => asNumbers(sampled.columns.get(name) ?? []))
  const decided = Uint8Array.from(sampled.rows, (row) => predicted[row] ?? 0)
  const said = { neighbours, rows: decided.length, features }
  if (columns.length === 0) return { consistency: none('no input besides the protected attributes'), ...said }
  if (decided.length <= neighbours) return { consistency: none(`no more than ${neighbours} rows`), ...said }
  return { consistency: ok(consistency(columns, decided, neighbours), { n: decided.length }), ...said }
}

function asNumbers(values: Float64Array | readonly unknown[]): Float64Array[] {
  return values instanceof Float64Array ? standardised(values) : indicators(values)
}

/** Nothing where the column is constant: it makes no row unlike another. */
function standardised(values: Float64Array): Float64Array[] {
  const known = values.filter(Number.isFinite)
  const mean = known.reduce((sum, each) => sum + each, 0) / known.length
  const spread = Math.sqrt(known.reduce((sum, each) => sum + (each - mean) ** 2, 0) / known.length)
  if (!(spread > 0)) return []
  return [values.map((value) => (Number.isFinite(value) ? (value - mean) / spread : 0))]
}

/** A column a word; two rows with other words are 1 apart. */
function indicators(values: readonly unknown[]): Float64Array[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
  if (counts.size < 2) return []
  const words = [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, mostWords)
    .map(([word]) => word)
  return words.map((word) => Float64Array.from(values, (value) => (String(value) === word ? Math.SQRT1_2 : 0)))
}
