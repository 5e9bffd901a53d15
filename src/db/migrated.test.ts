import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import type { Connection } from './connect.ts'
import { makeFreshFile, openMigrated } from './migrated.ts'

test.each(['system', 'workspace'] as const)('a copied %s database is what its migrations make', async (kind) => {
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-fresh-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const fresh = join(folder, 'fresh')
  await makeFreshFile(kind, fresh)
  expect(await readdir(fresh)).toEqual([`${kind}.sqlite`])

  const place = { kind: 'sqlite', path: join(folder, 'data', 'copied.db') } as const
  const [copied, other] = await Promise.all([openMigrated(place, kind, fresh), openMigrated(place, kind, fresh)])
  const migrated = await openMigrated({ kind: 'sqlite', path: join(folder, 'migrated.db') }, kind)
  expect(await contentOf(copied)).toEqual(await contentOf(migrated))

  await copied.writer.commit((tx) => sql`create table kept (id text)`.execute(tx))
  for (const connection of [copied, other, migrated]) await connection.close()
  const again = await openMigrated(place, kind, fresh)
  expect((await contentOf(again)).schema.map(({ name }) => name)).toContain('kept')
  await again.close()
  expect(await readdir(join(folder, 'data'))).toEqual(['copied.db'])
})

/** The schema, the migrations that made it, and how many rows each table has. */
async function contentOf({ db }: Connection) {
  const rowsOf = async (query: string) => (await sql.raw<Record<string, unknown>>(query).execute(db)).rows
  const schema = await rowsOf('select type, name, tbl_name, sql from sqlite_schema order by type, name')
  const tables = schema.filter(({ type }) => type === 'table')
  const counts = await Promise.all(tables.map(({ name }) => rowsOf(`select count(*) as n from "${name}"`)))
  const migrations = await rowsOf('select name from migration order by rowid')
  const settings = [await rowsOf('pragma journal_mode'), await rowsOf('pragma user_version')]
  return { schema, counts, migrations, settings }
}
