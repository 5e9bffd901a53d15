import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { deleteExperiment, deleteRun, ended, fullRun, newExperiment, ok, rowCounts } from '../../testing/retention.ts'

const day = 86_400_000
const mlflow = '/api/2.0/mlflow'
const everywhere = { experiments: null, filter: '' }
const deletedRuns = (days: number, more = {}) => ({
  name: 'Old runs',
  rule: { what: 'runs', when: { kind: 'deleted_for', days }, scope: everywhere, ...more },
})

test('a rule is a sentence with versions, and does nothing until an administrator enables what it says now', async () => {
  const app = await testApp()
  const [admin, auditor, ann] = [await app.as('administrator'), await app.as('auditor'), await app.as('developer')]
  const rule = await ok(admin.post('/retention/rules', deletedRuns(30)))
  expect(rule).toMatchObject({
    version: 1,
    state: 'disabled',
    next_at: null,
    sentence: 'Runs of any experiment deleted for 30 days go for good.',
  })
  const path = `/retention/rules/${rule.id}`
  expect((await admin.post(`${path}/executions`)).status).toBe(409)
  expect((await auditor.put(`${path}/state`, { state: 'enabled', version: 1 })).status).toBe(403)
  const enabled = await ok(admin.put(`${path}/state`, { state: 'enabled', version: 1 }))
  expect(enabled).toMatchObject({ version: 2, state: 'enabled' })
  expect(Date.parse(enabled.next_at) - app.clock.now().getTime()).toBe(day)
  expect((await admin.put(`${path}/state`, { state: 'enabled', version: 2 })).status).toBe(409)
  expect((await admin.put(path, { ...deletedRuns(60), version: 1 })).status).toBe(409)
  expect(await ok(admin.put(path, { ...deletedRuns(60), version: 2 }))).toMatchObject({ version: 3, state: 'disabled' })
  const shown = await ok(auditor.get(path))
  expect(shown.versions.map((one: { version: number }) => one.version)).toEqual([3, 2, 1])
  expect((await ok(auditor.get('/retention/rules'))).rules).toHaveLength(1)
  expect((await ann.get('/retention/rules')).status).toBe(403)
  await ok(admin.put(`${path}/state`, { state: 'removed', version: 3 }))
  expect((await ok(auditor.get('/retention/rules'))).rules).toEqual([])
  expect((await app.trail(`retention_rule:${rule.id}`)).map(({ action }) => action)).toEqual([
    'retention_rule.created',
    'retention_rule.enabled',
    'retention_rule.changed',
    'retention_rule.removed',
  ])
})

test('a rule that cannot be read is refused', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  for (const input of [
    deletedRuns(30, { scope: { experiments: null, filter: 'nonsense' } }),
    deletedRuns(-1),
    deletedRuns(30, { what: 'traces' }),
    deletedRuns(30, { when: { kind: 'finished_for', days: 0 } }),
    { name: 'x', rule: { what: 'experiments', when: { kind: 'finished_for', days: 3 }, scope: { experiments: null } } },
  ]) {
    expect((await admin.post('/retention/rules', input)).status).toBe(400)
    expect((await admin.post('/retention/preview', input)).status).toBe(400)
  }
})

test('a rule removes on its day exactly what its preview showed, and reports it', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const id = await newExperiment(ann, 'train')
  const [old, held, recent] = [await fullRun(ann, id, { file: 'one' }), await fullRun(ann, id), await fullRun(ann, id)]
  for (const run of [old, held]) await deleteRun(ann, run.id)
  await ok(admin.post('/holds', { kind: 'run', id: held.id, reason: 'asked for by legal' }))
  app.clock.advance(9 * day)
  await deleteRun(ann, recent.id)
  app.clock.advance(day)

  const preview = await ok(admin.post('/retention/preview', deletedRuns(10)))
  expect(preview).toMatchObject({ going: { runs: 1, files: 1, bytes: 3, logged_models: 1 }, kept_total: 1 })
  expect(preview.first).toMatchObject([{ kind: 'run', id: old.id }])
  const rule = await ok(admin.post('/retention/rules', deletedRuns(10)))
  await ok(admin.put(`/retention/rules/${rule.id}/state`, { state: 'enabled', version: 1 }))
  const workspace = app.workspaces.get('main')
  await workspace?.retention.tick()
  expect((await ok(admin.get('/purges'))).purges).toEqual([])
  app.clock.advance(day - 1)
  await workspace?.retention.tick()
  expect((await ok(admin.get('/purges'))).purges).toEqual([])
  app.clock.advance(1)
  await Promise.all([workspace?.retention.tick(), workspace?.retention.tick()])

  const { purges } = await ok(admin.get(`/purges?rule=${rule.id}`))
  expect(purges).toHaveLength(1)
  const done = await ended(admin, `/purges/${purges[0].id}`)
  expect(done).toMatchObject({ state: 'done', rule: { id: rule.id, version: 2, name: 'Old runs' }, gone: { runs: 1 } })
  expect(done.gone).toEqual(preview.going)
  expect(done.kept).toEqual(preview.kept)
  expect((await rowCounts(app)).run).toBe(2)
  expect((await app.trail(`retention_rule:${rule.id}`)).map(({ action }) => action)).toContain('run.purged')
})

test('finished runs go by age, except the newest, the best and those that are tagged', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const id = await newExperiment(ann, 'train')
  const end = app.clock.now().getTime()
  const best = await fullRun(ann, id, { metric: 0.9, end })
  const tagged = await fullRun(ann, id, { metric: 0.1, end: end + 1, tags: [{ key: 'keep', value: 'yes' }] })
  const plain = await fullRun(ann, id, { metric: 0.5, end: end + 2 })
  const newest = await fullRun(ann, id, { metric: 0.2, end: end + 3 })
  const running = await ok(ann.post(`${mlflow}/runs/create`, { experiment_id: id, start_time: end - 1 }))
  app.clock.advance(40 * day)
  const client = { ann: await app.as('developer'), admin: await app.as('administrator') }
  expect(running.run.info.status).toBe('RUNNING')
  const input = {
    name: 'Keep what matters',
    rule: {
      what: 'runs',
      when: { kind: 'finished_for', days: 30 },
      scope: { experiments: [id], filter: 'tags.team = "risk"' },
      keep: { last: 1, best: { metric: 'auc', order: 'max', count: 1 }, tag: { key: 'keep', value: null } },
    },
  }
  const preview = await ok(client.admin.post('/retention/preview', input))
  expect(preview.first.map((one: { id: string }) => one.id)).toEqual([plain.id])
  const files = { ...input, rule: { ...input.rule, what: 'artifacts', keep: undefined } }
  expect((await ok(client.admin.post('/retention/preview', files))).going).toMatchObject({ runs: 0, artifacts: 0 })
  const rule = await ok(client.admin.post('/retention/rules', input))
  expect(rule.sentence).toBe(
    `Runs of experiment ${id} that match tags.team = "risk" finished more than 30 days ago go for good, except the newest one of each experiment and the one with the highest auc of each experiment and those tagged keep.`,
  )
  await ok(client.admin.put(`/retention/rules/${rule.id}/state`, { state: 'enabled', version: 1 }))
  const purge = await ok(client.admin.post(`/retention/rules/${rule.id}/executions`))
  expect((await ended(client.admin, `/purges/${purge.id}`)).gone.runs).toBe(1)
  for (const run of [best, tagged, newest]) {
    expect((await client.ann.get(`${mlflow}/runs/get?run_id=${run.id}`)).status).toBe(200)
  }
  expect(admin.person.id).not.toBe(ann.person.id)
})

test('rules for files, logged models, traces and experiments remove these', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const id = await newExperiment(ann, 'train')
  const run = await fullRun(ann, id, { file: 'bytes', end: app.clock.now().getTime() })
  const trace_info = {
    trace_id: `tr-${'b'.repeat(32)}`,
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: id } },
    request_time: '2026-03-02T08:00:00Z',
    state: 'OK',
  }
  await ok(ann.post('/api/3.0/mlflow/traces', { trace: { trace_info } }))
  await ok(ann.delete(`${mlflow}/logged-models/${run.model_id}`))
  app.clock.advance(10 * day)
  const finished = { kind: 'finished_for', days: 5 }
  const deleted = { kind: 'deleted_for', days: 5 }
  const execute = async (rule: Record<string, unknown>) => {
    const made = await ok(admin.post('/retention/rules', { name: 'r', rule }))
    await ok(admin.put(`/retention/rules/${made.id}/state`, { state: 'enabled', version: 1 }))
    const purge = await ok(admin.post(`/retention/rules/${made.id}/executions`))
    return (await ended(admin, `/purges/${purge.id}`)).gone
  }
  expect(await execute({ what: 'traces', when: finished, scope: { experiments: [id] } })).toMatchObject({ traces: 1 })
  expect(await execute({ what: 'logged_models', when: deleted, scope: { experiments: null } })).toMatchObject({
    logged_models: 1,
    runs: 0,
  })
  expect(await execute({ what: 'artifacts', when: finished, scope: everywhere })).toMatchObject({
    artifacts: 1,
    files: 1,
    bytes: 5,
    runs: 0,
  })
  expect((await ok(ann.get(`${mlflow}/runs/get?run_id=${run.id}`))).run.data.params).toHaveLength(1)
  await deleteExperiment(ann, id)
  app.clock.advance(5 * day)
  expect(await execute({ what: 'experiments', when: deleted, scope: { experiments: null } })).toMatchObject({
    experiments: 1,
    runs: 1,
  })
  const { experiment, trace, artifact, logged_model } = await rowCounts(app)
  expect({ experiment, trace, artifact, logged_model }).toEqual({
    experiment: 1,
    trace: 0,
    artifact: 0,
    logged_model: 0,
  })
})
