import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Kysely, sql } from 'kysely'
import type { Database, Db, Engine } from './database.ts'
import { openSqlite, sqliteDialect } from './sqlite.ts'
import { createWriter, type Writer } from './writer.ts'

export type DatabaseLocation = { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: string; schema: string }

/** One open database: reads through `db`, writes through `writer`, never the other way round. */
export type Connection = {
  readonly engine: Engine
  readonly db: Db
  readonly writer: Writer
  close(): Promise<void>
}

const schemaName = /^[a-z][a-z0-9_]{0,62}$/

export async function connect(location: DatabaseLocation): Promise<Connection> {
  switch (location.kind) {
    case 'sqlite':
      return connectSqlite(location.path)
    case 'postgres':
      return connectPostgres(location.url, location.schema)
  }
}

async function connectSqlite(path: string): Promise<Connection> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const writable = openSqlite(path)
  // The writer waits for other processes by itself: SQLite's own wait would stop the whole process.
  writable.exec('pragma busy_timeout = 0')
  const readable = openSqlite(path, { readOnly: true })
  const writing = new Kysely<Database>({ dialect: sqliteDialect(writable) })
  const reading = new Kysely<Database>({ dialect: sqliteDialect(readable) })
  return opened('sqlite', reading, writing, () => {
    // Kysely closes only what it has used.
    for (const database of [readable, writable]) if (database.isOpen) database.close()
  })
}

async function connectPostgres(url: string, schema: string): Promise<Connection> {
  // Loaded on demand: the embedded engine starts without it.
  const { openPostgres, postgresDialect } = await import('./postgres.ts')
  if (!schemaName.test(schema)) throw new Error(`not a schema name: ${schema}`)
  const writing = new Kysely<Database>({ dialect: postgresDialect(openPostgres(url, schema, 1)) })
  const reading = new Kysely<Database>({ dialect: postgresDialect(openPostgres(url, schema, 8)) })
  await sql`create schema if not exists ${sql.id(schema)}`.execute(writing).catch(async (error) => {
    if (!('severity' in error) || error.severity === 'FATAL') throw new DatabaseUnreachable(url, error)
    // Two servers that start together may both try; the loser finds the schema there.
    const found = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(writing)
    if (found.rows.length === 0) throw error
  })
  return opened('postgres', reading, writing)
}

/** Names the host and never the credentials. The cause of the operating system says enough for an operator. */
export class DatabaseUnreachable extends Error {
  override readonly name = 'DatabaseUnreachable'

  constructor(url: string, cause: Error) {
    super(`the database at ${new URL(url).host} does not let the server in: ${cause.message}`, { cause })
  }
}

function opened(engine: Engine, reading: Db, writing: Db, closed = () => {}): Connection {
  const writer = createWriter(writing, engine)
  return {
    engine,
    db: reading,
    writer,
    async close() {
      await writer.close()
      await reading.destroy()
      await writing.destroy()
      closed()
    },
  }
}
