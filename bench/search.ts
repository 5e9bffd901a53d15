import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CompiledQuery } from 'kysely'
import { serverActor } from '../src/modules/audit/schema.ts'
import type { Bench } from './engine.ts'
import { absolute, type Measurement, median, percentile } from './measurement.ts'
import { openWorkspaceRaw } from './raw.ts'
import { runStatements } from './runs.ts'
import { type Served, serveBench } from './served.ts'

const sizes = [1_000, 10_000, 100_000, 1_000_000]
const compared = 100_000
const searches = 200
const perCommit = 100_000

/** Searching experiments of growing size in one database: a filter and an order, both by metric. */
export async function measureSearch(bench: Bench): Promise<Measurement[]> {
  const served = await serveBench(bench)
  try {
    const rows: Measurement[] = []
    let first = 0
    for (const size of sizes) {
      const experiment = await fill(bench, served, first, size)
      first += size
      rows.push(...(await searchIn(bench, served, experiment, size)))
    }
    return rows
  } finally {
    await served.close()
  }
}

/** Written past the service, because only reading is measured. */
async function fill(bench: Bench, { app, workspace }: Served, first: number, size: number): Promise<string> {
  const experiment = await workspace.tracking.experiments.create(serverActor, { name: `bench ${size}` })
  const { connection } = workspace
  if (bench.database.kind === 'sqlite') {
    const database = new DatabaseSync(join(bench.dir, 'data', 'workspaces', 'main', 'workspace.db'), {
      timeout: 60_000,
    })
    database.exec('pragma synchronous = off; pragma cache_size = -1000000')
    for (let from = first; from < first + size; from += perCommit) {
      database.exec('begin immediate')
      for (const text of runStatements('sqlite', experiment, from, Math.min(from + perCommit, first + size)))
        database.exec(text)
      database.exec('commit')
    }
    database.exec('pragma wal_checkpoint(truncate)')
    database.close()
  } else {
    for (let from = first; from < first + size; from += perCommit) {
      const texts = runStatements('postgres', experiment, from, Math.min(from + perCommit, first + size))
      await connection.writer.commit(async (tx) => {
        for (const text of texts) await tx.executeQuery(CompiledQuery.raw(text))
      })
    }
    // What autovacuum does by itself a minute later.
    for (const table of ['run', 'metric_latest', 'run_param', 'run_tag'])
      await connection.db.executeQuery(CompiledQuery.raw(`analyze ${table}`))
  }
  if (!app.http.server.listening) throw new Error('the server ended')
  return experiment
}

async function searchIn(bench: Bench, { call }: Served, experiment: string, size: number): Promise<Measurement[]> {
  const raw = await openWorkspaceRaw(bench)
  const marks = Array.from({ length: 100 }, () => '?').join(', ')
  const page = `select r.* from metric_latest o join run r on r.id = o.run_id
    join metric_latest f on f.run_id = o.run_id and f.key = 'acc'
    where o.experiment_id = ? and o.key = 'loss' and o.is_nan = 0 and f.value > ? and r.lifecycle_stage = 'active'
    order by o.value, r.start_time desc, r.id limit 101`
  const parts = ['metric_latest', 'run_param', 'run_tag', 'run_input'].map(
    (table) => `select * from ${table} where run_id in (${marks})`,
  )
  const ours: number[] = []
  const reference: number[] = []
  try {
    for (let i = -10; i < searches; i++) {
      const least = ((i + 10) % 20) / 20
      let from = performance.now()
      const reply = await call('POST', 'runs/search', {
        experiment_ids: [experiment],
        filter: `metrics.acc > ${least}`,
        order_by: ['metrics.loss ASC'],
        max_results: 100,
      })
      const took = performance.now() - from
      from = performance.now()
      const found = (await raw.query(page, [experiment, least])).slice(0, 100)
      const ids = Array.from({ length: 100 }, (_, n) => String(found[n]?.id ?? ''))
      for (const part of parts) await raw.query(part, ids)
      const plain = performance.now() - from
      if (reply.json().runs.length !== found.length) throw new Error('the search and the query differ')
      if (i < 0) continue
      ours.push(took)
      reference.push(plain)
    }
  } finally {
    await raw.close()
  }
  const work = `runs/search, filter and order by metric, ${size.toLocaleString('en')} runs`
  const p95 = percentile(ours, 0.95)
  const theirs = percentile(reference, 0.95)
  const rows = [absolute(`${work}, p50`, median(ours), 'ms', null), absolute(`${work}, p95`, p95, 'ms', 50)]
  if (size !== compared) return rows
  const against = 'the same query written by hand'
  return [...rows, { ...absolute(`${work}, p95`, p95, 'ms', 2), against, reference: theirs, ratio: p95 / theirs }]
}
