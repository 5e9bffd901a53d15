import { type Kysely, sql } from 'kysely'
import type { Connection } from './connect.ts'
import type { Tx } from './database.ts'

/** One step forward. It knows no table types: those describe the newest shape, a migration describes an older one. */
export type Migration = { readonly name: string; up(db: Kysely<unknown>): Promise<void> }

/** A later version has brought the database up to date, and this one does not know what it then holds. */
export class NewerDatabase extends Error {
  override readonly name = 'NewerDatabase'

  constructor(unknown: readonly string[]) {
    super(
      `a later version of Modelkeep has worked with this database (${unknown.join(', ')}): start that version, or restore a backup from before it`,
    )
  }
}

/**
 * Applies what is missing, in order, in one transaction; safe to run from several servers at once. Changes nothing and throws
 * `NewerDatabase` where something was applied that is not in the list.
 */
export async function migrate(
  { writer }: Pick<Connection, 'writer'>,
  migrations: readonly Migration[],
): Promise<string[]> {
  return writer.commit(async (tx: Tx) => {
    await sql`create table if not exists migration (name text primary key, applied_at text not null)`.execute(tx)
    const applied = await sql<{ name: string }>`select name from migration`.execute(tx)
    const done = new Set(applied.rows.map((row) => row.name))
    const unknown = [...done].filter((name) => !migrations.some((migration) => migration.name === name)).sort()
    if (unknown.length > 0) throw new NewerDatabase(unknown)
    const pending = migrations.filter((migration) => !done.has(migration.name))
    for (const migration of pending) {
      await migration.up(tx as unknown as Kysely<unknown>)
      const now = new Date().toISOString()
      await sql`insert into migration (name, applied_at) values (${migration.name}, ${now})`.execute(tx)
    }
    return pending.map((migration) => migration.name)
  })
}
