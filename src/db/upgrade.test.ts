import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { type Config, systemDatabase, workspaceDatabase } from '../config.ts'
import { type TestApp, testApp } from '../testing/app.ts'
import { givenReview, governedName } from '../testing/governed.ts'
import { insertMany } from './bulk.ts'
import { type Connection, connect, type DatabaseLocation } from './connect.ts'
import { type Migration, migrate } from './migrate.ts'
import { openMigrated } from './migrated.ts'
import { systemMigrations, workspaceMigrations } from './migrations.ts'

/** The data folder and databases of a server as an older version left them: its migrations, and the rows that it had columns for. */
async function asOlder(app: TestApp, last: { system: string; workspace: string }): Promise<Config> {
  const dataDir = await mkdtemp(join(tmpdir(), 'modelkeep-older-'))
  await cp(app.config.dataDir, dataDir, { recursive: true, filter: (path) => !/\.db(-wal|-shm)?$/.test(path) })
  const { database } = app.config
  const config: Config = {
    ...app.config,
    dataDir,
    database: database.kind === 'postgres' ? { ...database, prefix: 'older' } : database,
  }
  const workspace = app.workspaces.get('main')?.connection
  if (!workspace) throw new Error('no workspace')
  await fill(systemDatabase(config), upTo(systemMigrations, last.system), app.system)
  await fill(workspaceDatabase(config, 'main'), upTo(workspaceMigrations, last.workspace), workspace)
  return config
}

function upTo(migrations: readonly Migration[], name: string): readonly Migration[] {
  const at = migrations.findIndex((migration) => migration.name === name)
  if (at < 0) throw new Error(`there is no migration ${name}`)
  return migrations.slice(0, at + 1)
}

async function fill(place: DatabaseLocation, migrations: readonly Migration[], from: Connection): Promise<void> {
  const older = await connect(place)
  await migrate(older, migrations)
  const tables = await (older.db as unknown as Kysely<unknown>).introspection.getTables()
  const own = tables.filter(
    ({ schema, name }) => name !== 'migration' && (place.kind === 'sqlite' || schema === place.schema),
  )
  await older.writer.commit(async (tx) => {
    if (place.kind === 'sqlite') await sql`pragma defer_foreign_keys = on`.execute(tx)
    else await sql`set session_replication_role = replica`.execute(tx)
    for (const { name, columns } of own) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.id(name)}`.execute(from.db)
      const target = { table: name, columns: columns.map((column) => column.name) }
      await sql`delete from ${sql.id(name)}`.execute(tx)
      const values = rows.map((row) => target.columns.map((column) => row[column]))
      await insertMany(tx, older.engine, target, values)
    }
  })
  await older.close()
}

test('what an older version wrote is all there after an upgrade, its approvals count, and its trail verifies', async () => {
  const app = await testApp()
  const review = await givenReview(app)
  await review.decide(review.validator)
  const administrator = await app.as('administrator')
  const { run } = (await administrator.post('/api/2.0/mlflow/runs/create', { experiment_id: '0' })).json()
  const { run_id } = run.info
  await administrator.post('/api/2.0/mlflow/runs/log-metric', {
    run_id,
    key: 'loss',
    value: 0.5,
    timestamp: 1,
    step: 0,
  })
  const { size } = (await administrator.get('/audit/check')).json()

  const config = await asOlder(app, { system: '002-access', workspace: '011-gate' })
  onTestFinished(() => rm(config.dataDir, { recursive: true, force: true }))
  const upgraded = await testApp({ dataDir: config.dataDir, config: { database: config.database } })
  const ask = async (url: string) => {
    const headers = { authorization: `Bearer ${administrator.token}` }
    const reply = await upgraded.anonymous.request('GET', url, undefined, headers)
    expect(reply.status, reply.text).toBe(200)
    return reply.json()
  }
  expect((await ask('/session')).person.login).toBe(administrator.person.login)
  const trail = await ask('/audit/check')
  expect([trail.outcome, trail.size >= size]).toEqual(['intact', true])
  expect((await ask('/audit/accounts/check')).outcome).toBe('intact')
  expect((await ask(`/models/${governedName}`)).name).toBe(governedName)
  expect((await ask(`/models/${governedName}/versions/1`)).manifest.files).toHaveLength(1)
  expect((await ask('/decisions')).decisions).toMatchObject([{ outcome: 'approved', covers: true }])
  const standing = await ask(`/models/${governedName}/versions/1/standing?environment=prod`)
  expect(standing.requirements.length).toBeGreaterThan(0)
  const history = await ask(`/api/2.0/mlflow/metrics/get-history?run_id=${run_id}&metric_key=loss`)
  expect(history.metrics).toMatchObject([{ value: 0.5 }])

  // It goes on as any other, and a second start finds nothing to do.
  const headers = { authorization: `Bearer ${administrator.token}` }
  expect((await upgraded.anonymous.request('POST', '/models', { name: 'later' }, headers)).status).toBe(200)
  expect((await ask('/audit/check')).outcome).toBe('intact')
  expect(await migrate(upgraded.system, systemMigrations)).toEqual([])
})

test('a program refuses a database that a later version has worked with, and an upgrade is whole or not at all', async () => {
  const app = await testApp()
  const workspace = app.workspaces.get('main')?.connection
  if (!workspace) throw new Error('no workspace')
  const later = { name: '999-later', up: async () => {} }
  await migrate(workspace, [...workspaceMigrations, later])
  const refused = openMigrated(workspaceDatabase(app.config, 'main'), 'workspace')
  await expect(refused).rejects.toMatchObject({
    name: 'NewerDatabase',
    message: expect.stringMatching(
      /later version of Modelkeep .*\(999-later\): start that version, or restore a backup/,
    ),
  })
  expect(await migrate(workspace, [...workspaceMigrations, later])).toEqual([])

  // An upgrade that breaks off has changed nothing, and goes on where it can.
  const next = {
    name: '999-next',
    up: (db: Kysely<unknown>) => db.schema.createTable('next').addColumn('id', 'text').execute(),
  }
  const broken = { name: '999-broken', up: () => Promise.reject(new Error('no room')) }
  const all = [...workspaceMigrations, later, next]
  await expect(migrate(workspace, [...all, broken])).rejects.toThrow('no room')
  expect(await migrate(workspace, all)).toEqual(['999-next'])
})
