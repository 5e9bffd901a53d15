import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { exportOnnx } from '../../../demo/onnx.ts'
import { demoSeed, trainModel } from '../../../demo/train.ts'
import { datasetCsv, loadWages, splitWages } from '../../../demo/wages.ts'
import { digestOf } from '../../lib/digest.ts'
import { type TestApp, testApp } from '../../testing/app.ts'
import type { Actor } from '../access/schema.ts'
import { type ArtifactPath, toArtifactPath } from '../artifacts/index.ts'
import { Evaluation, Evidence } from './schema.ts'
import { evidenceOf } from './store.ts'

const { training, evaluation: rows } = splitWages(loadWages())
const onnx = exportOnnx(trainModel({ rows: training, mitigated: false, seed: demoSeed }))
const protocol = { task: 'binary', label: 'high_wage', positive: 1, protected: ['sex', 'ethnicity'], bootstrap: 50 }
const patience = { timeout: 20_000, interval: 50 }

function workspaceOf(app: TestApp) {
  const workspace = app.workspaces.get('main')
  if (!workspace) throw new Error('no workspace')
  return workspace
}

/** A model with one version, a protocol and a dataset. */
async function given(app: TestApp, { file = 'model.onnx', bytes = onnx, csv = datasetCsv(rows) } = {}) {
  const developer = await app.as('developer')
  const { artifacts, registry } = workspaceOf(app)
  const { id, login, name, grants } = developer.person
  const actor: Actor = { id, kind: 'person', via: 'token', login, name, grants, scopes: null }
  await developer.post('/models', { name: 'wages' })
  const path = toArtifactPath(`1/${'a'.repeat(32)}/artifacts/model/${file}`) as ArtifactPath
  await artifacts.upload(actor, path, Readable.from([bytes]))
  const version = await registry.versions.register(actor, {
    model: 'wages',
    source: `mlflow-artifacts:/1/${'a'.repeat(32)}/artifacts/model`,
    run_id: null,
    description: '',
    run_link: '',
    tags: [],
  })
  const dataset = await developer.request('POST', '/datasets/wages/versions?format=csv', Buffer.from(csv), {
    'content-type': 'text/csv',
  })
  await developer.put('/models/wages/protocol', protocol)
  const request = (more: object = {}) =>
    developer.post('/evaluations', { model: 'wages', version: 1, dataset: dataset.json().digest, ...more })
  const get = async (id: string): Promise<Evaluation> =>
    Evaluation.parse((await developer.get(`/evaluations/${id}`)).json())
  const ends = async (id: string, state: string) => {
    await expect.poll(async () => (await get(id)).state, patience).toBe(state)
    return get(id)
  }
  return { developer, version, dataset: dataset.json(), request, get, ends }
}

test('a protocol is versioned: another text is a new version, the same text is not', async () => {
  const app = await testApp()
  const { developer } = await given(app)
  const put = async (body: object) => (await developer.put('/models/wages/protocol', body)).json()
  expect(await put(protocol)).toMatchObject({ version: 1, model: 'wages', protocol: { threshold: 0.5, seed: 1 } })
  const second = await put({ ...protocol, threshold: 0.6 })
  expect(second).toMatchObject({ version: 2, digest: digestOf(second.protocol), created_by: developer.person.id })
  expect((await developer.get('/models/wages/protocol')).json()).toEqual(second)
  const events = await app.trail(`model:${(await developer.get('/models/wages')).json().id}`)
  expect(events.filter(({ action }) => action === 'protocol.changed')).toHaveLength(2)

  const refused = async (change: object) =>
    (await developer.put('/models/wages/protocol', { ...protocol, ...change })).status
  expect(await refused({ protected: ['sex', 'sex'] })).toBe(400)
  expect(await refused({ protected: ['high_wage'] })).toBe(400)
  expect(await refused({ confidence: 0.9 })).toBe(400)
  expect(await refused({ metrics: [] })).toBe(400)
  expect((await (await app.as('auditor')).put('/models/wages/protocol', protocol)).status).toBe(403)
})

test('the server scores a version and keeps performance and fairness as evidence, which gives the same digest again', {
  timeout: 60_000,
}, async () => {
  const app = await testApp()
  const { developer, version, dataset, request, ends } = await given(app)
  const asked = await request()
  expect(asked.status).toBe(202)
  expect(asked.json()).toMatchObject({ state: 'queued', progress: 0, requested_by: developer.person.id, evidence: [] })

  const done = await ends(asked.json().id, 'done')
  expect(done).toMatchObject({ progress: 1, error: null, model: 'wages', version: 1, protocol_version: 1 })
  const { evidence } = (await developer.get('/evidence?model=wages&version=1')).json() as { evidence: Evidence[] }
  expect(evidence.map(({ kind }) => kind).sort()).toEqual(['fairness', 'performance'])
  expect(evidence.map(({ id }) => id).sort()).toEqual(done.evidence.toSorted())
  for (const one of evidence) {
    const { kind, subject, inputs, method, result } = Evidence.parse(one)
    expect(one.digest).toBe(digestOf({ kind, subject, inputs, method, result }))
    expect(subject).toEqual({ type: 'version', id: version.id, digest: version.digest })
    expect(inputs.map(({ role }) => role)).toEqual(['model', 'dataset', 'protocol'])
    expect(method).toMatchObject({ name: `modelkeep.${kind}`, parameters: { threshold: 0.5, seed: 1 } })
    expect(result).toMatchObject({ n: 267 })
  }
  expect(await evidenceOf(workspaceOf(app).connection.db, version.id)).toEqual(evidence)

  const trail = (await app.trail(`version:${version.id}`)).map(({ action }) => action)
  expect(trail.filter((action) => /^ev/.test(action))).toEqual([
    'evaluation.requested',
    'evidence.collected',
    'evidence.collected',
    'evaluation.done',
  ])

  const auditor = await app.as('auditor')
  for (const { id, digest } of evidence) {
    expect((await auditor.post(`/evidence/${id}/reproduce`)).json()).toEqual({
      outcome: 'identical',
      evidence: id,
      digest,
    })
  }
  const again = await ends((await request()).json().id, 'done')
  const second = (await developer.get('/evidence?model=wages')).json().evidence as Evidence[]
  expect(second).toHaveLength(4)
  expect(again.evidence).not.toEqual(done.evidence)
  expect(new Set(second.map(({ digest }) => digest)).size).toBe(2)
  expect(dataset.rows).toBe(267)
})

test('evidence whose record was changed is told apart, with the figures that differ', async () => {
  const app = await testApp()
  const { developer, request, ends } = await given(app)
  const { evidence } = await ends((await request({ kinds: ['performance'] })).json().id, 'done')
  const recorded = (await developer.get(`/evidence/${evidence[0]}`)).json()
  const better = structuredClone(recorded.result)
  better.figures.roc_auc.value = 0.99
  const { writer } = workspaceOf(app).connection
  await writer.commit((tx) =>
    tx
      .updateTable('evidence')
      .set({ result: JSON.stringify(better) })
      .execute(),
  )
  expect((await developer.post(`/evidence/${evidence[0]}/reproduce`)).json()).toMatchObject({
    outcome: 'different',
    differences: [
      { path: 'result.figures.roc_auc.value', recorded: 0.99, recomputed: recorded.result.figures.roc_auc.value },
    ],
  })
})

test('an evaluation that cannot be carried out says why and leaves no evidence', async () => {
  const app = await testApp()
  const { developer, version, request, ends } = await given(app)
  await developer.put('/models/wages/protocol', { ...protocol, protected: ['sex', 'religion'] })
  const failed = await ends((await request()).json().id, 'failed')
  expect(failed).toMatchObject({ error: 'the dataset wages has no column "religion"', evidence: [] })
  expect((await developer.get('/evidence?model=wages')).json().evidence).toEqual([])
  expect((await app.trail(`version:${version.id}`)).at(-1)).toMatchObject({
    action: 'evaluation.failed',
    detail: { error: failed.error },
  })
})

test('a version without an ONNX file is not evaluated', async () => {
  const app = await testApp()
  const { request, ends } = await given(app, { file: 'model.pkl' })
  const failed = await ends((await request()).json().id, 'failed')
  expect(failed.error).toBe('version 1 of wages has no ONNX file, so the server cannot score it')
})

test('what an evaluation needs must be there before it is asked for', async () => {
  const app = await testApp()
  const { developer, request } = await given(app)
  expect((await request({ version: 2 })).status).toBe(404)
  expect((await request({ dataset: `sha256:${'0'.repeat(64)}` })).status).toBe(404)
  expect((await request({ kinds: [] })).status).toBe(400)
  await developer.post('/models', { name: 'other' })
  expect((await developer.get('/models/other/protocol')).status).toBe(404)
  const auditor = await app.as('auditor')
  const wish = { model: 'wages', version: 1, dataset: `sha256:${'0'.repeat(64)}` }
  expect((await auditor.post('/evaluations', wish)).status).toBe(403)
  expect((await developer.get('/evaluations?version=1')).status).toBe(400)
})

test('people see evaluations and evidence of their models only', async () => {
  const app = await testApp()
  const { request, ends } = await given(app)
  const { id, evidence } = await ends((await request({ kinds: ['performance'] })).json().id, 'done')
  const [insider, outsider] = [
    await app.as([{ role: 'validator', model: 'wages' }]),
    await app.as([{ role: 'validator', model: 'other' }]),
  ]
  expect((await insider.get('/evidence')).json().evidence).toHaveLength(1)
  expect((await insider.get('/evaluations')).json().evaluations).toHaveLength(1)
  expect((await outsider.get('/evidence')).json().evidence).toEqual([])
  expect((await outsider.get('/evaluations')).json().evaluations).toEqual([])
  for (const url of ['/evidence?model=wages', `/evidence/${evidence[0]}`, `/evaluations/${id}`]) {
    expect((await outsider.get(url)).status).toBe(403)
  }
  expect((await outsider.post(`/evaluations/${id}/cancel`)).status).toBe(403)
})

test('a cancelled evaluation stays cancelled, and one that has ended cannot be cancelled', async () => {
  const app = await testApp()
  const { developer, request, get, ends } = await given(app)
  const { id } = (await request()).json()
  await expect.poll(async () => (await get(id)).state, patience).toBe('running')
  expect((await developer.post(`/evaluations/${id}/cancel`)).json()).toMatchObject({ state: 'cancelled' })
  expect((await developer.post(`/evaluations/${id}/cancel`)).status).toBe(409)
  const next = await ends((await request()).json().id, 'done')
  expect((await get(id)).state).toBe('cancelled')
  expect((await developer.get('/evidence?model=wages')).json().evidence).toHaveLength(next.evidence.length)
})

test('an evaluation whose server died goes on in the next one and ends once', async () => {
  const app = await testApp()
  const { developer, version, request, get, ends } = await given(app)
  const { connection } = workspaceOf(app)
  // Longer than the moment in which its lease changes hands.
  await developer.put('/models/wages/protocol', { ...protocol, explanation: { repeats: 50, explained: 30 } })
  const { id } = (await request({ kinds: ['performance', 'explanation'] })).json()
  await expect.poll(async () => (await get(id)).state, { ...patience, interval: 5 }).toBe('running')
  // As a killed process leaves it: running, under the lease of a worker that is not there any more.
  const leased_by = 'elsewhere/1/1/gone'
  await connection.writer.commit((tx) =>
    tx.updateTable('job').set({ leased_by }).where('kind', '=', 'evaluation').execute(),
  )
  app.clock.advance(60_000)
  const done = await ends(id, 'done')
  expect(done.evidence).toHaveLength(2)
  const jobOf = () =>
    connection.db.selectFrom('job').selectAll().where('kind', '=', 'evaluation').executeTakeFirstOrThrow()
  await expect.poll(async () => (await jobOf()).state, patience).toBe('done')
  expect((await jobOf()).attempts).toBe(2)
  expect((await developer.get('/evidence?model=wages')).json().evidence).toHaveLength(2)
  const ended = (await app.trail(`version:${version.id}`)).filter(({ action }) => action === 'evaluation.done')
  expect(ended).toHaveLength(1)
})

test('an evaluation whose server was stopped in its middle goes on with the kinds that were not finished', {
  timeout: 60_000,
}, async () => {
  const first = await testApp()
  const { developer, request, version } = await given(first)
  // Longer than the moment in which the server is stopped.
  await developer.put('/models/wages/protocol', { ...protocol, explanation: { repeats: 50, explained: 30 } })
  const { id } = (await request({ kinds: ['performance', 'explanation'] })).json()
  const { db, writer } = workspaceOf(first).connection
  const kept = () => db.selectFrom('evaluation_finding').selectAll().execute()
  await expect.poll(kept, { ...patience, interval: 5 }).toMatchObject([{ evaluation_id: id, kind: 'performance' }])
  expect((await developer.get('/evidence?model=wages')).json().evidence).toEqual([])
  const [row] = await kept()
  const finding = JSON.parse(row?.finding ?? '')
  finding.content.result.kept = 'by the first server'
  await writer.commit((tx) =>
    tx
      .updateTable('evaluation_finding')
      .set({ finding: JSON.stringify(finding) })
      .execute(),
  )
  await workspaceOf(first).close()
  const { openWorkspace } = await import('../../workspace.ts')
  const second = await openWorkspace(first.config, 'main', {
    ...first,
    passkeys: first.signIn.signatures,
    isActive: async () => true,
    artifactRoot: async () => null,
  })
  await expect
    .poll(async () => (await second.evaluations.evaluations.get(id as Evaluation['id'])).state, patience)
    .toBe('done')
  const evidence = await evidenceOf(second.connection.db, version.id)
  expect(evidence.map(({ kind }) => kind).sort()).toEqual(['explanation', 'performance'])
  expect(evidence.find(({ kind }) => kind === 'performance')?.result.kept).toBe('by the first server')
  expect(await second.connection.db.selectFrom('evaluation_finding').selectAll().execute()).toEqual([])
  await second.close()
})
