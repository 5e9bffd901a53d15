import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'

const api = '/api/2.0/mlflow'

async function newRun(client: TestClient): Promise<string> {
  return (await client.post(`${api}/runs/create`, { experiment_id: '0', start_time: 1 })).json().run.info.run_id
}

async function newModel(client: TestClient, input: Record<string, unknown> = {}): Promise<string> {
  const made = await client.post(`${api}/logged-models`, { experiment_id: '0', ...input })
  return made.json().model.info.model_id
}

const names = (reply: { json(): ReturnType<typeof JSON.parse> }): string[] =>
  (reply.json().models ?? []).map((model: { info: { name: string } }) => model.info.name)

test('every change of a logged model is an event that its run and its experiment show', async () => {
  const app = await testApp()
  const [ann, ben] = [await app.as('developer'), await app.as('developer')]
  const source_run_id = await newRun(ann)
  const model_id = await newModel(ben, { name: 'clf', source_run_id })
  const path = `${api}/logged-models/${model_id}`
  await ben.patch(path, { model_id, status: 'LOGGED_MODEL_READY' })
  await ben.patch(`${path}/tags`, { tags: [{ key: 'a', value: 'b' }] })
  await ben.delete(`${path}/tags/a`)
  const params = { model_id, params: [{ key: 'p', value: '1' }] }
  expect((await ben.post(`${path}/params`, params)).status).toBe(200)
  expect((await ben.post(`${path}/params`, params)).status).toBe(200)
  const changed = await ben.post(`${path}/params`, { model_id, params: [{ key: 'p', value: '2' }] })
  expect(changed.json().message).toContain('Changing param values is not allowed')
  await ben.post(`${api}/runs/outputs`, { run_id: source_run_id, models: [{ model_id, step: 3 }] })
  await ben.delete(path)
  expect((await ben.get(path)).status).toBe(404)

  expect((await app.trail(`logged_model:${model_id}`)).map(({ action }) => action)).toEqual([
    'logged_model.created',
    'logged_model.finalised',
    'logged_model.tags_set',
    'logged_model.tag_deleted',
    'logged_model.params_logged',
    'logged_model.params_logged',
    'run.outputs_logged',
    'logged_model.deleted',
  ])
  expect((await app.trail(`run:${source_run_id}`)).map(({ action }) => action)).toContain('logged_model.created')
  const people = await app.workspaces.get('main')?.tracking.runs.contributorsOf(source_run_id)
  expect(new Set(people)).toEqual(new Set([ann.person.id, ben.person.id]))
})

test('a run shows the models it read and made, and its seal covers them', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run_id = await newRun(ann)
  const [read, made] = [await newModel(ann, { name: 'base' }), await newModel(ann, { name: 'tuned' })]
  const digest = async () => (await app.workspaces.get('main')?.tracking.runs.forVersion(run_id))?.digest
  const before = await digest()
  await ann.post(`${api}/runs/log-inputs`, { run_id, models: [{ model_id: read }] })
  await ann.post(`${api}/runs/outputs`, { run_id, models: [{ model_id: made, step: 7 }] })
  expect(await digest()).not.toBe(before)
  const { inputs, outputs } = (await ann.get(`${api}/runs/get?run_id=${run_id}`)).json().run
  expect(inputs.model_inputs).toEqual([{ model_id: read }])
  expect(outputs.model_outputs).toEqual([{ model_id: made, step: 7 }])
  expect((await ann.get(`/runs/${run_id}`)).json()).toMatchObject({
    model_inputs: [{ model_id: read, name: 'base' }],
    outputs: [{ model_id: made, name: 'tuned', step: 7, status: 'LOGGED_MODEL_PENDING' }],
  })
  const unknown = await ann.post(`${api}/runs/outputs`, { run_id, models: [{ model_id: 'm-none', step: 0 }] })
  expect(unknown.status).toBe(404)
  const metric = { run_id, key: 'acc', value: 1, timestamp: 1, model_id: 'm-none' }
  expect((await ann.post(`${api}/runs/log-metric`, metric)).status).toBe(404)
})

test('models are found by what was measured of them, page by page', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run_id = await newRun(ann)
  const accuracies = { a: 0.9, b: 0.5, c: 0.7, d: undefined, e: 0.6 }
  for (const [name, acc] of Object.entries(accuracies)) {
    app.clock.advance(1)
    const tags = [{ key: 'team', value: name < 'c' ? 'x' : 'y' }]
    const model_id = await newModel(ann, { name, model_type: 'clf', tags, params: [{ key: 'lr', value: '0.1' }] })
    if (acc === undefined) continue
    const metric = { key: 'acc', timestamp: 1, model_id }
    const points = [
      { ...metric, value: acc, step: 1, dataset_name: 'test', dataset_digest: 'd1' },
      { ...metric, value: 0, step: 0, dataset_name: 'test', dataset_digest: 'd1' },
      { ...metric, value: 0.99, step: 0, dataset_name: 'train', dataset_digest: 'd2' },
    ]
    await ann.post(`${api}/runs/log-batch`, { run_id, metrics: points })
  }
  const search = (body: Record<string, unknown>) =>
    ann.post(`${api}/logged-models/search`, { experiment_ids: ['0'], ...body })
  const test = { dataset_name: 'test', dataset_digest: 'd1' }
  expect(names(await search({}))).toEqual(['e', 'd', 'c', 'b', 'a'])
  expect(names(await search({ filter: 'metrics.acc > 0.65', datasets: [test] }))).toEqual(['c', 'a'])
  expect(names(await search({ filter: 'metrics.acc > 0.65' }))).toEqual(['e', 'c', 'b', 'a'])
  const filter = "name IN ('a', 'b') OR NOT (tags.team = 'x' OR metrics.acc > 0)"
  expect(names(await search({ filter }))).toEqual(['d', 'b', 'a'])
  expect(
    names(await search({ filter: "params.lr = '0.1' AND status = 'PENDING' AND creation_timestamp > 0" })),
  ).toHaveLength(5)

  const order_by = [{ field_name: 'metrics.acc', ascending: false, ...test }]
  const found: string[] = []
  let page_token: string | undefined
  do {
    const page = await search({ order_by, max_results: 2, page_token })
    found.push(...names(page))
    page_token = page.json().next_page_token
  } while (page_token)
  expect(found).toEqual(['a', 'c', 'e', 'b', 'd'])

  for (const body of [
    { filter: 'nonsense' },
    { filter: 'flavour = "x"' },
    { filter: "dataset.name = 'x'" },
    { order_by: [{ field_name: 'flavour' }] },
    { page_token: 'nonsense' },
    { max_results: 5000 },
    { experiment_ids: [] },
  ])
    expect((await search(body)).status).toBe(400)
})

test('a version that is registered from a logged model has its files, its run and its people', async () => {
  const app = await testApp()
  const [ann, ben] = [await app.as('developer'), await app.as('developer')]
  const run_id = await newRun(ann)
  const model_id = await newModel(ben, { name: 'clf', source_run_id: run_id })
  const root = (await ann.get(`${api}/logged-models/${model_id}`)).json().model.info.artifact_uri
  const upload = `/api/2.0/mlflow-artifacts/artifacts/${root.replace('mlflow-artifacts:/', '')}/data/model.bin`
  expect((await ann.request('PUT', upload, Buffer.from('weights'))).status).toBe(200)
  const listed = await ann.get(`${api}/logged-models/${model_id}/artifacts/directories?artifact_directory_path=data`)
  expect(listed.json()).toEqual({ root_uri: root, files: [{ path: 'data/model.bin', is_dir: false, file_size: 7 }] })
  const file = `${api}/logged-models/${model_id}/artifacts/files?artifact_file_path=data/model.bin`
  expect((await ann.get(file)).text).toBe('weights')
  expect((await ann.get(`${file}x`)).status).toBe(404)

  await ann.post('/models', { name: 'clf' })
  for (const source of [`models:/${model_id}`, root]) {
    const made = await ann.post(`${api}/model-versions/create`, { name: 'clf', source })
    const { version } = made.json().model_version
    const sheet = (await ann.get(`/models/clf/versions/${version}`)).json()
    expect(sheet.manifest.run.id).toBe(run_id)
    expect(sheet.manifest.files).toMatchObject([{ path: 'data/model.bin' }])
    expect(new Set(sheet.developers)).toEqual(new Set([ann.person.id, ben.person.id]))
  }
  expect((await ann.request('PUT', upload, Buffer.from('others'))).status).toBe(403)
})

test('what older clients say of a model is kept in a tag of the run', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run_id = await newRun(ann)
  const model = { artifact_path: 'model', flavors: { sklearn: {} }, utc_time_created: 'now', run_id }
  for (const artifact_path of ['model', 'other']) {
    const model_json = JSON.stringify({ ...model, artifact_path })
    expect((await ann.post(`${api}/runs/log-model`, { run_id, model_json })).status).toBe(200)
  }
  const { tags } = (await ann.get(`/runs/${run_id}`)).json()
  const history = tags.find(({ key }: { key: string }) => key === 'mlflow.log-model.history').value
  expect(JSON.parse(history).map((one: { artifact_path: string }) => one.artifact_path)).toEqual(['model', 'other'])
  const refused = await ann.post(`${api}/runs/log-model`, { run_id, model_json: '{"run_id": "x"}' })
  expect(refused.json().message).toContain('artifact_path')
})

test('who may only read cannot make, change or delete a logged model', async () => {
  const app = await testApp()
  const [ann, auditor] = [await app.as('developer'), await app.as('auditor')]
  const model_id = await newModel(ann)
  expect((await auditor.get(`${api}/logged-models/${model_id}`)).status).toBe(200)
  expect((await auditor.post(`${api}/logged-models`, { experiment_id: '0' })).status).toBe(403)
  const finalise = { model_id, status: 'LOGGED_MODEL_READY' }
  expect((await auditor.patch(`${api}/logged-models/${model_id}`, finalise)).status).toBe(403)
  expect((await auditor.delete(`${api}/logged-models/${model_id}`)).status).toBe(403)
})
