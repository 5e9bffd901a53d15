import { type Kysely, sql } from 'kysely'
import type { Connection } from './connect.ts'
import type { Tx } from './database.ts'

/** One step forward. It knows no table types: those describe the newest shape, a migration describes an older one. */
export type Migration = { readonly name: string; up(db: Kysely<unknown>): Promise<void> }

/** Applies what is missing, in order, in one transaction; safe to run from several servers at once. */
export async function migrate(
  { writer }: Pick<Connection, 'writer'>,
  migrations: readonly Migration[],
): Promise<string[]> {
  return writer.commit(async (tx: Tx) => {
    await sql`create table if not exists migration (name text primary key, applied_at text not null)`.execute(tx)
    const applied = await sql<{ name: string }>`select name from migration`.execute(tx)
    const known = new Set(applied.rows.map((row) => row.name))
    const pending = migrations.filter((migration) => !known.has(migration.name))
    for (const migration of pending) {
      await migration.up(tx as unknown as Kysely<unknown>)
      const now = new Date().toISOString()
      await sql`insert into migration (name, applied_at) values (${migration.name}, ${now})`.execute(tx)
    }
    return pending.map((migration) => migration.name)
  })
}
