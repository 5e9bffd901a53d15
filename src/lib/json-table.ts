import { stat } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'

/** DuckDB holds one object twice, and a table of columns and data is one object. */
const largest = 256 * 1024 * 1024
const smallestBuffer = 1024 * 1024
const longestSample = 1000

/**
 * A JSON table as SQL, every value as words: `{"columns": […], "data": [[…], …]}`, or a list of records, whose columns are
 * those of its first thousand.
 */
export async function jsonSource(connection: DuckDBConnection, path: string): Promise<string> {
  const file = quote(path)
  const { size } = await stat(path)
  if (size > largest) throw new Error(`it is larger than ${largest / 1024 / 1024} MB; as Parquet it can be larger`)
  const largestObject = Math.max(smallestBuffer, size + 1)
  const split = `read_json(${file}, columns = {columns: 'VARCHAR[]', data: 'JSON[]'}, format = 'unstructured', maximum_object_size = ${largestObject})`
  const columns = await names(connection, `select unnest(columns) from ${split}`).catch(() => undefined)
  if (columns) {
    const values = columns.map((name, i) => `r->>'$[${i}]' as ${identifier(name)}`)
    return `(select ${values.join(', ')} from (select unnest(data) as r from ${split}))`
  }
  const records = `read_json_objects(${file}, format = 'array', maximum_object_size = ${largestObject})`
  const keys = await names(
    connection,
    `select distinct on (k) k from (select unnest(json_keys(json)) as k, row_number() over () as n from (select json from ${records} limit ${longestSample})) order by k`,
  )
  if (keys.length === 0) throw new Error('it holds no records')
  const values = keys.map((name) => `json->>${quote(pointer(name))} as ${identifier(name)}`)
  return `(select ${values.join(', ')} from ${records})`
}

async function names(connection: DuckDBConnection, sql: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(sql)
  const found = reader.getRows().map(([name]) => String(name))
  if (new Set(found).size < found.length) throw new Error('two columns have the same name')
  return found
}

/** A JSON pointer takes every key as it is. */
const pointer = (key: string) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
const quote = (text: string) => `'${text.replaceAll("'", "''")}'`
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`
