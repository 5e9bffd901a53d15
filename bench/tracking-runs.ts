import type { DatabaseSync } from 'node:sqlite'
import type { App } from '../src/app.ts'
import { insertMany } from '../src/db/bulk.ts'
import { serverActor } from '../src/modules/audit/schema.ts'

const perCommit = 5_000

/** Runs with three metrics, two parameters and a tag each, written past the service because only reading is measured. */
export async function fillRuns(app: App, count: number): Promise<string> {
  const workspace = app.workspaces.get('main')
  if (!workspace) throw new Error('no workspace')
  const { connection, tracking } = workspace
  const experiment = await tracking.experiments.create(serverActor, { name: `bench ${count}` })
  for (let from = 0; from < count; from += perCommit) {
    const numbers = Array.from({ length: Math.min(perCommit, count - from) }, (_, i) => from + i)
    await connection.writer.commit(async (tx) => {
      const insert = (table: string, columns: string[], rows: unknown[][]) =>
        insertMany(tx, connection.engine, { table, columns }, rows)
      const runColumns = ['id', 'experiment_id', 'name', 'status', 'user_name', 'start_time', 'artifact_uri']
      await insert(
        'run',
        [...runColumns, 'lifecycle_stage', 'created_by'],
        numbers.map((n) => [idOf(n), experiment, `run ${n}`, 'FINISHED', '', n, 'x:/', 'active', 'server']),
      )
      const latest = ['run_id', 'key', 'series', 'experiment_id', 'value', 'is_nan', 'step', 'timestamp']
      const metrics = ['acc', 'loss', 'time']
      await insert(
        'metric_latest',
        latest,
        numbers.flatMap((n) =>
          metrics.map((key, i) => [idOf(n), key, 1e6 + n * 3 + i, experiment, noise(n * 3 + i), 0, 1, 1]),
        ),
      )
      const text = ['run_id', 'key', 'head', 'value']
      const params = (n: number) => [
        [idOf(n), 'lr', `${n % 10}`, `${n % 10}`],
        [idOf(n), 'seed', `${n}`, `${n}`],
      ]
      await insert('run_param', text, numbers.flatMap(params))
      await insert(
        'run_tag',
        text,
        numbers.map((n) => [idOf(n), 'mlflow.runName', `run ${n}`, `run ${n}`]),
      )
    })
  }
  return experiment
}

const idOf = (n: number) => n.toString(16).padStart(32, '0')

/** The same number for the same run, spread evenly over 0 to 1. */
function noise(n: number): number {
  const mixed = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d)
  return ((Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}

/** What a person would write who knows the tables: the page first, then what belongs to its runs. */
export function handWritten(database: DatabaseSync, experiment: string): (least: number) => unknown[] {
  const page = database.prepare(`
    select r.* from metric_latest o join run r on r.id = o.run_id
    join metric_latest f on f.run_id = o.run_id and f.key = 'acc'
    where o.experiment_id = ? and o.key = 'loss' and o.is_nan = 0 and f.value > ? and r.lifecycle_stage = 'active'
    order by o.value, r.start_time desc, r.id limit 101`)
  const marks = Array.from({ length: 100 }, () => '?').join(', ')
  const parts = ['metric_latest', 'run_param', 'run_tag', 'run_input'].map((table) =>
    database.prepare(`select * from ${table} where run_id in (${marks})`),
  )
  return (least) => {
    const runs = page.all(experiment, least).slice(0, 100)
    const ids = Array.from({ length: 100 }, (_, i) => String(runs[i]?.id ?? ''))
    for (const part of parts) part.all(...ids)
    return runs
  }
}
