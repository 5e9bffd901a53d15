import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

const mlflow = '/api/2.0/mlflow'

test('the Java client sends 64-bit integers as texts, and reads a whole history without asking for a number of points', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const created = await client.post(`${mlflow}/runs/create`, {
    experiment_id: '0',
    user_id: 'ada',
    start_time: '1700000000000',
  })
  const { run_id } = created.json().run.info
  expect(created.json().run.info.start_time).toBe(1_700_000_000_000)
  for (const step of ['0', '1', '2']) {
    const point = { run_uuid: run_id, run_id, key: 'loss', value: 0.5, timestamp: '1700000000001', step }
    expect((await client.post(`${mlflow}/runs/log-metric`, point)).status).toBe(200)
  }
  const history = (
    await client.get(`${mlflow}/metrics/get-history?run_uuid=${run_id}&run_id=${run_id}&metric_key=loss`)
  ).json()
  expect(history.metrics.map(({ step }: { step: number }) => step)).toEqual([0, 1, 2])
  expect(history.next_page_token).toBeUndefined()
  const search = { experiment_ids: ['0'], filter: '', run_view_type: 'ACTIVE_ONLY', max_results: 1000, order_by: [] }
  expect((await client.post(`${mlflow}/runs/search`, search)).json().runs).toHaveLength(1)
  const end = { run_id, run_uuid: run_id, status: 'FINISHED', end_time: '1700000000002' }
  expect((await client.post(`${mlflow}/runs/update`, end)).json().run_info.end_time).toBe(1_700_000_000_002)
})

test('clients that know runs by run_uuid alone, as the R client did, are understood', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const { run_id: id } = (await client.post(`${mlflow}/runs/create`, { experiment_id: '0', start_time: 1 })).json().run
    .info
  const tag = { run_uuid: id, key: 'colour', value: 'red' }
  expect((await client.post(`${mlflow}/runs/set-tag`, tag)).status).toBe(200)
  expect((await client.post(`${mlflow}/runs/log-parameter`, { run_uuid: id, key: 'p', value: '1' })).status).toBe(200)
  const run = (await client.get(`${mlflow}/runs/get?run_uuid=${id}`)).json().run
  expect(run.data.tags).toContainEqual({ key: 'colour', value: 'red' })
  expect(run.data.params).toEqual([{ key: 'p', value: '1' }])
  expect((await client.get(`${mlflow}/artifacts/list?run_uuid=${id}`)).status).toBe(200)
})

test('copy_model_version: a version made from another one has its files, its run and its download address', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const run = (await client.post(`${mlflow}/runs/create`, { experiment_id: '0', start_time: 1 })).json().run.info
  const file = `${run.artifact_uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/')}/model/MLmodel`
  await client.request('PUT', file, 'flavors: {}')
  for (const name of ['source', 'copy']) await client.post(`${mlflow}/registered-models/create`, { name })
  const source = `${run.artifact_uri}/model`
  await client.post(`${mlflow}/model-versions/create`, { name: 'source', source, run_id: run.run_id })
  const copied = await client.post(`${mlflow}/model-versions/create`, {
    name: 'copy',
    source: 'models:/source/1',
    run_id: run.run_id,
    tags: [{ key: 'a', value: 'b' }],
    run_link: '',
    description: '',
  })
  expect(copied.json().model_version).toMatchObject({
    name: 'copy',
    version: '1',
    source: 'models:/source/1',
    status: 'READY',
  })
  const [first, second] = [await client.get('/models/source/versions/1'), await client.get('/models/copy/versions/1')]
  expect(second.json().manifest.files).toEqual(first.json().manifest.files)
  const uri = await client.get(`${mlflow}/model-versions/get-download-uri?name=copy&version=1`)
  expect(uri.json()).toEqual({ artifact_uri: source })
})

test('what belongs to hosted services is answered as an unknown route, not as a failure', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  for (const path of ['gateway/secrets/list', 'prompt-optimization/jobs', 'unknown']) {
    expect((await client.get(`/api/3.0/mlflow/${path}`)).status).toBe(404)
  }
})
