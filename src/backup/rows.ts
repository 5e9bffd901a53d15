import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { type ControlledTransaction, sql } from 'kysely'
import type { Connection } from '../db/connect.ts'
import type { Database, Db, Engine } from '../db/database.ts'

export type Row = Record<string, unknown>

/** A database as it was at one moment, however long it is read. */
export type Snapshot = { engine: Engine; db: ControlledTransaction<Database>; end(): Promise<void> }

export async function openSnapshot({ engine, db }: Connection): Promise<Snapshot> {
  const begin =
    engine === 'postgres' ? db.startTransaction().setIsolationLevel('repeatable read') : db.startTransaction()
  const held = await begin.execute()
  // The moment is that of the first read.
  await sql`select count(*) from migration`.execute(held)
  return { engine, db: held, end: () => held.rollback().execute() }
}

/** Tables in the order in which they were made, so that what is referred to comes first. */
export async function tablesOf(engine: Engine, db: Db): Promise<string[]> {
  const found =
    engine === 'sqlite'
      ? sql<{
          name: string
        }>`select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by rowid`
      : sql<{
          name: string
        }>`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and c.relkind = 'r' order by c.oid`
  return (await found.execute(db)).rows.map(({ name }) => name).filter((name) => name !== 'migration')
}

export async function migrationsOf(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}

/** Every row of a table, a thousand in memory at a time. */
export async function* rowsOf({ engine, db }: Snapshot, table: string): AsyncGenerator<Row> {
  if (engine === 'sqlite') {
    const all = db
      .selectFrom(sql<Row>`${sql.id(table)}`.as('t'))
      .selectAll()
      .stream()
    for await (const row of all) yield row as Row
    return
  }
  await sql`declare backup_rows no scroll cursor for select * from ${sql.id(table)}`.execute(db)
  for (;;) {
    const { rows } = await sql<Row>`fetch 1000 from backup_rows`.execute(db)
    if (rows.length === 0) break
    yield* rows
  }
  await sql`close backup_rows`.execute(db)
}

/** Writes lines of JSON, packed; says how many. */
export async function writeLines(path: string, values: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  async function* lines() {
    for await (const value of values) {
      count++
      yield `${JSON.stringify(value, encoded)}\n`
    }
  }
  await pipeline(Readable.from(lines()), createGzip({ level: 6 }), createWriteStream(path, { mode: 0o600 }))
  return count
}

export async function* readLines(path: string): AsyncGenerator<Row> {
  const input = createReadStream(path).pipe(createGunzip())
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    yield JSON.parse(line, decoded) as Row
  }
}

/** JSON has no NaN, no infinity and no bytes. */
function encoded(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key]
  if (original instanceof Uint8Array) return { $bytes: Buffer.from(original).toString('base64') }
  if (typeof original === 'bigint') return Number(original)
  if (typeof original === 'number' && !Number.isFinite(original)) return { $number: String(original) }
  return value
}

function decoded(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { $bytes, $number } = value as Record<string, unknown>
  if (typeof $bytes === 'string') return Buffer.from($bytes, 'base64')
  return typeof $number === 'string' ? Number($number) : value
}
