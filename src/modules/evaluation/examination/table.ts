import { dirname } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { badRequest } from '../../../lib/errors.ts'
import { confine, tableSource } from '../../../lib/table-source.ts'
import type { TableFile } from './task.ts'

/** One column to read: as numbers, as words, as whatever it holds, or as whether it holds the favourable value. */
export type Wanted =
  | { readonly as: 'number' | 'integer' | 'text' | 'any'; readonly column: string }
  | { readonly as: 'label'; readonly column: string; readonly positive: string | number }

/** A batch: for each wanted column its values, null where the table has none. */
export type Batch = { readonly rows: number; readonly columns: readonly (readonly unknown[])[] }

export type Table = {
  readonly columns: readonly string[]
  /** Checks the columns and returns the number of rows; `batches` then delivers them in the order of the file. */
  load(wanted: readonly Wanted[]): Promise<number>
  batches(): AsyncGenerator<Batch>
  /** Numbers, from 0, of the first two rows that hold a value. */
  rowsWith(column: string, value: string): Promise<readonly number[]>
  /** Whether a column that was loaded as `any` holds numbers only. */
  isNumeric(column: string): boolean
  /** Rows that SQL computes over the loaded columns, which are the table `kept`. */
  ask(sql: string): Promise<readonly (readonly unknown[])[]>
  close(): void
}

/** A CSV or Parquet file as columns, read as the datasets module reads it, with nothing else of the machine in sight. */
export async function openTable(
  { path, name, format }: TableFile,
  limits: { rows: number; memoryMb: number; tempDir: string },
): Promise<Table> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  const { tempDir: temporary, memoryMb } = limits
  await confine(connection, { folders: [dirname(path)], temporary, memory: `${memoryMb}MB`, threads: 1 })
  const read = async () => {
    const from = await tableSource(connection, path, format, { asWords: true })
    return { from, columns: await describe(connection, from) }
  }
  const { from: source, columns: types } = await read().catch((error) => {
    connection.closeSync()
    instance.closeSync()
    throw badRequest(`the dataset ${name} cannot be read as ${formats[format]}: ${reasonOf(error, path)}`)
  })
  let select = ''
  const words = new Set<string>()

  async function load(wanted: readonly Wanted[]): Promise<number> {
    for (const { column } of wanted) {
      if (!types.has(column)) throw badRequest(`the dataset ${name} has no column ${quoted(column)}`)
    }
    const raw = [...new Set(wanted.map(({ column }) => column))]
    const list = raw.map(identifier).join(', ')
    await connection
      .run(`create table kept as select ${list || '1'} from ${source} limit ${limits.rows + 1}`)
      .catch((error) => {
        throw badRequest(`the dataset ${name} cannot be read to its end: ${reasonOf(error, path)}`)
      })
    const rows = await check(connection, wanted, types, words)
    if (rows === 0) throw badRequest(`the dataset ${name} has no rows`)
    if (rows > limits.rows) throw badRequest(`the dataset ${name} has more than ${limits.rows} rows`)
    const read = wanted.map((want) =>
      want.as === 'any'
        ? { as: words.has(want.column) ? ('text' as const) : ('number' as const), column: want.column }
        : want,
    )
    select = `select ${read.map((want, i) => `${valueIn(want, types)} as v${i}`).join(', ') || '1'} from kept`
    return rows
  }

  async function* batches(): AsyncGenerator<Batch> {
    const result = await connection.stream(select)
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return
      yield { rows: chunk.rowCount, columns: chunk.getColumns() }
    }
  }

  function close(): void {
    connection.closeSync()
    instance.closeSync()
  }

  async function rowsWith(column: string, value: string): Promise<number[]> {
    if (!types.has(column)) throw badRequest(`the dataset ${name} has no column ${quoted(column)}`)
    const words = `cast(${identifier(column)} as varchar)`
    const rows = await ask(
      `select n from (select row_number() over () - 1 as n, ${words} as v from ${source}) where v = ${text(value)} order by n limit 2`,
    )
    return rows.map(([row]) => Number(row))
  }

  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()

  return {
    columns: [...types.keys()],
    load,
    batches,
    rowsWith,
    isNumeric: (column) => !words.has(column),
    ask,
    close,
  }
}

async function describe(connection: DuckDBConnection, source: string): Promise<Map<string, string>> {
  const reader = await connection.runAndReadAll(`describe select * from ${source}`)
  return new Map(reader.getRows().map(([column, type]) => [String(column), String(type)]))
}

/** One pass that finds what cannot be used, so that the refusal names the column and says how many rows. */
async function check(
  connection: DuckDBConnection,
  wanted: readonly Wanted[],
  types: ReadonlyMap<string, string>,
  words: Set<string>,
): Promise<number> {
  for (const want of wanted) {
    const type = types.get(want.column) ?? ''
    if (want.as === 'any' && !isNumeric(type) && type !== 'VARCHAR' && type !== 'BOOLEAN') words.add(want.column)
    if (
      want.as !== 'text' &&
      want.as !== 'any' &&
      want.as !== 'label' &&
      !isNumeric(type) &&
      type !== 'VARCHAR' &&
      type !== 'BOOLEAN'
    ) {
      throw badRequest(`column ${quoted(want.column)} holds ${type}, but numbers are needed`)
    }
  }
  const counts = wanted.flatMap((want) => {
    const column = identifier(want.column)
    if (want.as === 'any' && words.has(want.column)) return ['0', '0', '0']
    const value = valueIn(want.as === 'any' ? { as: 'number', column: want.column } : want, types)
    return [
      `count(*) filter (where ${column} is null)`,
      `count(*) filter (where ${column} is not null and ${value} is null)`,
      want.as === 'integer' ? `count(*) filter (where ${value} <> trunc(${value}))` : '0',
    ]
  })
  const reader = await connection.runAndReadAll(`select count(*), ${[...counts, '0'].join(', ')} from kept`)
  const [rows = 0, ...found] = (reader.getRows()[0] ?? []).map(Number)
  wanted.forEach((want, i) => {
    const [missing = 0, unusable = 0, broken = 0] = found.slice(3 * i, 3 * i + 3)
    const name = quoted(want.column)
    if (want.as === 'any') {
      if (unusable > 0) words.add(want.column)
      return
    }
    if (unusable > 0) throw badRequest(`column ${name} must hold numbers, but ${inRows(unusable)} it holds words`)
    if (broken > 0) throw badRequest(`column ${name} must hold whole numbers, but ${inRows(broken)} it does not`)
    if (missing > 0 && want.as === 'integer') throw badRequest(`column ${name} has no value ${inRows(missing)}`)
    if (missing > 0 && want.as === 'label') throw badRequest(`the label column ${name} has no value ${inRows(missing)}`)
  })
  return rows
}

function valueIn(want: Wanted, types: ReadonlyMap<string, string>): string {
  const column = identifier(want.column)
  const type = types.get(want.column) ?? ''
  switch (want.as) {
    case 'text':
    case 'any':
      return `cast(${column} as varchar)`
    case 'label':
      return `case when ${column} is null then null when ${isPositive(want.positive, column, type)} then 1 else 0 end`
    case 'number':
    case 'integer':
      return type === 'VARCHAR'
        ? `case lower(${column}) when 'true' then 1 when 'false' then 0 else try_cast(${column} as double) end`
        : `cast(${column} as double)`
  }
}

function isPositive(positive: string | number, column: string, type: string): string {
  const words = `cast(${column} as varchar)`
  if (typeof positive === 'number') return `coalesce(try_cast(${words} as double) = ${positive}, false)`
  return `${words} = ${text(type === 'BOOLEAN' ? positive.toLowerCase() : positive)}`
}

const formats = { csv: 'CSV', parquet: 'Parquet', json: 'a JSON table' }
const isNumeric = (type: string) => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type)
export const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`
const text = (value: string) => `'${value.replaceAll("'", "''")}'`
export const quoted = (name: string) => `"${name}"`
const inRows = (count: number) => (count === 1 ? 'in one row' : `in ${count} rows`)

/** The first line of what DuckDB says, without the path on this machine. */
function reasonOf(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? '').replaceAll(path, 'the file').slice(0, 300)
}
