import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sha256 } from '../../../lib/digest.ts'
import { testApp } from '../../../testing/app.ts'
import { importInto, problemsOf } from '../../../testing/importing.ts'
import {
  childRun,
  makeMlruns,
  put,
  putMeta,
  someExperiment,
  someModel,
  someRun,
  trashedRun,
} from '../../../testing/mlruns.ts'
import { ok, purged } from '../../../testing/retention.ts'

async function mlruns(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'mlruns-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  await makeMlruns(root)
  return root
}

test('an mlruns folder comes whole: ids, times, users, histories, inputs, files, versions, aliases and what is deleted', async () => {
  const root = await mlruns()
  const app = await testApp()
  const { report } = await importInto(app, root)

  expect(report).toMatchObject({
    outcome: 'verified',
    resumed: false,
    brought: {
      experiments: 2,
      runs: 3,
      points: 5,
      metrics: 2,
      logged_models: 1,
      models: 1,
      versions: 3,
      aliases: 1,
      artifacts: 4,
    },
    unchanged: { experiments: 1 },
    refused: { versions: 1 },
  })
  const reader = await app.as('administrator')
  const run = (await reader.get(`/api/2.0/mlflow/runs/get?run_id=${someRun}`)).json().run
  expect(run.info).toMatchObject({
    experiment_id: someExperiment,
    run_name: 'parent-1',
    user_id: 'kim',
    status: 'FINISHED',
    start_time: 1_700_000_000_500,
    end_time: 1_700_000_009_000,
    artifact_uri: `mlflow-artifacts:/${someExperiment}/${someRun}/artifacts`,
  })
  expect(run.data.params).toEqual([
    { key: 'note', value: 'two\nlines' },
    { key: 'optimizer/lr', value: '0.1' },
  ])
  expect(run.inputs.dataset_inputs).toMatchObject([
    {
      dataset: { name: 'cps', digest: 'abcd1234', profile: '{"rows": 3}' },
      tags: [{ key: 'mlflow.data.context', value: 'training' }],
    },
  ])
  expect(run.outputs.model_outputs).toMatchObject([{ model_id: someModel, step: 7 }])
  const history = await reader.get(`/api/2.0/mlflow/metrics/get-history?run_id=${someRun}&metric_key=loss`)
  expect(history.json().metrics.map(({ value, step }: { value: unknown; step: number }) => [step, value])).toEqual([
    [0, 0.5],
    [1, 'NaN'],
    [2, -1.7976931348623157e308],
    [3, 0.00001],
  ])
  const child = (await reader.get(`/api/2.0/mlflow/runs/get?run_id=${childRun}`)).json().run
  expect(child.info).toMatchObject({ status: 'RUNNING', user_id: 'lee' })
  expect(child.data.tags).toContainEqual({ key: 'mlflow.parentRunId', value: someRun })
  const gone = (await reader.get(`/api/2.0/mlflow/runs/get?run_id=${trashedRun}`)).json().run
  expect(gone.info).toMatchObject({ lifecycle_stage: 'deleted', experiment_id: '55' })
  const file = await reader.get(
    `/api/2.0/mlflow-artifacts/artifacts/${someExperiment}/${someRun}/artifacts/model/model.pkl`,
  )
  expect([...file.bytes]).toEqual([1, 2, 3])

  const model = (await reader.get(`/api/2.0/mlflow/registered-models/get?name=wage-screening`)).json().registered_model
  expect(model).toMatchObject({
    description: 'who gets a look',
    creation_timestamp: 1_700_000_004_000,
    aliases: [{ alias: 'champion', version: '2' }],
    tags: [{ key: 'owner', value: 'pay team' }],
  })
  const version = (await reader.get('/models/wage-screening/versions/2')).json()
  expect(version.manifest.files).toMatchObject([
    { path: 'MLmodel' },
    { path: 'model.pkl', sha256: sha256(Uint8Array.from([1, 2, 3])) },
  ])
  expect(version.manifest.run).toMatchObject({ id: someRun })
  expect(version.tags).toEqual([
    { key: 'checked', value: 'yes' },
    { key: 'mlflow.user', value: 'kim' },
  ])
  const mlflow = await reader.get('/api/2.0/mlflow/model-versions/get?name=wage-screening&version=2')
  expect(mlflow.json().model_version).toMatchObject({
    current_stage: 'Production',
    description: 'version 2',
    creation_timestamp: 1_700_000_004_002,
  })
  const logged = (await reader.get(`/api/2.0/mlflow/logged-models/${someModel}`)).json().model
  expect(logged).toMatchObject({
    info: { name: 'wage-model', status: 'LOGGED_MODEL_READY', source_run_id: someRun },
    data: { params: [{ key: 'depth', value: '3' }], metrics: [{ key: 'auc', value: 0.9, run_id: someRun }] },
  })
  expect((await reader.get('/models/wage-screening/versions/5')).json().manifest.files).toMatchObject([
    { path: 'model.onnx.txt' },
  ])
})

test('what cannot come is named: a version without files is not made up, one elsewhere is a reference, a protected alias asked no gate', async () => {
  const app = await testApp()
  const { report } = await importInto(app, await mlruns())
  expect(problemsOf(report)).toEqual([
    'alias wage-screening champion: protected',
    'version wage-screening 3: files_missing',
    'version wage-screening 6: reference_only',
  ])
  const reader = await app.as('administrator')
  expect((await reader.get('/models/wage-screening/versions/3')).status).toBe(404)
  expect((await reader.get('/models/wage-screening/versions/6')).json()).toMatchObject({
    source: 's3://bucket/wages/model',
    manifest: { files: [] },
  })
  const next = await reader.post('/api/2.0/mlflow/model-versions/create', {
    name: 'wage-screening',
    source: `runs:/${someRun}/model`,
    run_id: someRun,
  })
  expect(next.json().model_version.version).toBe('7')
})

test('a look names the same and writes nothing', async () => {
  const app = await testApp()
  const { plan } = await importInto(app, await mlruns(), { only: 'plan' })
  expect(plan).toMatchObject({
    found: { experiments: 3, runs: 3, points: 5, artifacts: 4, versions: 4, models: 1, logged_models: 1, aliases: 1 },
    known: { experiments: 1, runs: 0 },
  })
  expect(plan.problems.map(({ code }) => code).sort()).toEqual(['files_missing', 'reference_only'])
  expect((await app.trail()).filter(({ action }) => /import/.test(action))).toEqual([])
  const reader = await app.as('administrator')
  expect((await reader.get(`/api/2.0/mlflow/runs/get?run_id=${someRun}`)).status).toBe(404)
})

test('the same import again changes nothing; what the source added since comes, unless it was changed here too', async () => {
  const root = await mlruns()
  const app = await testApp()
  await importInto(app, root)
  const size = (await app.trail()).length
  const { report } = await importInto(app, root)
  expect(report.brought).toMatchObject({ runs: 0, artifacts: 0, versions: 0 })
  expect(report.updated.runs).toBe(0)
  expect(report).toMatchObject({
    outcome: 'verified',
    unchanged: { runs: 3, points: 5, artifacts: 4, models: 1, versions: 3 },
  })
  expect((await app.trail()).slice(size).map(({ action }) => action)).toEqual(['import.started', 'import.finished'])

  const child = join(root, someExperiment, childRun)
  await put(join(child, 'metrics', 'loss'), '1700000001500 0.25 1\n')
  await put(join(root, someExperiment, someRun, 'params', 'late'), 'x')
  const writer = await app.as('developer')
  await writer.post('/api/2.0/mlflow/runs/set-tag', { run_id: someRun, key: 'mine', value: 'here' })
  const third = await importInto(app, root)
  expect(third.report).toMatchObject({ outcome: 'verified', updated: { runs: 1, points: 1 } })
  expect(problemsOf(third.report)).toContain(`run ${someRun}: changed_on_both_sides`)
  const reader = await app.as('administrator')
  const run = (await reader.get(`/api/2.0/mlflow/runs/get?run_id=${childRun}`)).json().run
  expect(run.data.metrics).toMatchObject([{ key: 'loss', value: 0.25 }])
})

test('what was purged here does not come a second time unless it is asked for', async () => {
  const root = await mlruns()
  const app = await testApp()
  await importInto(app, root)
  const administrator = await app.as('administrator')
  await purged(administrator, { runs: [trashedRun] })
  const model = '/api/2.0/mlflow/registered-models'
  await ok(administrator.request('DELETE', `${model}/alias`, { name: 'wage-screening', alias: 'champion' }))
  await ok(administrator.request('DELETE', `${model}/delete`, { name: 'wage-screening' }))
  const status = async () => (await administrator.get(`/api/2.0/mlflow/runs/get?run_id=${trashedRun}`)).status

  const { plan } = await importInto(app, root, { only: 'plan' })
  const { report } = await importInto(app, root)
  expect(problemsOf(plan)).toContain(`run ${trashedRun}: removed_here`)
  expect(problemsOf(report)).toEqual(
    expect.arrayContaining([`run ${trashedRun}: removed_here`, 'model wage-screening: removed_here']),
  )
  expect(report).toMatchObject({
    outcome: 'verified',
    brought: { runs: 0, models: 0, versions: 0 },
    unchanged: { runs: 2 },
  })
  expect(await status()).toBe(404)

  const second = await importInto(app, root, { again: true })
  expect(second.report).toMatchObject({ outcome: 'verified', brought: { runs: 1, models: 1, versions: 3, aliases: 1 } })
  expect(await status()).toBe(200)
  const again = await importInto(app, root, { again: true })
  expect(again.report.brought).toMatchObject({ runs: 0, models: 0, versions: 0, aliases: 0 })
})

test('hostile folders are refused thing by thing: broken YAML, ids that lie, links out of the folder, names that climb', async () => {
  const root = await mlruns()
  const secret = join(await mkdtemp(join(tmpdir(), 'outside-')), 'secret')
  await writeFile(secret, 'secret')
  const run = join(root, someExperiment, someRun)
  await symlink(secret, join(run, 'artifacts', 'leak'))
  await symlink('/nowhere/at/all', join(run, 'artifacts', 'dangling'))
  await symlink(secret, join(run, 'params', 'leak'))
  await put(join(root, '77', 'meta.yaml'), 'name: [unclosed\n')
  await put(join(root, someExperiment, 'aaaa', 'meta.yaml'), '{'.repeat(2000))
  await putMeta(join(root, someExperiment, 'bbbb'), { run_id: '../../etc', experiment_id: someExperiment, status: 3 })
  await putMeta(join(root, someExperiment, 'cccc'), {
    run_id: 'cccc',
    experiment_id: someExperiment,
    status: 3,
    artifact_uri: `${root}/../../etc`,
  })
  await put(join(run, 'metrics', 'broken'), 'not a line\n1700000000000 0.5 1\n')
  await put(join(run, 'params', 'huge'), 'x'.repeat(5_000_000))
  const app = await testApp()
  const { report } = await importInto(app, root)
  expect(report.outcome).toBe('verified')
  const named = problemsOf(report)
  for (const problem of [
    'experiment 77: meta_unreadable',
    'run aaaa: meta_unreadable',
    'run bbbb: meta_wrong',
    'run cccc: location_refused',
    `run ${someRun} leak: link_refused`,
    `run ${someRun} huge: value_refused`,
    `run ${someRun} metric broken: metric_broken`,
  ]) {
    expect(named).toContain(problem)
  }
  expect(report.problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['link_leaves_root', 'file_missing']))
  const reader = await app.as('administrator')
  const listing = await reader.get(`/api/2.0/mlflow/artifacts/list?run_id=${someRun}`)
  expect(listing.json().files.map(({ path }: { path: string }) => path)).toEqual(['model', 'notes.txt'])
})
