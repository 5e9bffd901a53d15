import { join } from 'node:path'
import fc from 'fast-check'
import { CompiledQuery, Kysely, sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '../../../db/database.ts'
import { openSqlite, sqliteDialect } from '../../../db/sqlite.ts'
import { type TestApp, type TestClient, testApp } from '../../../testing/app.ts'
import { searchRunIds } from './runs.ts'

const api = '/api/2.0/mlflow'
const values = ['red', 'green', 'Red', 'a_b'] as const

type Leaf =
  | { on: 'metrics'; key: string; sign: string; value: number }
  | { on: 'params' | 'tags'; key: string; sign: string; value: string }
  | { on: 'run_name' | 'end_time' | 'status' | 'user_id' | 'start_time'; sign: string; value: string | number }
  | { on: 'datasets'; key: 'name' | 'digest' | 'context'; sign: string; value: string | readonly string[] }
  /** By the place in the list of runs: ids are not known before. */
  | { on: 'run_id'; sign: 'IN' | 'NOT IN'; value: readonly number[] }
type Tree = { leaf: Leaf } | { not: Tree } | { and: Tree[] } | { or: Tree[] }

type Facts = {
  id: string
  run_name: string
  start_time: number
  end_time: number | null
  status: string
  user_id: string
  metrics: Record<string, number | 'NaN' | 'Infinity' | '-Infinity'>
  datasets: { name: string; digest: string; context: string | null }[]
  params: Record<string, string>
  tags: Record<string, string>
}

const numberSigns = ['>', '>=', '<', '<=', '=', '!=']
const key = fc.constantFrom('k', 'l')
const number = fc.integer({ min: -1, max: 2 })
const measured = fc.oneof(number, fc.constantFrom('NaN' as const, 'Infinity', '-Infinity'))
const textTest = fc.oneof(
  fc.record({ sign: fc.constantFrom('=', '!='), value: fc.constantFrom(...values) }),
  fc.record({ sign: fc.constantFrom('LIKE', 'ILIKE'), value: fc.constantFrom('r%', '%e%', 'a_b', 'R__') }),
)
const listTest = fc.record({
  sign: fc.constantFrom('IN', 'NOT IN'),
  value: fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
})
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.record({ on: fc.constant('metrics' as const), key, sign: fc.constantFrom(...numberSigns), value: number }),
  fc
    .tuple(fc.constantFrom('params' as const, 'tags' as const), key, textTest)
    .map(([on, k, t]) => ({ on, key: k, ...t })),
  fc
    .tuple(fc.constantFrom('params' as const, 'tags' as const), key, fc.constantFrom('IS NULL', 'IS NOT NULL'))
    .map(([on, k, sign]) => ({ on, key: k, sign, value: '' })),
  textTest.map((t) => ({ on: 'run_name' as const, ...t })),
  fc.record({
    on: fc.constantFrom('end_time' as const, 'start_time'),
    sign: fc.constantFrom(...numberSigns),
    value: number,
  }),
  fc.record({
    on: fc.constant('status' as const),
    sign: fc.constantFrom('=', '!=', 'LIKE', 'ILIKE'),
    value: fc.constantFrom('RUNNING', 'running', 'FIN%', '%E%'),
  }),
  textTest.map((t) => ({ on: 'user_id' as const, ...t })),
  fc
    .tuple(fc.constantFrom('name' as const, 'digest', 'context'), fc.oneof(textTest, listTest))
    .map(([k, t]) => ({ on: 'datasets' as const, key: k, ...t })),
  fc.record({
    on: fc.constant('run_id' as const),
    sign: fc.constantFrom('IN' as const, 'NOT IN'),
    value: fc.array(fc.nat({ max: 39 }), { minLength: 1, maxLength: 5 }),
  }),
)
const { tree } = fc.letrec<{ tree: Tree; branch: Tree; leaf: Tree }>((tie) => ({
  leaf: leaf.map((one) => ({ leaf: one })),
  branch: fc.oneof(
    tie('tree').map((not) => ({ not })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
  ),
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie('leaf'), tie('branch')),
}))

function textOf(node: Tree, runs: readonly Facts[]): string {
  if ('leaf' in node) {
    const { on, sign, value } = node.leaf
    const name = 'key' in node.leaf ? `${on}.${node.leaf.key}` : on
    if (sign.startsWith('IS')) return `${name} ${sign}`
    const shown = Array.isArray(value)
      ? `(${value.map((one) => `'${typeof one === 'number' ? runs[one]?.id : one}'`).join(', ')})`
      : typeof value === 'number'
        ? value
        : `'${value}'`
    return `${name} ${sign} ${shown}`
  }
  if ('not' in node) return `NOT ${'leaf' in node.not ? textOf(node.not, runs) : `(${textOf(node.not, runs)})`}`
  if ('and' in node)
    return node.and.map((part) => ('or' in part ? `(${textOf(part, runs)})` : textOf(part, runs))).join(' AND ')
  return node.or.map((part) => textOf(part, runs)).join(' or ')
}

function holds(node: Tree, run: Facts, runs: readonly Facts[]): boolean {
  if ('not' in node) return !holds(node.not, run, runs)
  if ('and' in node) return node.and.every((part) => holds(part, run, runs))
  if ('or' in node) return node.or.some((part) => holds(part, run, runs))
  const one = node.leaf
  if (one.on === 'run_id') return one.value.some((at) => runs[at]?.id === run.id) === (one.sign === 'IN')
  if (one.on === 'datasets') {
    // One of them is enough, and one without a context has none that differs.
    return run.datasets.some(({ [one.key]: held }) => held !== null && compareText(held, one.sign, one.value))
  }
  if (one.on === 'metrics') {
    const held = run.metrics[one.key]
    // As MLflow does: NaN compares as 0.
    return held !== undefined && compare(held === 'NaN' ? 0 : Number(held), one.sign, one.value)
  }
  const actual = 'key' in one ? run[one.on][one.key] : run[one.on]
  if (one.sign === 'IS NULL') return actual === undefined
  if (one.sign === 'IS NOT NULL') return actual !== undefined
  if (actual === undefined || actual === null) return false
  return compare(actual, one.sign, one.value)
}

function compareText(actual: string, sign: string, value: string | readonly string[]): boolean {
  if (sign === 'IN') return value.includes(actual)
  if (sign === 'NOT IN') return !value.includes(actual)
  return compare(actual, sign, String(value))
}

function compare(actual: string | number, sign: string, value: string | number): boolean {
  switch (sign) {
    case '=':
      return actual === value
    case '!=':
      return actual !== value
    case '>':
      return actual > value
    case '>=':
      return actual >= value
    case '<':
      return actual < value
    case '<=':
      return actual <= value
    default: {
      const pattern = String(value).replaceAll('%', '.*').replaceAll('_', '.')
      return new RegExp(`^${pattern}$`, sign === 'ILIKE' ? 'i' : '').test(String(actual))
    }
  }
}

async function givenRuns(ann: TestClient, count: number): Promise<Facts[]> {
  const facts = fc.record({
    run_name: fc.constantFrom(...values),
    end_time: fc.option(number, { nil: null }),
    user_id: fc.constantFrom(...values),
    status: fc.constantFrom('RUNNING', 'FINISHED', 'SCHEDULED'),
    metrics: fc.record({ k: measured, l: measured }, { requiredKeys: [] }),
    datasets: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...values),
        digest: fc.constantFrom(...values),
        context: fc.option(fc.constantFrom(...values)),
      }),
      { maxLength: 2, selector: ({ name, digest }) => `${name} ${digest}` },
    ),
    params: fc.record({ k: fc.constantFrom(...values), l: fc.constantFrom(...values) }, { requiredKeys: [] }),
    tags: fc.record({ k: fc.constantFrom(...values), l: fc.constantFrom(...values) }, { requiredKeys: [] }),
  })
  const runs: Facts[] = []
  for (const fact of fc.sample(facts, { numRuns: count, seed: 7 })) {
    const { run_name, end_time, metrics, params, tags, user_id, status, datasets } = fact
    const start_time = (runs.length % 4) - 1
    const made = await ann.post(`${api}/runs/create`, { experiment_id: '0', run_name, user_id, start_time })
    const run_id = made.json().run.info.run_id
    const list = (from: Record<string, unknown>) => Object.entries(from).map(([k, value]) => ({ key: k, value }))
    await ann.post(`${api}/runs/log-batch`, {
      run_id,
      metrics: list(metrics).map((metric) => ({ ...metric, timestamp: 1, step: 0 })),
      params: list(params),
      tags: list(tags),
    })
    if (datasets.length > 0) {
      await ann.post(`${api}/runs/log-inputs`, {
        run_id,
        datasets: datasets.map(({ name, digest, context }) => ({
          tags: context === null ? [] : [{ key: 'mlflow.data.context', value: context }],
          dataset: { name, digest, source_type: 'local', source: '{}' },
        })),
      })
    }
    await ann.post(`${api}/runs/update`, { run_id, status, ...(end_time === null ? {} : { end_time }) })
    runs.push({ id: run_id, run_name, start_time, end_time, metrics, params, tags, user_id, status, datasets } as Facts)
  }
  return runs
}

async function found(ann: TestClient, filter: string): Promise<string[]> {
  const reply = await ann.post(`${api}/runs/search`, { experiment_ids: ['0'], filter, max_results: 1000 })
  if (reply.status !== 200) throw new Error(`${filter}: ${reply.text}`)
  return (reply.json().runs ?? []).map((run: { info: { run_id: string } }) => run.info.run_id).sort()
}

test('OR, NOT and parentheses find what a reader of the filter would find', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const runs = await givenRuns(ann, 40)
  await fc.assert(
    fc.asyncProperty(tree, async (node) => {
      const expected = runs.filter((run) => holds(node, run, runs)).map(({ id }) => id)
      expect(await found(ann, textOf(node, runs))).toEqual(expected.sort())
    }),
    { numRuns: 150 },
  )
})

test('what is not a filter is refused and says where', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const refused = async (filter: string) => {
    const reply = await ann.post(`${api}/runs/search`, { experiment_ids: ['0'], filter })
    expect(reply.status).toBe(400)
    return reply.json().message
  }
  expect(await refused('metrics.a > 1 OR')).toContain('ends in the middle')
  expect(await refused('OR metrics.a > 1')).toContain("'OR'")
  expect(await refused('metrics.a > 1 OR (metrics.b > 2')).toContain('(metrics.b > 2')
  expect(await refused('metrics.a > 1 OR ()')).toContain('ends in the middle')
  expect(await refused('NOT (metrics.a > 1 metrics.b > 1)')).toContain("'metrics.b'")
  expect(await refused(`${'('.repeat(40)}metrics.a > 1${')'.repeat(40)}`)).toContain('deeper than')
  expect(await refused(Array.from({ length: 201 }, () => 'metrics.a > 1').join(' OR '))).toContain('at most 200')
  expect(await refused("metrics.a > 1 OR params.x > 'a'")).toContain('Invalid comparator')
})

test('experiments and models are found with the same grammar', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  for (const name of ['one', 'two', 'three']) {
    await ann.post(`${api}/experiments/create`, { name })
    await ann.post(`${api}/registered-models/create`, { name })
  }
  const filter = "(name = 'one' OR name LIKE 't%') AND NOT name = 'two'"
  const experiments = (await ann.post(`${api}/experiments/search`, { filter, max_results: 10 })).json().experiments
  expect(experiments.map(({ name }: { name: string }) => name)).toEqual(['three', 'one'])
  const models = await ann.get(`${api}/registered-models/search?filter=${encodeURIComponent(filter)}`)
  expect(models.json().registered_models.map(({ name }: { name: string }) => name)).toEqual(['one', 'three'])
})

test.skipIf(process.env.TEST_ENGINE === 'postgres')('no filter walks through all metrics, params or tags', async () => {
  const app = await testApp()
  await manyRuns(app, 4_000)
  const queries: { sql: string; parameters: readonly unknown[] }[] = []
  const database = openSqlite(join(app.config.dataDir, 'workspaces', 'main', 'workspace.db'), { readOnly: true })
  const db = new Kysely<Database>({ dialect: sqliteDialect(database), log: ({ query }) => void queries.push(query) })
  const search = (filter: string, order_by: string[]) =>
    searchRunIds(db, 'sqlite', { experiment_ids: ['0'], view: 'ACTIVE_ONLY', filter, order_by, max_results: 20 })
  for (const filter of [
    'metrics.acc > 0.5',
    'metrics.acc > 0.5 OR metrics.acc < 0.1',
    'metrics.acc > 2 OR metrics.loss > 3',
    "NOT metrics.acc > 0.5 AND (params.p = '1' OR tags.t = '2')",
    "params.p = '1' OR (metrics.acc > 0.999 AND tags.t != 'x')",
    "NOT (params.p LIKE '1%' OR tags.t IS NULL)",
  ]) {
    for (const order of [[], ['metrics.acc DESC'], ['params.p ASC', 'metrics.loss']]) await search(filter, order)
  }
  const plans = await Promise.all(
    queries.map(async ({ sql: text, parameters }) => {
      const explained = CompiledQuery.raw(`explain query plan ${text}`, [...parameters])
      const { rows } = await db.executeQuery(explained)
      return { text, steps: rows.map((row) => String((row as { detail: string }).detail)) }
    }),
  )
  expect(plans.length).toBeGreaterThan(20)
  const scans = plans.flatMap(({ text, steps }) =>
    steps
      .filter((step) => /^SCAN (?!r\b|pick\b|x\b|CONSTANT|\(|o0 USING)/.test(step))
      .map((step) => `${step}: ${text}`),
  )
  expect(scans).toEqual([])
  await db.destroy()
})

async function manyRuns(app: TestApp, count: number) {
  const numbers = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`
  const id = sql`printf('%032d', i)`
  await app.workspaces.get('main')?.connection.writer.commit(async (tx) => {
    await sql`insert into run (id, experiment_id, name, status, user_name, start_time, artifact_uri, lifecycle_stage, created_by)
      ${numbers} select ${id}, '0', 'r', 'FINISHED', '', i, '', 'active', 'x' from n`.execute(tx)
    for (const [offset, name] of [
      [0, 'acc'],
      [1, 'loss'],
    ] as const) {
      await sql`insert into metric_latest (run_id, key, series, experiment_id, value, is_nan, step, timestamp)
        ${numbers} select ${id}, ${name}, 2 * i + ${offset}, '0', i * 1.0 / ${count}, 0, 0, 0 from n`.execute(tx)
    }
    for (const [table, name] of [
      ['run_param', 'p'],
      ['run_tag', 't'],
    ] as const) {
      await sql`insert into ${sql.table(table)} (run_id, key, head, value)
        ${numbers} select ${id}, ${name}, i % 10, i % 10 from n`.execute(tx)
    }
  })
}
