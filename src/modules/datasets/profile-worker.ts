import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { confine, headerSource, tableSource } from '../../lib/table-source.ts'
import type { Preview, Profile, TableTask } from './profile.ts'
import { Column } from './schema.ts'

/** More columns than this are no table that a person could review. */
const mostColumns = 2000

/** As wide as a person looks at, and as long as a cell may be. */
const mostShown = 60
const longestCell = 200

async function work({ path, format, preview }: TableTask): Promise<Profile | Preview> {
  const temporary = await mkdtemp(join(tmpdir(), 'modelkeep-profile-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await confine(connection, { folders: [dirname(path)], temporary, memory: '1GB', threads: 2 })
    return preview === null
      ? await readProfile(connection, { path, format })
      : await readPreview(connection, { path, format }, preview)
  } catch (error) {
    return { outcome: 'unreadable', reason: reasonOf(error, format) }
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(temporary, { recursive: true, force: true })
  }
}

type Table = Pick<TableTask, 'path' | 'format'>

async function readPreview(connection: DuckDBConnection, { path, format }: Table, rows: number): Promise<Preview> {
  const table = await tableSource(connection, path, format, { asWords: true })
  const described = await connection.runAndReadAll(`describe select * from ${table}`)
  const names = described.getRowObjectsJson().map((row) => String(row.column_name))
  const shown = names.slice(0, mostShown)
  const cells = shown.map((name) => `left(cast(${identifier(name)} as varchar), ${longestCell})`)
  const read = await connection.runAndReadAll(`select ${cells.join(', ')} from ${table} limit ${rows}`)
  return {
    outcome: 'read',
    preview: {
      columns: shown,
      rows: read.getRowsJson().map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
      more_columns: names.length - shown.length,
    },
  }
}

async function readProfile(connection: DuckDBConnection, { path, format }: Table): Promise<Profile> {
  const table = await tableSource(connection, path, format)
  const described = await connection.runAndReadAll(`describe select * from ${table}`)
  const columns = described
    .getRowObjectsJson()
    .map((row) => ({ name: String(row.column_name), type: typeOf(String(row.column_type)) }))
  if (columns.length > mostColumns) return unreadable(`the table has ${columns.length} columns, at most ${mostColumns}`)
  if (format === 'csv') {
    const twice = repeated(await rawHeader(connection, path))
    if (twice !== undefined) return unreadable(`two columns have the name ${JSON.stringify(twice)}`)
  }

  const figures = columns.flatMap(({ name }, i) => {
    const column = identifier(name)
    return [
      `count(${column}) as present_${i}`,
      `count(distinct ${column}) as distinct_${i}`,
      // JSON has every value as words; what they are is told from all of them, as CSV is read.
      ...(format === 'json' ? [`${kindOf(column)} as kind_${i}`] : []),
    ]
  })
  const counted = await connection.runAndReadAll(`select count(*) as row_count, ${figures.join(', ')} from ${table}`)
  const row = counted.getRowObjectsJson()[0] ?? {}
  const rows = Number(row.row_count)
  if (rows === 0) return unreadable('the table has no rows')
  return {
    outcome: 'read',
    rows,
    columns: columns.map((column, i) => ({
      ...column,
      ...(format === 'json' ? { type: Column.shape.type.parse(row[`kind_${i}`]) } : {}),
      missing: rows - Number(row[`present_${i}`]),
      distinct: Number(row[`distinct_${i}`]),
    })),
  }
}

async function rawHeader(connection: DuckDBConnection, path: string): Promise<string[]> {
  const header = await connection.runAndReadAll(`select * from ${headerSource(path)}`)
  return (header.getRowsJson()[0] ?? []).flatMap((name) => (typeof name === 'string' ? [name] : []))
}

/** DuckDB compares names without case, and so must we. */
function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name.toLowerCase()).size)
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`
const kindOf = (column: string) => `case
  when count(${column}) = 0 then 'text'
  when count(${column}) = count(*) filter (where lower(${column}) in ('true', 'false')) then 'boolean'
  when count(${column}) = count(*) filter (where try_cast(${column} as double) = trunc(try_cast(${column} as double))) then 'integer'
  when count(${column}) = count(try_cast(${column} as double)) then 'number'
  when count(${column}) = count(try_cast(${column} as timestamp)) then 'time'
  else 'text' end`

function typeOf(type: string): Column['type'] {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'integer'
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) return 'number'
  if (/^(DATE|TIME)/.test(type)) return 'time'
  if (type === 'VARCHAR' || type.startsWith('ENUM')) return 'text'
  return type === 'BOOLEAN' ? 'boolean' : 'other'
}

const unreadable = (reason: string): Profile => ({ outcome: 'unreadable', reason })

/** DuckDB's messages name folders of the server and settings that nobody here can set; the line number is what helps. */
function reasonOf(error: unknown, format: TableTask['format']): string {
  const message = error instanceof Error ? error.message : ''
  if (/Out of Memory/i.test(message)) return 'the table needs more memory than a profile may take'
  if (format === 'parquet') return 'the file is not a Parquet table'
  if (format === 'json') {
    const own =
      /^(it is larger than [^;]*; as Parquet it can be larger|two columns have the same name|it holds no records)$/
    if (own.test(message)) return `the file is no JSON table: ${message}`
    return 'the file is not a JSON table: a list of records, or columns and data as mlflow.log_table writes them'
  }
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1]
  const where = line === undefined ? '' : ` (line ${line} does not fit)`
  return `the file is not a CSV table with one header line, commas between the columns, the same number of them in every line, and text in UTF-8${where}`
}

parentPort?.postMessage(await work(workerData as TableTask))
