import type { DuckDBConnection } from '@duckdb/node-api'
import { jsonSource } from './json-table.ts'

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * The one reading of a stored table, as SQL. CSV is RFC 4180 in UTF-8 with one header line; what does not fit is an error,
 * never a guess, because results must come out the same next year. `asWords` leaves the values of a CSV file as they stand
 * there, where `yes` would be read as true and `007` as 7; those of a JSON table always stand as words.
 */
export async function tableSource(
  connection: DuckDBConnection,
  path: string,
  format: 'csv' | 'parquet' | 'json',
  { asWords = false } = {},
): Promise<string> {
  switch (format) {
    case 'parquet':
      return `read_parquet(${quoted(path)})`
    case 'csv':
      return `read_csv(${quoted(path)}, header = true, ${csv}, ${asWords ? 'all_varchar = true' : 'sample_size = -1'})`
    case 'json':
      return jsonSource(connection, path)
  }
}

/** The first line as it stands, before DuckDB makes names unique. */
export const headerSource = (path: string) =>
  `read_csv(${quoted(path)}, header = false, all_varchar = true, ${csv}) limit 1`

const csv = [
  `delim = ','`,
  `quote = '"'`,
  `escape = '"'`,
  `comment = ''`,
  `nullstr = ''`,
  `encoding = 'utf-8'`,
  'skip = 0',
  'strict_mode = true',
  'null_padding = false',
  'ignore_errors = false',
].join(', ')

/** DuckDB may read these folders and nothing else. The order matters: the last settings lock the ones before. */
export async function confine(
  connection: DuckDBConnection,
  { folders, temporary, memory, threads }: { folders: string[]; temporary: string; memory: string; threads: number },
): Promise<void> {
  const settings = [
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    `allowed_directories = [${folders.map(quoted).join(', ')}]`,
    `temp_directory = ${quoted(temporary)}`,
    `max_temp_directory_size = '4GB'`,
    `memory_limit = ${quoted(memory)}`,
    `threads = ${threads}`,
    'preserve_insertion_order = true',
    'enable_external_access = false',
    'lock_configuration = true',
  ]
  for (const setting of settings) await connection.run(`set ${setting}`)
}
