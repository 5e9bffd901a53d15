import { Kysely } from 'kysely'
import type { DatabaseLocation } from '../db/connect.ts'
import type { Database, Db } from '../db/database.ts'
import { openPostgres, postgresDialect } from '../db/postgres.ts'
import { openSqlite, sqliteDialect } from '../db/sqlite.ts'

export type WatchedQuery = { readonly sql: string; readonly parameters: readonly unknown[] }

/** A connection for reading that notes every statement it is asked for. Close it with `db.destroy()`. */
export function watchedDb(place: DatabaseLocation): { db: Db; queries: WatchedQuery[] } {
  const queries: WatchedQuery[] = []
  const dialect =
    place.kind === 'postgres'
      ? postgresDialect(openPostgres(place.url, place.schema, 1))
      : sqliteDialect(openSqlite(place.path, { readOnly: true }))
  return { db: new Kysely<Database>({ dialect, log: ({ query }) => void queries.push(query) }), queries }
}
