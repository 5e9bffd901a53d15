import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { type TestApp, testApp } from '../../../testing/app.ts'
import { importer, importInto, problemsOf } from '../../../testing/importing.ts'
import {
  fillMlflowDatabase,
  mlflowDatabase,
  mlflowTables,
  runId,
  type Value,
} from '../../../testing/mlflow-database.ts'
import { put } from '../../../testing/mlruns.ts'
import { openMlflowSource } from './index.ts'

const model = 'm-0123456789abcdef0123456789abcdef'
const run = runId(1)
const other = runId(2)

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'mlflow-db-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** One of everything, as the tables have it. */
function story(release: 2 | 3): [table: string, row: Record<string, Value>][] {
  const times = { creation_time: 1_700_000_000_000, last_update_time: 1_700_000_000_001 }
  const rows: [string, Record<string, Value>][] = [
    [
      'experiments',
      {
        experiment_id: 0,
        name: 'Default',
        artifact_location: 'mlflow-artifacts:/0',
        lifecycle_stage: 'active',
        ...times,
      },
    ],
    [
      'experiments',
      {
        experiment_id: 7,
        name: 'wages',
        artifact_location: 'mlflow-artifacts:/7',
        lifecycle_stage: 'active',
        ...times,
      },
    ],
    [
      'experiments',
      { experiment_id: 8, name: 'bucket', artifact_location: 's3://bucket/8', lifecycle_stage: 'deleted', ...times },
    ],
    ['experiment_tags', { experiment_id: 7, key: 'team', value: 'pay' }],
    ...[run, other].map((id, i): [string, Record<string, Value>] => [
      'runs',
      {
        run_uuid: id,
        name: `run ${i}`,
        user_id: i === 0 ? 'kim' : null,
        status: i === 0 ? 'FINISHED' : 'RUNNING',
        start_time: 1_700_000_000_100,
        end_time: i === 0 ? 1_700_000_000_900 : null,
        lifecycle_stage: i === 0 ? 'active' : 'deleted',
        artifact_uri: i === 0 ? `mlflow-artifacts:/7/${id}/artifacts` : `s3://bucket/8/${id}/artifacts`,
        experiment_id: i === 0 ? 7 : 8,
      },
    ]),
    ['params', { run_uuid: run, key: 'lr', value: '0.1' }],
    ['params', { run_uuid: run, key: '../evil', value: 'x' }],
    ['params', { run_uuid: run, key: 'long', value: 'v'.repeat(8000) }],
    ['tags', { run_uuid: run, key: 'mlflow.runName', value: 'run 0' }],
    ['tags', { run_uuid: other, key: 'mlflow.user', value: 'lee' }],
    ['metrics', { run_uuid: run, key: 'loss', value: 0.5, timestamp: 1_700_000_000_200, step: 0, is_nan: 0 }],
    ['metrics', { run_uuid: run, key: 'loss', value: 0, timestamp: 1_700_000_000_300, step: 1, is_nan: 1 }],
    [
      'metrics',
      { run_uuid: run, key: 'loss', value: 1.7976931348623157e308, timestamp: 1_700_000_000_300, step: 1, is_nan: 0 },
    ],
    [
      'latest_metrics',
      { run_uuid: run, key: 'loss', value: 1.7976931348623157e308, timestamp: 1_700_000_000_300, step: 1, is_nan: 0 },
    ],
    [
      'datasets',
      {
        dataset_uuid: 'd1',
        experiment_id: 7,
        name: 'cps',
        digest: 'abcd',
        dataset_source_type: 'local',
        dataset_source: '{}',
        dataset_schema: null,
        dataset_profile: '{}',
      },
    ],
    [
      'inputs',
      { input_uuid: 'i1', source_type: 'DATASET', source_id: 'd1', destination_type: 'RUN', destination_id: run },
    ],
    ['input_tags', { input_uuid: 'i1', name: 'mlflow.data.context', value: 'training' }],
    [
      'registered_models',
      { name: 'wages', creation_time: 1_700_000_001_000, last_updated_time: 1_700_000_002_000, description: 'd' },
    ],
    ['registered_model_tags', { name: 'wages', key: 'k', value: 'v' }],
    ['registered_model_aliases', { name: 'wages', alias: 'best', version: 3 }],
    ...[1, 3].map((version): [string, Record<string, Value>] => [
      'model_versions',
      {
        name: 'wages',
        version,
        creation_time: 1_700_000_001_000 + version,
        last_updated_time: 1_700_000_001_100,
        description: '',
        user_id: version === 3 ? 'kim' : null,
        current_stage: version === 3 ? 'Archived' : 'Deleted_Internal',
        source: version === 3 ? `mlflow-artifacts:/7/${run}/artifacts/model` : 'REDACTED-SOURCE-PATH',
        run_id: version === 3 ? run : null,
        run_link: null,
        status: 'READY',
        storage_location: version === 3 ? `mlflow-artifacts:/7/${run}/artifacts/model` : null,
      },
    ]),
    ['model_version_tags', { name: 'wages', version: 3, key: 'vt', value: 'vv' }],
    ['registered_models', { name: 'greeting', creation_time: 1, last_updated_time: 1, description: null }],
    ['registered_model_tags', { name: 'greeting', key: 'mlflow.prompt.is_prompt', value: 'true' }],
    [
      'model_versions',
      {
        name: 'greeting',
        version: 1,
        creation_time: 1,
        last_updated_time: 1,
        current_stage: 'None',
        source: 'dummy-source',
        status: 'READY',
      },
    ],
    ['model_version_tags', { name: 'greeting', version: 1, key: 'mlflow.prompt.is_prompt', value: 'true' }],
    ['model_version_tags', { name: 'greeting', version: 1, key: 'mlflow.prompt.text', value: 'Hello' }],
  ]
  if (release === 2) return rows
  return [
    ...rows,
    [
      'inputs',
      {
        input_uuid: 'o1',
        source_type: 'RUN_OUTPUT',
        source_id: run,
        destination_type: 'MODEL_OUTPUT',
        destination_id: model,
        step: 4,
      },
    ],
    [
      'logged_models',
      {
        model_id: model,
        experiment_id: 7,
        name: 'wage-model',
        artifact_location: `mlflow-artifacts:/7/models/${model}/artifacts`,
        creation_timestamp_ms: 1_700_000_000_500,
        last_updated_timestamp_ms: 1_700_000_000_600,
        status: 2,
        lifecycle_stage: 'active',
        model_type: '',
        source_run_id: run,
      },
    ],
    ['logged_model_params', { model_id: model, experiment_id: 7, param_key: 'depth', param_value: '3' }],
    [
      'logged_model_metrics',
      {
        model_id: model,
        metric_name: 'auc',
        metric_timestamp_ms: 1,
        metric_step: 0,
        metric_value: 0.5,
        experiment_id: 7,
        run_id: run,
      },
    ],
    [
      'logged_model_metrics',
      {
        model_id: model,
        metric_name: 'auc',
        metric_timestamp_ms: 2,
        metric_step: 1,
        metric_value: 0.75,
        experiment_id: 7,
        run_id: run,
      },
    ],
  ]
}

async function sqlite(release: 2 | 3): Promise<{ path: string; artifacts: string }> {
  const where = await folder()
  const path = join(where, 'mlflow.db')
  const database = mlflowDatabase(path, release)
  for (const [table, row] of story(release)) database.add(table, row)
  database.close()
  const artifacts = join(where, 'mlartifacts')
  await put(join(artifacts, '7', run, 'artifacts', 'model', 'MLmodel'), 'flavors: {}\n')
  await put(join(artifacts, '7', run, 'artifacts', 'a b.txt'), 'text')
  return { path, artifacts }
}

const digestOfFile = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

async function expectStory(app: TestApp, release: 2 | 3) {
  const reader = await app.as('administrator')
  const found = (await reader.get(`/api/2.0/mlflow/runs/get?run_id=${run}`)).json().run
  expect(found.info).toMatchObject({
    user_id: 'kim',
    status: 'FINISHED',
    start_time: 1_700_000_000_100,
    end_time: 1_700_000_000_900,
  })
  expect(found.data.params).toMatchObject([
    { key: 'long', value: 'v'.repeat(8000) },
    { key: 'lr', value: '0.1' },
  ])
  expect(found.data.metrics).toMatchObject([{ key: 'loss', value: 1.7976931348623157e308, step: 1 }])
  expect(found.inputs.dataset_inputs).toMatchObject([{ dataset: { name: 'cps' }, tags: [{ value: 'training' }] }])
  const away = (await reader.get(`/api/2.0/mlflow/runs/get?run_id=${other}`)).json().run
  expect(away.info).toMatchObject({
    user_id: 'lee',
    lifecycle_stage: 'deleted',
    artifact_uri: `s3://bucket/8/${other}/artifacts`,
  })
  const version = (await reader.get('/models/wages/versions/best')).json()
  expect(version).toMatchObject({ version: 3, manifest: { files: [{ path: 'MLmodel' }] }, aliases: ['best'] })
  expect((await reader.get('/models/wages/versions/1')).status).toBe(404)
  const prompt = (await reader.get('/models/greeting/versions/1')).json()
  expect(prompt.manifest.files).toMatchObject([{ path: 'prompt.txt', size: 5 }])
  const logged = await reader.get(`/api/2.0/mlflow/logged-models/${model}`)
  if (release === 2) expect(logged.status).toBe(404)
  else expect(logged.json().model.data).toMatchObject({ metrics: [{ key: 'auc', value: 0.75 }] })
}

test.each([2, 3] as const)(
  'a SQLite database of release %i comes whole, and not a byte of it is written',
  async (release) => {
    const { path, artifacts } = await sqlite(release)
    const before = digestOfFile(path)
    const app = await testApp()
    const { report } = await importInto(app, `sqlite:///${path}`, { artifacts })
    expect(report).toMatchObject({
      outcome: 'verified',
      brought: { experiments: 2, runs: 2, params: 2, points: 3, models: 2, versions: 2, aliases: 1, artifacts: 2 },
      refused: { params: 1 },
    })
    expect(problemsOf(report)).toEqual([
      'location s3://bucket: unreachable',
      `run ${run} parameter ../evil: parameter_refused`,
    ])
    expect(digestOfFile(path)).toBe(before)
    expect(await readdir(join(path, '..'))).toEqual(['mlartifacts', 'mlflow.db'])
    await expectStory(app, release)
  },
)

test('a PostgreSQL database comes the same way, in one read-only transaction', async ({ skip }) => {
  if (process.env.TEST_ENGINE !== 'postgres') skip('the suite on PostgreSQL has one')
  const base = new URL(inject('databaseUrl'))
  const name = `mlflow_${process.pid}`
  const admin = new pg.Client({ connectionString: base.href })
  await admin.connect()
  await admin.query(`create database ${name}`)
  onTestFinished(async () => {
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  })
  base.pathname = `/${name}`
  const client = new pg.Client({ connectionString: base.href })
  await client.connect()
  await client.query(
    mlflowTables(3)
      .replaceAll(/\bfloat\b/g, 'double precision')
      .replaceAll("boolean default '0'", 'boolean default false'),
  )
  for (const [table, row] of story(3)) {
    const values = Object.entries(row).map(([column, value]) => (column === 'is_nan' ? value === 1 : value))
    const marks = values.map((_, i) => `$${i + 1}`).join(', ')
    await client.query(`insert into ${table} (${Object.keys(row).join(', ')}) values (${marks})`, values)
  }
  await client.end()
  const { artifacts } = await sqlite(3)
  const app = await testApp()
  const { report } = await importInto(app, base.href.replace('postgresql:', 'postgresql+psycopg2:'), { artifacts })
  expect(report).toMatchObject({ outcome: 'verified', brought: { runs: 2, points: 3, versions: 2, artifacts: 2 } })
  expect(report.source).not.toContain('postgres:postgres')
  await expectStory(app, 3)
})

test('an id or a name that is taken by something else is a problem, and gets the prefix when there is one', async () => {
  const { path, artifacts } = await sqlite(3)
  const app = await testApp()
  const writer = await app.as('developer')
  await writer.post('/api/2.0/mlflow/experiments/create', { name: 'wages' })
  await writer.post('/api/2.0/mlflow/registered-models/create', { name: 'wages' })
  const { plan } = await importInto(app, path, { artifacts, only: 'plan' })
  expect(plan.problems.map(({ kind, code }) => `${kind}: ${code}`)).toEqual(
    expect.arrayContaining(['experiment: experiment_clash', 'run: experiment_refused', 'model: model_exists']),
  )
  const { report } = await importInto(app, path, { artifacts, prefix: 'lab-' })
  expect(report).toMatchObject({ outcome: 'verified', brought: { experiments: 2, runs: 2, models: 2, versions: 2 } })
  const reader = await app.as('administrator')
  const found = (await reader.get(`/api/2.0/mlflow/runs/get?run_id=${run}`)).json().run
  expect(found.info).toMatchObject({ experiment_id: 'lab-7', artifact_uri: `mlflow-artifacts:/lab-7/${run}/artifacts` })
  expect((await reader.get('/models/lab-wages/versions/3')).json().manifest.files).toHaveLength(1)
})

test('the trail names who imported, and each run with its digest; a finished run has it as its seal', async () => {
  const { path, artifacts } = await sqlite(3)
  const app = await testApp()
  const actor = await importer(app)
  await app.access.people.create(actor, { login: 'kim', name: 'Kim', kind: 'person', grants: [] })
  await importInto(app, path, { artifacts, as: actor })
  const [event] = await app.trail(`run:${run}`)
  expect(event).toMatchObject({ action: 'runs.imported', actor: { id: actor.id } })
  const reader = await app.as('administrator')
  const seal = (await reader.get(`/runs/${run}`)).json().seal
  expect(event?.detail.digests).toEqual({ [run]: seal, [other]: expect.stringMatching(/^sha256:/) })
  expect((await reader.get(`/runs/${other}`)).json().seal).toBeNull()
  const version = (await reader.get('/models/wages/versions/3')).json()
  const kim = (await app.access.people.list()).find(({ login }) => login === 'kim')
  expect(version.developers).toEqual(expect.arrayContaining([kim?.id, actor.id]))
  expect((await app.trail()).map(({ action }) => action)).toEqual(
    expect.arrayContaining([
      'import.started',
      'experiment.imported',
      'version.imported',
      'alias.imported',
      'import.finished',
    ]),
  )
})

test('an import that is stopped goes on where it was, with every count once; meanwhile the server answers', async () => {
  const where = await folder()
  const path = join(where, 'mlflow.db')
  const database = mlflowDatabase(path)
  fillMlflowDatabase(database, 420, 52)
  database.close()
  const app = await testApp()
  const actor = await importer(app)
  const stop = new AbortController()
  const writer = await app.as('developer')
  const replies: Promise<{ status: number }>[] = []
  const first = await importInto(app, path, {
    as: actor,
    signal: stop.signal,
    progress: ({ phase, done }) => {
      if (phase !== 'runs' || done === 0) return
      replies.push(writer.post('/api/2.0/mlflow/runs/create', { experiment_id: '0', start_time: 1 }))
      if (done >= 400) stop.abort()
    },
  })
  expect(first.report).toMatchObject({ outcome: 'interrupted', brought: { runs: 400, points: 20_800 } })
  const second = await importInto(app, path, { as: actor })
  expect(second.report).toMatchObject({
    id: first.report.id,
    outcome: 'verified',
    resumed: true,
    brought: { runs: 420, params: 840, tags: 1260, points: 21_840, metrics: 840 },
    unchanged: { runs: 0 },
  })
  expect(replies.length).toBeGreaterThan(0)
  for (const reply of replies) expect((await reply).status).toBe(200)
})

test('a difference at the end is an error that says where', async () => {
  const { path, artifacts } = await sqlite(3)
  const app = await testApp()
  const { report } = await importInto(app, path, {
    artifacts,
    progress: ({ phase, done }) => {
      if (phase !== 'versions' || done > 0) return
      const { connection } = app.workspaces.get('main') ?? {}
      connection?.writer.commit((tx) => tx.deleteFrom('metric_point').where('step', '=', 0).execute())
      connection?.writer.commit((tx) =>
        tx.updateTable('run_param').set({ value: '0.2' }).where('key', '=', 'lr').execute(),
      )
    },
  })
  expect(report.outcome).toBe('different')
  expect(report.checks).toContainEqual({ what: 'metric points', expected: 3, found: 2 })
  expect(problemsOf(report)).toContain(`run ${run}: content_differs`)
})

test('two imports of one source at the same time are one too many', async () => {
  const { path, artifacts } = await sqlite(3)
  const app = await testApp()
  const actor = await importer(app)
  const both = await Promise.allSettled([
    importInto(app, path, { artifacts, as: actor }),
    importInto(app, path, { artifacts, as: actor }),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } })
})

test.each([
  ['nowhere.db', 'there is no'],
  ['https://kim:secret@mlflow.test/', 'MLFLOW_TRACKING_PASSWORD'],
  ['ftp://mlflow.test/', 'neither an address'],
  ['postgresql://kim:secret@127.0.0.1:1/mlflow', 'cannot be opened'],
])('%s is refused with a reason, and without the secret', async (text, reason) => {
  const opened = await openMlflowSource(text)
  expect(opened).toMatchObject({ reason: expect.stringContaining(reason) })
  expect(JSON.stringify(opened)).not.toContain('secret')
})

test('a file that is no database of MLflow is refused', async () => {
  const where = await folder()
  await put(join(where, 'text.db'), 'this is a text, and a long one at that, so that it has a header')
  expect(await openMlflowSource(join(where, 'text.db'))).toMatchObject({
    reason: expect.stringContaining('not an SQLite'),
  })
  expect(await openMlflowSource(where)).toMatchObject({ reason: expect.stringContaining('no experiments') })
})
