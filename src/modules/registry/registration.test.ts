import { expect, test } from 'vitest'
import { digestOf, sha256 } from '../../lib/digest.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { describeShared, readShared } from '../../testing/shared.ts'

const mlflow = '/api/2.0/mlflow'
const proxy = '/api/2.0/mlflow-artifacts/artifacts'

const mlmodel = `flavors:
  onnx:
    data: model.onnx
    onnx_version: 1.16.0
  python_function:
    loader_module: mlflow.onnx
    python_version: 3.10.1
signature:
  inputs: '[{"name": "age", "type": "double", "required": true}]'
  outputs: '[{"name": "score", "type": "double", "required": true}]'
`

async function newRun(client: TestClient): Promise<string> {
  const reply = await client.post(`${mlflow}/runs/create`, { experiment_id: '0', start_time: 1 })
  return reply.json().run.info.run_id
}

const put = (client: TestClient, run: string, path: string, body: string) =>
  client.request('PUT', `${proxy}/0/${run}/artifacts/${path}`, body)

const register = (client: TestClient, body: Record<string, unknown>) =>
  client.post(`${mlflow}/model-versions/create`, { name: 'wages', ...body })

async function withModel(app: TestApp, name = 'wages') {
  const developer = await app.as('developer')
  await developer.post('/models', { name })
  return developer
}

test('registration seals files, run, datasets and signature, and knows who made them', async () => {
  const app = await testApp()
  const ada = await withModel(app)
  const [ben, carl] = [await app.as('developer'), await app.as('developer')]
  const data = 'age,paid\n31,1\n40,0\n'
  const dataset = await ada.request('POST', '/datasets/survey/versions?format=csv', data, {
    'content-type': 'text/csv',
  })
  const run = await newRun(ada)
  await ben.post(`${mlflow}/runs/log-metric`, { run_id: run, key: 'loss', value: 0.5, timestamp: 1, step: 0 })
  const named = { name: 'survey', digest: sha256(data).slice(7, 43), source_type: 'http', source: '{}' }
  const tags = [{ key: 'mlflow.data.context', value: 'training' }]
  await ada.post(`${mlflow}/runs/log-inputs`, { run_id: run, datasets: [{ tags, dataset: named }] })
  await put(carl, run, 'model/MLmodel', mlmodel)
  await put(ada, run, 'model/model.onnx', 'not a graph')
  await put(ada, run, 'plots/loss.svg', '<svg/>')

  const registrar = await app.as('developer')
  const made = await register(registrar, { source: `runs:/${run}/model`, run_id: run })
  expect(made.json()).toMatchObject({ model_version: { version: '1', status: 'READY', source: `runs:/${run}/model` } })

  const version = (await ada.get('/models/wages/versions/1')).json()
  expect(version.manifest).toMatchObject({
    files: [
      { path: 'MLmodel', sha256: sha256(mlmodel), size: mlmodel.length },
      { path: 'model.onnx', sha256: sha256('not a graph') },
    ],
    run: { id: run },
    datasets: [{ name: 'survey', context: 'training', dataset_version: dataset.json().digest }],
    signature: { inputs: [{ name: 'age' }] },
  })
  expect(version.digest).toBe(digestOf(version.manifest))
  expect(version.facts).toMatchObject({
    flavors: ['onnx', 'python_function'],
    mlmodel: { python_version: '3.10.1' },
    onnx: null,
    problems: [{ path: 'model.onnx' }],
  })
  expect(version).toMatchObject({ state: 'draft', registered_by: registrar.person.id })
  const makers = [ada, ben, carl, registrar].map((one) => one.person.id).sort()
  expect(version.developers.toSorted()).toEqual(makers)

  const used = (await ada.get(`/datasets/versions/${dataset.json().digest}`)).json()
  expect(used.used_by).toEqual([{ model: 'wages', version: 1, version_id: version.id, context: 'training' }])
  expect((await ada.get(`/runs/${run}/versions`)).json().versions).toMatchObject([{ id: version.id, files: 2 }])
  expect((await ada.get(`/runs/${run}/artifacts`)).json()).toEqual({
    files: [
      { path: 'model', is_dir: true, size: null },
      { path: 'plots', is_dir: true, size: null },
    ],
  })
  expect((await ada.get(`/runs/${run}/artifacts?path=model`)).json().files[0]).toMatchObject({ path: 'model/MLmodel' })
  expect((await ada.get(`/runs/${run}/artifacts?path=../..`)).status).toBe(400)
  const elsewhere = await app.as([{ role: 'developer', model: 'other' }])
  expect((await elsewhere.get(`/runs/${run}/versions`)).json()).toEqual({ versions: [] })
  const event = (await app.trail(`version:${version.id}`)).find((one) => one.action === 'version.registered')
  expect(event?.about).toContain(`run:${run}`)
  expect(event?.about).toContain(`model:${version.model_id}`)
})

test('what a version was made from is not overwritten, not deleted and not added to', async () => {
  const app = await testApp()
  const developer = await withModel(app)
  const run = await newRun(developer)
  await put(developer, run, 'model/MLmodel', mlmodel)
  await put(developer, run, 'notes.txt', 'before')
  await register(developer, { source: `mlflow-artifacts:/0/${run}/artifacts/model`, run_id: run })

  const overwritten = await put(developer, run, 'model/MLmodel', 'other')
  expect(overwritten.json()).toMatchObject({
    error_code: 'PERMISSION_DENIED',
    message: expect.stringContaining('sealed'),
  })
  expect((await put(developer, run, 'model/evil.py', 'x')).status).toBe(403)
  for (const path of ['model/MLmodel', 'model', '']) {
    const reply = await developer.request('DELETE', `${proxy}/0/${run}/artifacts${path && `/${path}`}`)
    expect(reply.json()).toMatchObject({ error_code: 'PERMISSION_DENIED' })
  }
  expect((await put(developer, run, 'notes.txt', 'after')).status).toBe(200)
  expect((await developer.get(`${proxy}/0/${run}/artifacts/model/MLmodel`)).text).toBe(mlmodel)

  const file = await developer.get('/models/wages/versions/latest/files/MLmodel')
  expect([file.text, file.headers.etag]).toEqual([mlmodel, `"${sha256(mlmodel)}"`])
  expect((await developer.get('/models/wages/versions/1/files/notes.txt')).status).toBe(404)
  expect((await developer.get('/models/wages/versions/1/files/..%2Fnotes.txt')).status).toBe(404)
})

test('twenty registrations at once get twenty numbers', async () => {
  const app = await testApp()
  const developer = await withModel(app)
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, i) => register(developer, { source: `s3://bucket/${i}` })),
  )
  const numbers = replies.map((reply) => Number(reply.json().model_version.version)).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))

  await developer.request('DELETE', `${mlflow}/model-versions/delete`, { name: 'wages', version: '20' })
  expect((await register(developer, { source: 's3://bucket/next' })).json().model_version.version).toBe('21')
})

test('a version made from another one has its files and its makers', async () => {
  const app = await testApp()
  const ada = await withModel(app)
  const run = await newRun(ada)
  await put(ada, run, 'model/MLmodel', mlmodel)
  await register(ada, { source: `runs:/${run}/model` })
  const ben = await withModel(app, 'copy')
  await register(ben, { name: 'copy', source: 'models:/wages/1' })
  const [first, copy] = [await ben.get('/models/wages/versions/1'), await ben.get('/models/copy/versions/1')]
  expect(copy.json().manifest).toEqual(first.json().manifest)
  expect(copy.json().digest).toBe(first.json().digest)
  expect(copy.json().developers).toContain(ada.person.id)

  const scoped = await app.as([{ role: 'developer', model: 'copy' }])
  expect((await register(scoped, { name: 'copy', source: 'models:/wages/1' })).status).toBe(404)
  expect((await register(scoped, { name: 'copy', source: `runs:/${run}/model` })).status).toBe(403)
  expect((await register(scoped, { name: 'copy', source: 'models:/copy/1' })).status).toBe(200)
})

test('a folder of several runs is not a model', async () => {
  const app = await testApp()
  const developer = await withModel(app)
  await put(developer, await newRun(developer), 'model/MLmodel', mlmodel)
  expect((await register(developer, { source: 'mlflow-artifacts:/0' })).status).toBe(400)
  expect((await put(developer, await newRun(developer), 'model/MLmodel', mlmodel)).status).toBe(200)
})

describeShared('a real graph', ['models', 'compas-logreg', 'model.onnx'], () => {
  test('without an MLmodel file the signature is read from the graph', async () => {
    const app = await testApp()
    const developer = await withModel(app)
    const run = await newRun(developer)
    const graph = readShared('models', 'compas-logreg', 'model.onnx')
    await developer.request('PUT', `${proxy}/0/${run}/artifacts/graph/model.onnx`, graph)
    await register(developer, { source: `runs:/${run}/graph` })
    const { facts, manifest } = (await developer.get('/models/wages/versions/1')).json()
    expect(facts).toMatchObject({
      flavors: ['onnx'],
      onnx: { path: 'model.onnx', node_count: expect.any(Number) },
      problems: [],
    })
    expect(manifest.signature.inputs).toEqual(facts.onnx.inputs)
    expect(facts.onnx.inputs.length).toBeGreaterThan(0)
  })
})
