import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, inject, onTestFinished, test } from 'vitest'
import { testDatabases } from '../testing/databases.ts'
import { connect, type DatabaseLocation } from './connect.ts'
import { migrate } from './migrate.ts'
import { workspaceMigrations } from './migrations.ts'

test('decisions that there are keep everything in the first round, and one person decides once in each', async () => {
  const connection = await connect(await emptyPlace())
  onTestFinished(() => connection.close())
  const at = workspaceMigrations.findIndex(({ name }) => name === '056-review-flow')
  await migrate(connection, workspaceMigrations.slice(0, at))
  await connection.writer.commit(async (tx) => {
    await sql`insert into review (id, model_id, version_id, version, environment, state, requested_by, requested_at, note, scope)
      values ('rev_1', 'mdl_1', 'ver_1', 1, 'prod', 'open', 'per_1', '2026-03-02T09:00:00.000Z', '', '{}')`.execute(tx)
    await sql`insert into decision (id, review_id, model_id, version_id, version, environment, outcome, decided_by, decided_at,
      scope_digest, digest, document, key_id, signature)
      values ('dec_1', 'rev_1', 'mdl_1', 'ver_1', 1, 'prod', 'approved', 'per_2', '2026-03-02T10:00:00.000Z',
      'scope', 'digest', '{"exact": "text"}', 'key', 'signature')`.execute(tx)
  })
  await migrate(connection, workspaceMigrations)

  const [kept] = await connection.db.selectFrom('decision').selectAll().execute()
  expect(kept).toMatchObject({ id: 'dec_1', round: 1, document: '{"exact": "text"}', signature: 'signature' })
  const review = await connection.db.selectFrom('review').selectAll().executeTakeFirstOrThrow()
  expect(review).toMatchObject({ round: 1, due_at: null, remind_at: null, expires_at: null })
  if (!kept) return
  const again = (id: string, round: number) =>
    connection.writer.commit((tx) =>
      tx
        .insertInto('decision')
        .values({ ...kept, id, round })
        .execute(),
    )
  await expect(again('dec_2', 1)).rejects.toThrow(/unique/i)
  await again('dec_3', 2)
})

async function emptyPlace(): Promise<DatabaseLocation> {
  if (process.env.TEST_ENGINE !== 'postgres') {
    const folder = await mkdtemp(join(tmpdir(), 'modelkeep-rounds-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    return { kind: 'sqlite', path: join(folder, 'rounds.db') }
  }
  const databases = testDatabases(inject('databaseUrl'))
  const name = `rounds_${randomBytes(6).toString('hex')}`
  const url = await databases.create(name)
  onTestFinished(async () => {
    await databases.drop(name)
    await databases.close()
  })
  return { kind: 'postgres', url, schema: 'rounds' }
}
