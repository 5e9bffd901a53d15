import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { type App, createApp } from '../src/app.ts'
import { openSqlite } from '../src/db/sqlite.ts'
import { serverActor } from '../src/modules/audit/schema.ts'
import { type Measurement, median, percentile } from './measurement.ts'
import type { LogTask } from './tracking-client.ts'
import { fillRuns, handWritten } from './tracking-runs.ts'

const rounds = 5
const batches = 100
const perBatch = 1_000
const singles = 6_000
const connections = 16
const searches = 200

type Bench = { app: App; dir: string; base: string; token: string; client: Worker }

/** Logging over HTTP against the bare engine, and searching 100,000 runs against a query written by hand. */
export async function measureTracking(): Promise<Measurement[]> {
  const dir = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'bench-tracking-'))
  const app = await createApp({
    dataDir: join(dir, 'data'),
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://modelkeep.test',
    database: { kind: 'sqlite' },
    log: false,
    trustProxy: false,
  })
  const client = new Worker(new URL('./tracking-client.ts', import.meta.url))
  try {
    await app.http.listen({ host: '127.0.0.1', port: 0 })
    const base = `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}/api/2.0/mlflow`
    const bench = { app, dir, base, token: await tokenOf(app), client }
    return [await measureBatches(bench), await measureSingles(bench), ...(await measureSearch(bench))]
  } finally {
    await client.terminate()
    await app.close()
    await rm(dir, { recursive: true, force: true })
  }
}

async function measureBatches(bench: Bench): Promise<Measurement> {
  const raw = openSqlite(join(bench.dir, 'batches.db'))
  const ours: number[] = []
  const reference: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const runIds = [await newRun(bench)]
    const seconds = await log(bench, 'log-batch', { connections: 2, requests: batches, metrics: perBatch, runIds })
    const plain = rawBatches(raw, runIds[0] ?? '')
    if (round === 0) continue
    ours.push((batches * perBatch) / seconds)
    reference.push((batches * perBatch) / plain)
  }
  raw.close()
  const against = 'raw node:sqlite bulk insert'
  return higher('log-batch, 1,000 metrics a request, over HTTP', against, ours, reference, 0.5, 'metrics/s')
}

/** A transaction for every 1,000 rows, as the server commits every request. */
function rawBatches(database: DatabaseSync, runId: string): number {
  createRawTable(database)
  const insert = database.prepare('insert into metric values (?, ?, ?, ?, ?, ?)')
  const from = performance.now()
  for (let batch = 0; batch < batches; batch++) {
    database.exec('begin immediate')
    for (let i = 0; i < perBatch; i++) {
      const step = batch * perBatch + i
      insert.run(runId, `metric-${i % 4}`, step, 1_700_000_000_000 + step, Math.sin(step), 0)
    }
    database.exec('commit')
  }
  return (performance.now() - from) / 1000
}

async function measureSingles(bench: Bench): Promise<Measurement> {
  const raw = openSqlite(join(bench.dir, 'singles.db'))
  createRawTable(raw)
  const insert = raw.prepare('insert into metric values (?, ?, ?, ?, ?, ?)')
  const ours: number[] = []
  const reference: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const runIds = await Promise.all(Array.from({ length: connections }, () => newRun(bench)))
    const seconds = await log(bench, 'log-metric', { connections, requests: singles, metrics: 1, runIds })
    const from = performance.now()
    for (let step = 0; step < singles; step++) insert.run(runIds[0] ?? '', 'loss', step, step, Math.sin(step), 0)
    const plain = (performance.now() - from) / 1000
    if (round === 0) continue
    ours.push(singles / seconds)
    reference.push(singles / plain)
  }
  raw.close()
  const against = 'raw node:sqlite, one commit each'
  return higher('log-metric, 16 connections, durable', against, ours, reference, 1, 'requests/s')
}

function createRawTable(database: DatabaseSync) {
  database.exec(`create table if not exists metric (run_id text, key text, step real, timestamp real, value real, is_nan integer,
    primary key (run_id, key, step, timestamp, value, is_nan)) without rowid`)
}

async function measureSearch(bench: Bench): Promise<Measurement[]> {
  const experiment = await fillRuns(bench.app, 100_000)
  const raw = new DatabaseSync(join(bench.dir, 'data', 'workspaces', 'main', 'workspace.db'), { readOnly: true })
  const query = handWritten(raw, experiment)
  const ours: number[] = []
  const reference: number[] = []
  for (let i = -10; i < searches; i++) {
    const least = ((i + 10) % 20) / 20
    let from = performance.now()
    const reply = await bench.app.http.inject({
      method: 'POST',
      url: '/api/2.0/mlflow/runs/search',
      headers: { authorization: `Bearer ${bench.token}` },
      payload: {
        experiment_ids: [experiment],
        filter: `metrics.acc > ${least}`,
        order_by: ['metrics.loss ASC'],
        max_results: 100,
      },
    })
    const took = performance.now() - from
    from = performance.now()
    const rows = query(least)
    const plain = performance.now() - from
    if (reply.json().runs.length !== rows.length) throw new Error('the search and the query differ')
    if (i < 0) continue
    ours.push(took)
    reference.push(plain)
  }
  raw.close()
  const p95 = percentile(ours, 0.95)
  const theirs = percentile(reference, 0.95)
  const work = 'runs/search, filter and order by metric, 100,000 runs'
  const row = { work, ours: p95, unit: 'ms (p95)', better: 'lower' as const }
  return [
    { ...row, against: 'the same query written by hand', reference: theirs, ratio: p95 / theirs, goal: 2 },
    { ...row, against: '–', reference: null, ratio: null, goal: 50 },
  ]
}

function higher(
  work: string,
  against: string,
  ours: readonly number[],
  reference: readonly number[],
  goal: number,
  unit: string,
): Measurement {
  const mine = median(ours)
  const theirs = median(reference)
  return { work, against, ours: mine, reference: theirs, ratio: mine / theirs, goal, unit, better: 'higher' }
}

async function log(
  { base, token, client }: Bench,
  route: string,
  task: Pick<LogTask, 'connections' | 'requests' | 'metrics' | 'runIds'>,
): Promise<number> {
  const result = once(client, 'message')
  client.postMessage({ url: `${base}/runs/${route}`, token, firstStep: 0, ...task } satisfies LogTask)
  return (await result)[0]
}

async function newRun({ app, token }: Bench): Promise<string> {
  const reply = await app.http.inject({
    method: 'POST',
    url: '/api/2.0/mlflow/runs/create',
    headers: { authorization: `Bearer ${token}` },
    payload: { experiment_id: '0' },
  })
  return reply.json().run.info.run_id
}

async function tokenOf({ access }: App): Promise<string> {
  const grants = [{ role: 'developer' as const, model: null }]
  const person = await access.people.create(serverActor, { login: 'bench', name: 'Bench', kind: 'person', grants })
  const made = await access.tokens.create(
    { id: person.id, kind: 'person', via: 'session', login: person.login, name: person.name, grants, scopes: null },
    { name: 'bench', scopes: null, expires_in_days: 1 },
  )
  return made.secret
}

if (import.meta.main) console.table(await measureTracking())
