import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'
import { givenEvidence, givenModel, givenReview, givenVersion, governedName } from '../../testing/governed.ts'
import {
  deleteExperiment,
  deleteRun,
  ended,
  fullRun,
  newExperiment,
  ok,
  purged,
  rowCounts,
  upload,
} from '../../testing/retention.ts'

const mlflow = '/api/2.0/mlflow'
const holdersOf = (answer: { kept: { id: string; holders: { kind: string }[] }[] }, id: string) =>
  answer.kept.find((item) => item.id === id)?.holders.map(({ kind }) => kind)

test('a purged experiment leaves no row in any table, only its number, and its name is free', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const before = await rowCounts(app)
  const id = await newExperiment(ann, 'old')
  const run = await fullRun(ann, id, { file: 'weights' })
  await upload(ann, `${id}/models/${run.model_id}/artifacts/MLmodel`, 'flavors: {}')
  await ok(
    ann.post('/api/3.0/mlflow/traces', {
      trace: {
        trace_info: {
          trace_id: `tr-${'a'.repeat(32)}`,
          trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: id } },
          request_time: '2026-03-01T10:00:00Z',
          state: 'OK',
          tags: { a: 'b' },
        },
      },
    }),
  )
  await deleteExperiment(ann, id)
  const taken = await ann.post(`${mlflow}/experiments/create`, { name: 'old' })
  expect(taken.status).toBe(400)
  expect(taken.json().error_code).toBe('RESOURCE_ALREADY_EXISTS')

  const preview = await ok(admin.post('/purges', { what: { experiments: [id] }, reason: 'clean up', dry_run: true }))
  expect(preview.outcome).toBe('preview')
  const { going } = preview.preview
  expect(going).toMatchObject({ experiments: 1, runs: 1, logged_models: 1, traces: 1, files: 2, bytes: 18 })
  expect((await rowCounts(app)).run).toBe(1)
  const purge = await purged(admin, { experiments: [id] })
  expect(purge).toMatchObject({ state: 'done', progress: 1, kept_total: 0, gone: going })
  expect(await rowCounts(app)).toEqual({ ...before, purged_experiment: 1 })

  const again = await newExperiment(ann, 'old')
  expect(Number(again)).toBeGreaterThan(Number(id))
  expect((await ann.get(`${mlflow}/experiments/get?experiment_id=${id}`)).status).toBe(404)
  expect((await ann.get(`${mlflow}/runs/get?run_id=${run.id}`)).status).toBe(404)

  const trail = await app.trail(`run:${run.id}`)
  const event = trail.find(({ action }) => action === 'run.purged')
  expect(event?.detail).toMatchObject({ purge: purge.id, count: 1 })
  expect(JSON.stringify(event?.detail)).toContain('"seal":"sha256:')
  expect(JSON.stringify(event?.detail)).not.toContain('0.1')
  expect((await ok(admin.get('/audit/check'))).outcome).toBe('intact')
})

test('what is not deleted, not there, or the default experiment is not purged', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const id = await newExperiment(ann, 'living')
  const run = await fullRun(ann, id)
  const ask = (what: Record<string, unknown>) => admin.post('/purges', { what, reason: 'clean up' })
  for (const what of [{ runs: [run.id] }, { experiments: [id] }, { logged_models: [run.model_id] }]) {
    const refused = await ask(what)
    expect(refused.status).toBe(409)
    expect(refused.json()).toMatchObject({ outcome: 'refused', kept: [{ holders: [{ kind: 'state' }] }] })
  }
  await deleteExperiment(ann, '0')
  expect((await ask({ experiments: ['0'] })).json().kept[0].holders[0].reason).toContain('default experiment')
  expect((await ask({ runs: ['f'.repeat(32)] })).status).toBe(404)
  expect((await ask({})).status).toBe(404)
  expect((await admin.post('/purges', { what: { runs: [run.id] }, reason: '' })).status).toBe(400)
  expect((await admin.get('/purges/pur_000000000000000000000000')).status).toBe(404)
})

test('the run, files and logged model that a version rests on stay, and the answer names the version', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const id = await newExperiment(ann, 'train')
  const run = await fullRun(ann, id, { file: 'weights' })
  const free = await fullRun(ann, id, { file: 'others' })
  await ok(ann.post('/models', { name: 'm' }))
  await ok(ann.post(`${mlflow}/model-versions/create`, { name: 'm', source: `${run.uri}/model`, run_id: run.id }))
  await deleteExperiment(ann, id)
  const ask = (what: Record<string, unknown>, more = {}) => admin.post('/purges', { what, reason: 'clean up', ...more })

  const held = await ask({ runs: [run.id] })
  expect(held.status).toBe(409)
  expect(held.json().kept[0].holders).toEqual([
    expect.objectContaining({ kind: 'version', name: 'm 1', link: '/models/m/versions/1' }),
  ])
  await ok(ann.delete(`${mlflow}/logged-models/${run.model_id}`))
  expect(holdersOf((await ask({ logged_models: [run.model_id] })).json(), run.model_id)).toEqual(['version'])
  expect(holdersOf((await ask({ artifacts: [run.path] })).json(), run.path)).toEqual(['version'])
  expect(
    holdersOf((await ask({ artifacts: [`${run.path}/model/weights.bin`] })).json(), `${run.path}/model/weights.bin`),
  ).toEqual(['version'])
  expect(holdersOf((await ask({ artifacts: [id] })).json(), id)).toEqual(['version'])
  expect(holdersOf((await ask({ experiments: [id] })).json(), id)).toEqual(['run'])

  const purge = await purged(admin, { experiments: [id] }, { skip_held: true })
  expect(purge).toMatchObject({ state: 'done', kept_total: 2, gone: { runs: 1, experiments: 0 } })
  expect((await rowCounts(app)).run).toBe(1)
  expect((await ann.get(`${mlflow}/runs/get?run_id=${free.id}`)).status).toBe(404)
  expect((await app.trail()).map(({ action }) => action)).toContain('purge.refused')
})

test('a version goes only while nobody has judged it, and its run after it', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const before = await rowCounts(app)
  await givenModel(ann)
  const version = await givenVersion(ann)
  const judged = await givenVersion(ann, 'other weights')
  await givenEvidence(app, judged.id, 'performance', { figures: [] })
  const line = await ok(ann.get(`/models/${governedName}/versions/1`))
  const run: string = line.run_id
  await deleteRun(ann, run)
  const ask = (what: Record<string, unknown>) => admin.post('/purges', { what, reason: 'clean up' })
  expect(holdersOf((await ask({ versions: [version.id] })).json(), version.id)).toEqual(['state'])
  for (const number of ['1', '2']) {
    await ok(ann.request('DELETE', `${mlflow}/model-versions/delete`, { name: governedName, version: number }))
  }
  expect(holdersOf((await ask({ versions: [judged.id] })).json(), judged.id)).toEqual(['evidence'])
  expect(holdersOf((await ask({ runs: [run] })).json(), run)).toEqual(['version'])

  expect((await purged(admin, { versions: [version.id] })).gone.versions).toBe(1)
  expect((await purged(admin, { runs: [run] })).gone).toMatchObject({ runs: 1, files: 1 })
  const left = await rowCounts(app)
  expect(left.model_version).toBe(1)
  await ok(ann.request('DELETE', `${mlflow}/registered-models/delete`, { name: governedName }))
  const { models } = await ok(admin.get('/deleted'))
  expect(models).toMatchObject([{ name: governedName, versions: 1 }])
  expect(holdersOf((await ask({ models: [models[0].id] })).json(), models[0].id)).toEqual(['version'])

  await ok(ann.post('/models', { name: 'unused' }))
  await ok(ann.post(`${mlflow}/model-versions/create`, { name: 'unused', source: 's3://elsewhere/model' }))
  await ok(ann.request('DELETE', `${mlflow}/registered-models/delete`, { name: 'unused' }))
  const unused = (await ok(admin.get('/deleted'))).models.find((model: { name: string }) => model.name === 'unused')
  expect((await purged(admin, { models: [unused.id] })).gone).toMatchObject({ models: 1, versions: 1 })
  expect((await rowCounts(app)).model_version).toBe((before.model_version ?? 0) + 1)
})

test('reviews, decisions, verdicts and deployments hold the version that they are about', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const { developer, version, base, decide, validator } = await givenReview(app)
  await ok(decide(validator))
  await ok(developer.post('/gate/checks', { model: governedName, version: 1, environment: 'prod' }))
  await givenVersion(developer, 'newer weights')
  for (const version of [1, 2]) {
    await ok(developer.post('/deployments', { model: governedName, version, environment: 'prod' }))
  }
  await ok(developer.request('DELETE', `${mlflow}/model-versions/delete`, { name: governedName, version: '1' }))
  const refused = await admin.post('/purges', { what: { versions: [version.id] }, reason: 'clean up' })
  expect(base).toContain('/versions/1')
  expect(refused.status).toBe(409)
  expect(new Set(holdersOf(refused.json(), version.id))).toEqual(
    new Set(['evidence', 'review', 'decision', 'verdict', 'deployment']),
  )
})

test('a hold keeps a run, and everything in its experiment, until it is lifted', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const id = await newExperiment(ann, 'case')
  const run = await fullRun(ann, id, { file: 'weights' })
  await deleteRun(ann, run.id)
  const hold = await ok(admin.post('/holds', { kind: 'experiment', id, reason: 'case 12/2026' }))
  expect(hold).toMatchObject({ name: 'case', subject: id, lifted_at: null })
  const refused = await admin.post('/purges', { what: { runs: [run.id] }, reason: 'clean up' })
  expect(refused.json().kept[0].holders).toMatchObject([{ kind: 'hold', name: 'case 12/2026' }])
  const file = `/api/2.0/mlflow-artifacts/artifacts/${run.path}/model/weights.bin`
  for (const path of [file, `/api/2.0/mlflow-artifacts/artifacts/${id}`]) {
    const gone = await ann.delete(path)
    expect([gone.status, gone.json().error_code]).toEqual([403, 'PERMISSION_DENIED'])
  }
  const other = await ann.request('PUT', file, Buffer.from('other'), { 'content-type': 'application/octet-stream' })
  expect(other.status).toBe(403)
  await ok(ann.post(`${mlflow}/experiments/delete`, { experiment_id: id }))

  expect((await ok(admin.get('/holds'))).holds).toHaveLength(1)
  expect((await ok(admin.post(`/holds/${hold.id}/lift`, { reason: 'the case is closed' }))).lifted_at).not.toBeNull()
  expect((await admin.post(`/holds/${hold.id}/lift`, { reason: 'once more' })).status).toBe(409)
  expect((await ok(admin.get('/holds'))).holds).toEqual([])
  expect((await ok(admin.get('/holds?lifted=true'))).holds).toHaveLength(1)
  expect((await purged(admin, { runs: [run.id] })).gone.runs).toBe(1)
  expect((await admin.post('/holds', { kind: 'run', id: run.id, reason: 'too late' })).status).toBe(404)
  expect((await app.trail(`experiment:${id}`)).map(({ action }) => action)).toEqual(
    expect.arrayContaining(['hold.placed', 'hold.lifted', 'run.purged']),
  )
})

test('deleted runs are purged by a filter, and only an administrator purges', async () => {
  const app = await testApp()
  const [ann, admin, auditor] = [await app.as('developer'), await app.as('administrator'), await app.as('auditor')]
  const id = await newExperiment(ann, 'many')
  const runs = []
  for (const metric of [0.5, 0.7, 0.9]) runs.push(await fullRun(ann, id, { metric }))
  for (const run of runs.slice(0, 2)) await deleteRun(ann, run.id)
  const what = { deleted_runs: { experiments: [id], filter: 'metrics.auc < 0.6' } }
  expect((await ann.post('/purges', { what, reason: 'clean up' })).status).toBe(403)
  expect((await auditor.post('/purges', { what, reason: 'clean up' })).status).toBe(403)
  expect(
    (
      await admin.post('/purges', {
        what: { deleted_runs: { experiments: [id], filter: 'nonsense' } },
        reason: 'clean up',
      })
    ).status,
  ).toBe(400)
  const purge = await purged(admin, what)
  expect(purge.gone.runs).toBe(1)
  expect((await ok(auditor.get(`/purges/${purge.id}`))).gone.runs).toBe(1)
  expect((await ok(auditor.get('/purges'))).purges).toHaveLength(1)
  expect((await rowCounts(app)).run).toBe(2)
})

async function manyDeleted(client: TestClient, count: number): Promise<string> {
  const id = await newExperiment(client, 'many')
  await Promise.all(Array.from({ length: count }, () => fullRun(client, id)))
  await deleteExperiment(client, id)
  return id
}

test('a cancelled purge leaves no run half gone', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const id = await manyDeleted(ann, 30)
  const { purge } = await ok(admin.post('/purges', { what: { experiments: [id] }, reason: 'clean up' }))
  await ok(admin.post(`/purges/${purge.id}/cancel`))
  expect((await admin.post(`/purges/${purge.id}/cancel`)).status).toBe(409)
  expect((await purged(admin, { experiments: [id] })).state).toBe('done')
  expect((await ok(admin.get(`/purges/${purge.id}`))).state).toBe('cancelled')
  const { run, metric_point, metric_latest } = await rowCounts(app)
  expect({ run, metric_point, metric_latest }).toEqual({ run: 0, metric_point: 0, metric_latest: 0 })
})

test('a purge that the end of its server interrupts is finished by the next one', async () => {
  const first = await testApp()
  const [ann, admin] = [await first.as('developer'), await first.as('administrator')]
  const id = await manyDeleted(ann, 30)
  const { purge } = await ok(admin.post('/purges', { what: { experiments: [id] }, reason: 'clean up' }))
  await first.workspaces.get('main')?.close()

  const { dataDir, database } = first.config
  const next = await testApp({ dataDir, config: { database } })
  const auditor = await next.as('auditor')
  const done = await ended(auditor, `/purges/${purge.id}`)
  expect(done).toMatchObject({ state: 'done', gone: { runs: 30, logged_models: 30, experiments: 1 } })
  const { run, metric_point, metric_latest } = await rowCounts(next)
  expect({ run, metric_point, metric_latest }).toEqual({ run: 0, metric_point: 0, metric_latest: 0 })
  expect((await ok(auditor.get('/audit/check'))).outcome).toBe('intact')
})

test('a run that comes back while its experiment is purged stays, and the report says why', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const id = await newExperiment(ann, 'half')
  const [lost, found] = [await fullRun(ann, id), await fullRun(ann, id)]
  await deleteExperiment(ann, id)
  await ok(ann.post(`${mlflow}/runs/restore`, { run_id: found.id }))
  const purge = await purged(admin, { experiments: [id] }, { skip_held: true })
  expect(purge.gone).toMatchObject({ runs: 1, experiments: 0 })
  expect(holdersOf(purge, found.id)).toEqual(['state'])
  expect(holdersOf(purge, id)).toEqual(['run'])
  expect((await ann.get(`${mlflow}/runs/get?run_id=${lost.id}`)).status).toBe(404)
})
