import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { connect, type DatabaseLocation } from '../../../db/connect.ts'
import type { Engine, Tx } from '../../../db/database.ts'
import { migrate } from '../../../db/migrate.ts'
import { workspaceMigrations } from '../../../db/migrations.ts'
import { type WatchedQuery, watchedDb } from '../../../testing/watched.ts'
import { searchRunIds } from './runs.ts'

const count = 100_000
const folder = mkdtempSync(join(tmpdir(), 'modelkeep-plans-'))
const schema = `plans_${process.pid}`
const engine: Engine = process.env.TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite'
const place: DatabaseLocation =
  engine === 'postgres'
    ? { kind: 'postgres', url: inject('databaseUrl'), schema }
    : { kind: 'sqlite', path: join(folder, 'workspace.db') }

let watched: ReturnType<typeof watchedDb>

beforeAll(async () => {
  const connection = await connect(place)
  watched = watchedDb(place)
  await migrate(connection, workspaceMigrations)
  await connection.writer.commit(fill)
  await connection.close()
})

afterAll(async () => {
  if (place.kind === 'postgres') await sql`drop schema ${sql.id(schema)} cascade`.execute(watched.db)
  await watched.db.destroy()
  await rm(folder, { recursive: true, force: true })
})

/** 100,000 runs in four experiments, one of which has half of them; some with two metrics, a parameter, a tag and a dataset. */
async function fill(tx: Tx) {
  const numbers =
    engine === 'postgres'
      ? sql`with n(i) as (select generate_series(1, ${sql.lit(count)}))`
      : sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(count)})`
  const id = engine === 'postgres' ? sql`lpad(i::text, 32, '0')` : sql`printf('%032d', i)`
  const experiment = sql`case i % 8 when 1 then '1' when 2 then '2' when 3 then '2' when 4 then '3' else '0' end`
  const text = (number: ReturnType<typeof sql>) => sql`cast(${number} as text)`
  for (const [position, name] of ['0', '1', '2', '3'].entries()) {
    const row = { id: name, position, name, artifact_location: '', lifecycle_stage: 'active' as const }
    await tx
      .insertInto('experiment')
      .values({ ...row, creation_time: 0, last_update_time: 0, created_by: 'x' })
      .execute()
  }
  await sql`insert into run (id, experiment_id, name, status, user_name, start_time, artifact_uri, lifecycle_stage, created_by)
    ${numbers} select ${id}, ${experiment}, 'run-' || (i % 1000), case i % 10 when 0 then 'FAILED' else 'FINISHED' end, 'ann', i, '', 'active', 'x' from n`.execute(
    tx,
  )
  for (const [offset, key] of ['acc', 'loss'].entries()) {
    await sql`insert into metric_latest (run_id, key, series, experiment_id, value, is_nan, step, timestamp)
      ${numbers} select ${id}, ${sql.lit(key)}, 2 * i + ${sql.lit(offset)}, ${experiment}, i * 1.0 / ${sql.lit(count)}, 0, 0, 0 from n where i % ${sql.lit(offset + 1)} = 0`.execute(
      tx,
    )
  }
  for (const [table, key] of [
    ['run_param', 'lr'],
    ['run_tag', 'team'],
  ] as const) {
    const value = text(sql`i % 500`)
    await sql`insert into ${sql.table(table)} (run_id, key, head, value)
      ${numbers} select ${id}, ${sql.lit(key)}, ${value}, ${value} from n`.execute(tx)
  }
  await sql`insert into run_input (run_id, name, digest, experiment_id, position, source_type, source, tags)
    ${numbers} select ${id}, ${text(sql`'data-' || (i % 50)`)}, ${text(sql`i % 7`)}, ${experiment}, 0, 'local', '{}', '[]' from n where i % 5 = 0`.execute(
    tx,
  )
  await sql`analyze`.execute(tx)
}

/** Steps of a plan that read a whole table. */
async function readWhole({ sql: text, parameters }: WatchedQuery): Promise<string[]> {
  const { db } = watched
  if (engine === 'sqlite') {
    const { rows } = await db.executeQuery<{ detail: string }>(
      CompiledQuery.raw(`explain query plan ${text}`, [...parameters]),
    )
    const scans = rows.map(({ detail }) => detail).filter((detail) => detail.startsWith('SCAN '))
    // Derived tables are read whole, which is what they are for.
    return scans.filter((scan) => !/^SCAN (pick|x|\(|CONSTANT)/.test(scan))
  }
  const { rows } = await db.executeQuery<{ 'QUERY PLAN': PlanRoot[] }>(
    CompiledQuery.raw(`explain (format json) ${text}`, [...parameters]),
  )
  return rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => sequential(Plan)))
}

type Plan = { 'Node Type': string; 'Relation Name'?: string; Plans?: Plan[] }
type PlanRoot = { Plan: Plan }

function sequential(plan: Plan): string[] {
  const mine = plan['Node Type'] === 'Seq Scan' ? [`Seq Scan on ${plan['Relation Name']}`] : []
  return [...mine, ...(plan.Plans ?? []).flatMap(sequential)]
}

const filters = [
  '',
  'metrics.acc > 0.5',
  'metrics.acc > 0.9999',
  'metrics.acc > 0.2 AND metrics.loss < 0.3',
  "params.lr = '7'",
  "params.lr LIKE '7%'",
  "tags.team = '7'",
  "tags.team = '7' OR tags.team = '8'",
  'tags.none IS NULL',
  "attributes.run_name = 'run-7'",
  "attributes.status = 'FAILED'",
  'attributes.start_time > 50000',
  `attributes.run_id IN ('${'1'.padStart(32, '0')}', '${'9'.padStart(32, '0')}')`,
  "datasets.name = 'data-5'",
  "datasets.digest = '3'",
  "metrics.acc > 0.5 AND params.lr = '7' AND tags.team != '8' AND attributes.status = 'FINISHED' AND datasets.name LIKE 'data-%'",
]
const orders = [[], ['metrics.acc DESC'], ['metrics.loss ASC', 'params.lr']]

test.each(filters.map((filter) => ({ filter: filter || 'no filter at all', text: filter })))(
  '$filter walks along an index at 100,000 runs, in every order and on the second page',
  async ({ text }) => {
    const { db, queries } = watched
    const seen: string[] = []
    for (const order_by of orders) {
      const query = { experiment_ids: ['0'], view: 'ACTIVE_ONLY' as const, filter: text, order_by, max_results: 20 }
      queries.length = 0
      const { next_page_token } = await searchRunIds(db, engine, query)
      if (next_page_token) await searchRunIds(db, engine, { ...query, page_token: next_page_token })
      const asked = queries.splice(0)
      expect(asked.length).toBeGreaterThan(0)
      for (const one of asked) for (const scan of await readWhole(one)) seen.push(`${order_by}: ${scan}: ${one.sql}`)
    }
    expect(seen).toEqual([])
  },
)
