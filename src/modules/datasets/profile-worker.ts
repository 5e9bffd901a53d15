import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Profile, ProfileTask } from './profile.ts'
import type { Column } from './schema.ts'
import { confine, headerSource, tableSource } from './table-source.ts'

/** More columns than this are no table that a person could review. */
const mostColumns = 2000

async function profile({ path, format }: ProfileTask): Promise<Profile> {
  const temporary = await mkdtemp(join(tmpdir(), 'modelkeep-profile-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await confine(connection, { folders: [dirname(path)], temporary, memory: '1GB', threads: 2 })
    return await readProfile(connection, { path, format })
  } catch (error) {
    return { outcome: 'unreadable', reason: reasonOf(error, format) }
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(temporary, { recursive: true, force: true })
  }
}

async function readProfile(connection: DuckDBConnection, { path, format }: ProfileTask): Promise<Profile> {
  const table = tableSource(path, format)
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
    const column = `"${name.replaceAll('"', '""')}"`
    return [`count(${column}) as present_${i}`, `count(distinct ${column}) as distinct_${i}`]
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

function typeOf(type: string): Column['type'] {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'integer'
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) return 'number'
  if (/^(DATE|TIME)/.test(type)) return 'time'
  if (type === 'VARCHAR' || type.startsWith('ENUM')) return 'text'
  return type === 'BOOLEAN' ? 'boolean' : 'other'
}

const unreadable = (reason: string): Profile => ({ outcome: 'unreadable', reason })

/** DuckDB's messages name folders of the server and settings that nobody here can set; the line number is what helps. */
function reasonOf(error: unknown, format: ProfileTask['format']): string {
  const message = error instanceof Error ? error.message : ''
  if (/Out of Memory/i.test(message)) return 'the table needs more memory than a profile may take'
  if (format === 'parquet') return 'the file is not a Parquet table'
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1]
  const where = line === undefined ? '' : ` (line ${line} does not fit)`
  return `the file is not a CSV table with one header line, commas between the columns, the same number of them in every line, and text in UTF-8${where}`
}

parentPort?.postMessage(await profile(workerData as ProfileTask))
