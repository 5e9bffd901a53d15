import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'

const base = '/api/3.0/mlflow/datasets'

async function made(client: TestClient, name = 'questions', extra: object = {}) {
  const reply = await client.post(`${base}/create`, { name, experiment_ids: ['0'], ...extra })
  expect(reply.status).toBe(200)
  return reply.json().dataset
}

/** As the Python client sends records: JSON inside a text. */
const send = (client: TestClient, id: string, records: string | object[]) =>
  client.post(`${base}/${id}/records`, { records: typeof records === 'string' ? records : JSON.stringify(records) })

test('records are kept by their inputs: what is sent again adds expectations and tags, and replaces outputs', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const { dataset_id: id } = await made(client, 'questions', { tags: '{"team": "search", "mlflow.user": "ada"}' })
  const first = {
    inputs: { question: 'What is it?', context: { b: 1, a: 2 } },
    expectations: { facts: ['a'] },
    tags: { level: 'easy' },
    source: { source_type: 'TRACE', source_data: { trace_id: 'tr-1' } },
  }
  const second = { inputs: { question: 'Why?' } }
  expect((await send(client, id, [first, second])).json()).toEqual({ inserted_count: 2, updated_count: 0 })
  app.clock.advance(5)
  const again = {
    inputs: { context: { a: 2, b: 1 }, question: 'What is it?' },
    outputs: 'it',
    expectations: { tone: 'dry' },
  }
  expect((await send(client, id, [again])).json()).toEqual({ inserted_count: 0, updated_count: 1 })

  const read = (await client.get(`${base}/${id}/records?max_results=1000`)).json()
  const records = JSON.parse(read.records)
  const merged = records.find((one: { outputs?: string }) => one.outputs === 'it')
  expect(merged).toMatchObject({
    dataset_id: id,
    inputs: first.inputs,
    outputs: 'it',
    expectations: { facts: ['a'], tone: 'dry' },
    tags: { level: 'easy' },
    source: first.source,
    source_type: 'TRACE',
    source_id: 'tr-1',
  })
  expect(merged.last_update_time).toBe(merged.created_time + 5)
  expect(read.next_page_token).toBeUndefined()

  const { dataset } = (await client.get(`${base}/${id}`)).json()
  expect(JSON.parse(dataset.profile)).toEqual({ num_records: 2 })
  expect(JSON.parse(dataset.schema)).toMatchObject({
    inputs: { question: 'string', context: 'object' },
    version: '1.0',
  })
  expect(dataset).toMatchObject({ name: 'questions', created_by: 'ada', experiment_ids: ['0'] })
  expect(JSON.parse(dataset.tags)).toEqual({ team: 'search', 'mlflow.user': 'ada' })
})

test('numbers come back as they were sent', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const { dataset_id: id } = await made(client)
  await send(client, id, '[{"inputs": {"x": 1.0, "long": 12345678901234567890, "none": NaN}}]')
  const { records } = (await client.get(`${base}/${id}/records`)).json()
  expect(records).toContain('"x":1.0')
  expect(records).toContain('"long":12345678901234567890')
  expect(
    (await send(client, id, '[{"inputs": {"none": NaN, "long": 12345678901234567890, "x": 1.0}}]')).json(),
  ).toEqual({
    inserted_count: 0,
    updated_count: 1,
  })
})

test('every change of a dataset is an event with the digest before and after', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const { dataset_id: id, digest } = await made(client)
  await send(client, id, [{ inputs: { q: 1 } }, { inputs: { q: 2 } }])
  const { records } = (await client.get(`${base}/${id}/records`)).json()
  const [{ dataset_record_id }] = JSON.parse(records)
  const deleted = await client.request('DELETE', `${base}/${id}/records`, {
    dataset_record_ids: [dataset_record_id, 'dr-x'],
  })
  expect(deleted.json()).toEqual({ deleted_count: 1 })
  await client.patch(`${base}/${id}/tags`, { tags: '{"stage": "final"}' })
  await client.delete(`${base}/${id}/tags/stage`)
  expect((await client.delete(`${base}/${id}`)).json()).toEqual({})
  expect((await client.get(`${base}/${id}`)).json().error_code).toBe('RESOURCE_DOES_NOT_EXIST')

  const trail = await app.trail(`evaluation_dataset:${id}`)
  expect(trail.map(({ action }) => action.replace('evaluation_dataset.', ''))).toEqual([
    'created',
    'records_changed',
    'records_deleted',
    'tags_set',
    'tag_deleted',
    'deleted',
  ])
  const [, changed, removed, , , gone] = trail
  expect(changed?.detail).toMatchObject({ before: digest, records: 2, inserted: 2 })
  expect(removed?.detail).toMatchObject({ before: changed?.detail.after, records: 1, deleted: 1 })
  expect(gone?.detail).toMatchObject({ digest: removed?.detail.after })
})

test('datasets are searched by name, tag and experiment, page by page', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const other = (await client.post('/api/2.0/mlflow/experiments/create', { name: 'other' })).json().experiment_id
  for (const name of ['a', 'b', 'c']) {
    await made(client, name, {
      tags: JSON.stringify({ first: name }),
      ...(name === 'c' ? { experiment_ids: [other] } : {}),
    })
    app.clock.advance(1)
  }
  const names = async (body: object) =>
    ((await client.post(`${base}/search`, { max_results: 1000, ...body })).json().datasets ?? []).map(
      ({ name }: { name: string }) => name,
    )
  expect(await names({})).toEqual(['c', 'b', 'a'])
  expect(await names({ order_by: ['name ASC'] })).toEqual(['a', 'b', 'c'])
  expect(await names({ filter_string: "name = 'b'" })).toEqual(['b'])
  expect(await names({ filter_string: "tags.first IN ('a', 'c') OR name LIKE 'b%'", order_by: ['name'] })).toEqual([
    'a',
    'b',
    'c',
  ])
  expect(await names({ experiment_ids: ['0'] })).toEqual(['b', 'a'])

  const first = (await client.post(`${base}/search`, { max_results: 2 })).json()
  expect(first.datasets).toHaveLength(2)
  const rest = await client.post(`${base}/search`, { max_results: 2, page_token: first.next_page_token })
  expect(rest.json()).toMatchObject({ datasets: [{ name: 'a' }] })
  expect(rest.json().next_page_token).toBeUndefined()
  const wrong = await client.post(`${base}/search`, { filter_string: "colour = 'red'" })
  expect(wrong.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
})

test('a dataset joins and leaves experiments, also where the client leaves the placeholder in the path', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const other = (await client.post('/api/2.0/mlflow/experiments/create', { name: 'other' })).json().experiment_id
  const { dataset_id } = await made(client)
  const joined = await client.post(`${base}/%7Bdataset_id%7D/add-experiments`, { dataset_id, experiment_ids: [other] })
  expect(joined.json().dataset.experiment_ids.toSorted()).toEqual(['0', other].toSorted())
  const left = await client.post(`${base}/${dataset_id}/remove-experiments`, { dataset_id, experiment_ids: ['0'] })
  expect(left.json().dataset.experiment_ids).toEqual([other])
  expect((await client.get(`${base}/${dataset_id}/experiment-ids`)).json()).toEqual({ experiment_ids: [other] })
})

test('records are read in pages, the oldest first, each once', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const { dataset_id: id } = await made(client)
  await send(
    client,
    id,
    Array.from({ length: 5 }, (_, n) => ({ inputs: { n } })),
  )
  const seen: number[] = []
  let token = ''
  do {
    const { records, next_page_token = '' } = (
      await client.get(`${base}/${id}/records?max_results=2&page_token=${token}`)
    ).json()
    for (const { inputs } of JSON.parse(records)) seen.push(inputs.n)
    token = next_page_token
  } while (token !== '')
  expect(seen.toSorted()).toEqual([0, 1, 2, 3, 4])
})

test('what is no record is refused, and nothing of the request is kept', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const { dataset_id: id } = await made(client)
  for (const records of [
    '{}',
    'nonsense',
    '[1]',
    '[{"inputs": {"q": 1}}, {"outputs": 2}]',
    '[{"inputs": "text"}]',
    '[{"inputs": {"q": "\\ud800"}}]',
    '[{"inputs": {"q": 1}, "source": {"source_type": "GUESS"}}]',
  ]) {
    const refused = await send(client, id, records)
    expect([records, refused.status, refused.json().error_code]).toEqual([records, 400, 'INVALID_PARAMETER_VALUE'])
  }
  expect((await client.get(`${base}/${id}/records`)).json().records).toBe('[]')
  expect((await client.patch(`${base}/${id}/tags`, { tags: '{"a\\u0000": "b"}' })).status).toBe(400)
  const viewer = await app.as('auditor')
  expect((await send(viewer, id, [{ inputs: { q: 1 } }])).status).toBe(403)
})

test('datasets of an experiment that is hidden from somebody are hidden, too', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const outsider = await app.as('developer')
  const secret = (await admin.post('/api/2.0/mlflow/experiments/create', { name: 'secret' })).json().experiment_id
  const { dataset_id } = await made(admin, 'hidden', { experiment_ids: [secret] })
  const permission = { experiment_id: secret, username: outsider.person.login, permission: 'NO_PERMISSIONS' }
  expect((await admin.post('/api/2.0/mlflow/experiments/permissions/create', permission)).status).toBe(200)

  expect((await outsider.get(`${base}/${dataset_id}`)).status).toBe(404)
  expect((await outsider.get(`${base}/${dataset_id}/records`)).status).toBe(404)
  expect((await outsider.post(`${base}/search`, {})).json()).toEqual({})
})
