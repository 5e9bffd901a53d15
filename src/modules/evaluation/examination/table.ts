import { dirname } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { badRequest } from '../../../lib/errors.ts'
import { confine, tableSource } from '../../datasets/index.ts'
import type { ExaminationTask } from './task.ts'

/** One column to read: as numbers, as words, or as whether it holds the favourable value. */
export type Wanted =
  | { readonly as: 'number' | 'integer' | 'text'; readonly column: string }
  | { readonly as: 'label'; readonly column: string; readonly positive: string | number }

/** A batch: for each wanted column its values, null where the table has none. */
export type Batch = { readonly rows: number; readonly columns: readonly (readonly unknown[])[] }

export type Table = {
  readonly columns: readonly string[]
  /** Checks the columns and returns the number of rows; `batches` then delivers them in the order of the file. */
  load(wanted: readonly Wanted[]): Promise<number>
  batches(): AsyncGenerator<Batch>
  close(): void
}

/** A CSV or Parquet file as columns, read as the datasets module reads it, with nothing else of the machine in sight. */
export async function openTable(
  { path, name, format }: ExaminationTask['dataset'],
  limits: { rows: number; memoryMb: number; tempDir: string },
): Promise<Table> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  const { tempDir: temporary, memoryMb } = limits
  await confine(connection, { folders: [dirname(path)], temporary, memory: `${memoryMb}MB`, threads: 1 })
  const source = tableSource(path, format, { asWords: true })
  const types = await describe(connection, source).catch((error) => {
    throw badRequest(
      `the dataset ${name} cannot be read as ${format === 'csv' ? 'CSV' : 'Parquet'}: ${reasonOf(error, path)}`,
    )
  })
  let select = ''

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
    const rows = await check(connection, wanted, types)
    if (rows === 0) throw badRequest(`the dataset ${name} has no rows`)
    if (rows > limits.rows) throw badRequest(`the dataset ${name} has more than ${limits.rows} rows`)
    select = `select ${wanted.map((want, i) => `${valueIn(want, types)} as v${i}`).join(', ')} from kept`
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

  return { columns: [...types.keys()], load, batches, close }
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
): Promise<number> {
  for (const want of wanted) {
    const type = types.get(want.column) ?? ''
    if (want.as !== 'text' && want.as !== 'label' && !isNumeric(type) && type !== 'VARCHAR' && type !== 'BOOLEAN') {
      throw badRequest(`column ${quoted(want.column)} holds ${type}, but numbers are needed`)
    }
  }
  const counts = wanted.flatMap((want) => {
    const [column, value] = [identifier(want.column), valueIn(want, types)]
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

const isNumeric = (type: string) => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type)
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`
const text = (value: string) => `'${value.replaceAll("'", "''")}'`
export const quoted = (name: string) => `"${name}"`
const inRows = (count: number) => (count === 1 ? 'in one row' : `in ${count} rows`)

/** The first line of what DuckDB says, without the path on this machine. */
function reasonOf(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? '').replaceAll(path, 'the file').slice(0, 300)
}
