import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

export type Row = Readonly<Record<string, unknown>>
export type Parameter = string | number

/** A database of somebody else, for reading only. Statements are written for both engines, with `?` for parameters. */
export type Query = {
  all(text: string, parameters?: readonly Parameter[]): Promise<readonly Row[]>
  /** In parts, for what may not fit into memory. */
  each(text: string, parameters: readonly Parameter[], size: number): AsyncIterable<readonly Row[]>
  /** Empty for a table that is not there. */
  columns(table: string): Promise<ReadonlySet<string>>
  close(): Promise<void>
}

/** Opened so that SQLite refuses to write; a database in WAL mode that nobody has open is read without its side files. */
export function openSqliteSource(path: string): Query {
  const url = pathToFileURL(resolve(path))
  url.searchParams.set('mode', 'ro')
  if (isWal(path) && !existsSync(`${path}-wal`)) url.searchParams.set('immutable', '1')
  const database = new DatabaseSync(url, { readOnly: true, timeout: 10_000 })
  database.exec('pragma query_only = on')
  const values = (parameters: readonly Parameter[]) => parameters as readonly SQLInputValue[] as SQLInputValue[]

  return {
    all: async (text, parameters = []) => database.prepare(text).all(...values(parameters)) as Row[],
    async *each(text, parameters, size) {
      let part: Row[] = []
      for (const row of database.prepare(text).iterate(...values(parameters))) {
        part.push(row as Row)
        if (part.length < size) continue
        yield part
        part = []
      }
      if (part.length > 0) yield part
    },
    async columns(table) {
      const rows = database.prepare('select name from pragma_table_info(?)').all(table)
      return new Set(rows.map(({ name }) => String(name)))
    },
    close: async () => database.close(),
  }
}

/** Bytes 18 and 19 of the header are 2 when the database is in WAL mode. */
function isWal(path: string): boolean {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(20)
    readSync(file, header, 0, 20, 0)
    return header[18] === 2 || header[19] === 2
  } finally {
    closeSync(file)
  }
}

/** Everything is read in one read-only transaction, so that it is of one moment. */
export async function openPostgresSource(url: string): Promise<Query> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin isolation level repeatable read read only')
  let cursors = 0
  const numbered = (text: string) => {
    let n = 0
    return text.replaceAll('?', () => `$${++n}`)
  }

  return {
    all: async (text, parameters = []) => (await client.query(numbered(text), [...parameters])).rows as Row[],
    async *each(text, parameters, size) {
      const name = `import_${++cursors}`
      await client.query(`declare ${name} no scroll cursor for ${numbered(text)}`, [...parameters])
      try {
        for (;;) {
          const { rows } = await client.query(`fetch ${size} from ${name}`)
          if (rows.length > 0) yield rows as Row[]
          if (rows.length < size) return
        }
      } finally {
        await client.query(`close ${name}`)
      }
    },
    async columns(table) {
      const { rows } = await client.query(
        'select column_name from information_schema.columns where table_schema = current_schema() and table_name = $1',
        [table],
      )
      return new Set(rows.map((row: Record<string, unknown>) => String(row.column_name)))
    },
    close: () => client.end(),
  }
}
