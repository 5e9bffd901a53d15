import { CompiledQuery } from 'kysely'
import type { Engine, Tx } from './database.ts'

export type BulkTarget = {
  readonly table: string
  readonly columns: readonly string[]
  /** What follows the rows, such as `on conflict do nothing`. */
  readonly suffix?: string
}

const mostRows = 512
/** So few rows go in one statement of their own size. */
const fewRows = 16
const texts = new Map<string, string>()

/**
 * Inserts many rows with few statements. More than a few rows go in groups of 512, 256, 128 … so that a handful of prepared
 * statements serves every number of rows.
 */
export async function insertMany(
  tx: Tx,
  engine: Engine,
  target: BulkTarget,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  let from = 0
  while (from < rows.length) {
    const left = rows.length - from
    const count = left <= fewRows ? left : Math.min(mostRows, 2 ** Math.floor(Math.log2(left)))
    const values = rows.slice(from, from + count).flat()
    await tx.executeQuery(CompiledQuery.raw(statement(engine, target, count), values))
    from += count
  }
}

function statement(engine: Engine, { table, columns, suffix = '' }: BulkTarget, count: number): string {
  const key = `${engine} ${table} ${columns.length} ${count} ${suffix}`
  const known = texts.get(key)
  if (known) return known
  const width = columns.length
  const row = (index: number) =>
    `(${columns.map((_, column) => (engine === 'sqlite' ? '?' : `$${index * width + column + 1}`)).join(', ')})`
  const rows = Array.from({ length: count }, (_, index) => row(index)).join(', ')
  const names = columns.map((name) => `"${name}"`).join(', ')
  const text = `insert into "${table}" (${names}) values ${rows} ${suffix}`
  texts.set(key, text)
  return text
}
