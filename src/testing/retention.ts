import { sql } from 'kysely'
import type { TestApp, TestClient } from './app.ts'

const mlflow = '/api/2.0/mlflow'

export async function ok(reply: Promise<{ status: number; text: string; json: () => ReturnType<typeof JSON.parse> }>) {
  const { status, text, json } = await reply
  if (status >= 300) throw new Error(`${status}: ${text}`)
  return text === '' ? {} : json()
}

export async function newExperiment(client: TestClient, name: string): Promise<string> {
  return (await ok(client.post(`${mlflow}/experiments/create`, { name }))).experiment_id
}

type RunOptions = { file?: string; metric?: number; end?: number; tags?: { key: string; value: string }[] }

/** A finished run with a parameter, two metrics, an input, a logged model and, if given, a file. */
export async function fullRun(client: TestClient, experiment_id: string, options: RunOptions = {}) {
  const { run } = await ok(
    client.post(`${mlflow}/runs/create`, { experiment_id, start_time: options.end ?? 1, tags: options.tags ?? [] }),
  )
  const run_id: string = run.info.run_id
  const metrics = [1, 2, 3].map((step) => ({ key: 'loss', value: 1 / step, step, timestamp: step }))
  if (options.metric !== undefined) metrics.push({ key: 'auc', value: options.metric, step: 0, timestamp: 1 })
  await ok(
    client.post(`${mlflow}/runs/log-batch`, {
      run_id,
      metrics,
      params: [{ key: 'lr', value: '0.1' }],
      tags: [{ key: 'team', value: 'risk' }],
    }),
  )
  const dataset = { name: 'wages', digest: 'abc12345', source_type: 'local', source: '{}' }
  await ok(client.post(`${mlflow}/runs/log-inputs`, { run_id, datasets: [{ dataset }] }))
  const made = await ok(client.post(`${mlflow}/logged-models`, { experiment_id, name: 'clf', source_run_id: run_id }))
  const model_id: string = made.model.info.model_id
  await ok(client.post(`${mlflow}/runs/outputs`, { run_id, models: [{ model_id, step: 1 }] }))
  const path = String(run.info.artifact_uri).replace('mlflow-artifacts:/', '')
  if (options.file !== undefined) await upload(client, `${path}/model/weights.bin`, options.file)
  await ok(client.post(`${mlflow}/runs/update`, { run_id, status: 'FINISHED', end_time: options.end ?? 2 }))
  return { id: run_id, path, model_id, uri: String(run.info.artifact_uri) }
}

export async function upload(client: TestClient, path: string, content: string): Promise<void> {
  const url = `/api/2.0/mlflow-artifacts/artifacts/${path}`
  await ok(client.request('PUT', url, Buffer.from(content), { 'content-type': 'application/octet-stream' }))
}

export const deleteRun = (client: TestClient, run_id: string) => ok(client.post(`${mlflow}/runs/delete`, { run_id }))
export const deleteExperiment = (client: TestClient, experiment_id: string) =>
  ok(client.post(`${mlflow}/experiments/delete`, { experiment_id }))

/** Waits for background work that a path shows the state of. */
export async function ended(client: Pick<TestClient, 'get'>, path: string) {
  for (let i = 0; i < 1000; i++) {
    const found = await ok(client.get(path))
    if (found.state !== 'queued' && found.state !== 'running') return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`${path} does not end`)
}

/** Removes for good and waits; the answer is the purge at its end. */
export async function purged(client: TestClient, what: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const { outcome, purge } = await ok(client.post('/purges', { what, reason: 'no longer needed', ...more }))
  if (outcome !== 'started') throw new Error(`the purge was not started but ${outcome}`)
  return ended(client, `/purges/${purge.id}`)
}

/** A collection of bytes, from its start to its end. */
export async function collected(client: TestClient) {
  const { id } = await ok(client.post('/storage/collections'))
  return ended(client, `/storage/collections/${id}`)
}

/** How many rows each table of the workspace has; those of the trail, of jobs and of retention itself are left out. */
export async function rowCounts(app: TestApp): Promise<Record<string, number>> {
  const connection = app.workspaces.get('main')?.connection
  if (!connection) throw new Error('no workspace')
  const { db, engine } = connection
  const tables =
    engine === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table' order by name`
      : sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema() order by 1`
  const counts: Record<string, number> = {}
  for (const { name } of (await tables.execute(db)).rows) {
    if (/^(audit_|job$|purge$|purge_item$|collection$|blob_garbage$|retention_|migration$|duty_watch$)/.test(name))
      continue
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(name)}`.execute(db)
    counts[name] = Number(rows[0]?.n)
  }
  return counts
}
