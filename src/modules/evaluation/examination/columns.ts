import { identifier, openTable } from './table.ts'
import type { ColumnFacts, DescribedColumns, ExaminationLimits, TableFile } from './task.ts'

const mostColumns = 500
const fewValues = 20
const rowsLookedAt = 100_000

/** What the columns of a table hold, as far as a guess about their meaning needs it. */
export async function describeColumns(
  dataset: TableFile,
  limits: ExaminationLimits,
  tempDir: string,
): Promise<DescribedColumns> {
  const table = await openTable(dataset, { rows: limits.rows, memoryMb: Math.floor(limits.memoryMb / 2), tempDir })
  try {
    const names = table.columns.slice(0, mostColumns)
    await table.load(names.map((column) => ({ as: 'any', column })))
    const facts: ColumnFacts[] = []
    for (const name of names) facts.push(await describe(name))
    return { facts, more: table.columns.length - names.length }
  } finally {
    table.close()
  }

  async function describe(name: string): Promise<ColumnFacts> {
    const numeric = table.isNumeric(name)
    const words = `cast(${identifier(name)} as varchar)`
    const number = `try_cast(${words} as double)`
    const from = `(select ${identifier(name)} from kept limit ${rowsLookedAt})`
    const [counts = []] = await table.ask(
      `select count(distinct ${words}), count(*) filter (where ${words} is null), min(${number}), max(${number}),
        count(*) filter (where ${number} <> trunc(${number})), count(*) from ${from}`,
    )
    const [distinct = 0, missing = 0, low, high, broken = 0, rows = 0] = counts
    const values =
      Number(distinct) > fewValues
        ? []
        : await table.ask(
            `select ${words} as v from ${from} where v is not null group by v order by count(*) desc, v limit ${fewValues}`,
          )
    const finite = (value: unknown) => (numeric && typeof value === 'number' && Number.isFinite(value) ? value : null)
    return {
      name,
      numeric: numeric && Number(distinct) > 0,
      distinct: Number(distinct),
      rows: Number(rows),
      missing: Number(missing),
      low: finite(low),
      high: finite(high),
      whole: numeric && Number(broken) === 0,
      values: values.map(([value]) => String(value)),
    }
  }
}
