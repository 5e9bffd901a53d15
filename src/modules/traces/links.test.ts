import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'
import { npmi, smoothed } from './correlation.ts'

const api2 = '/api/2.0/mlflow'
const api3 = '/api/3.0/mlflow/traces'
const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } }]

async function trace(client: TestClient, id: string, more: object = {}) {
  const trace_info = {
    trace_id: id,
    trace_location: locations[0],
    request_time: '2026-01-01T00:00:00Z',
    state: 'OK',
    ...more,
  }
  expect((await client.post(api3, { trace: { trace_info } })).status).toBe(200)
}

async function found(client: TestClient, filter: string): Promise<string[]> {
  const reply = await client.post(`${api3}/search`, { locations, filter, order_by: ['trace_id'] })
  if (reply.status !== 200) throw new Error(reply.text)
  return (reply.json().traces ?? []).map(({ trace_id }: { trace_id: string }) => trace_id)
}

test('traces are linked to a run, and found by it beside those that the run made', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const run = (await client.post(`${api2}/runs/create`, { experiment_id: '0', start_time: 1 })).json().run.info.run_id
  await trace(client, 'tr-a')
  await trace(client, 'tr-b', { trace_metadata: { 'mlflow.sourceRun': run } })
  await trace(client, 'tr-c')
  const link = { trace_ids: ['tr-a', 'tr-a'], run_id: run }
  expect((await client.post(`${api2}/traces/link-to-run`, link)).json()).toEqual({})
  expect((await client.post(`${api2}/traces/link-to-run`, link)).status).toBe(200)
  expect(await found(client, `attributes.run_id = '${run}'`)).toEqual(['tr-a', 'tr-b'])

  const many = { trace_ids: Array.from({ length: 101 }, (_, n) => `tr-${n}`), run_id: run }
  expect((await client.post(`${api2}/traces/link-to-run`, many)).json().message).toContain('more than 100 traces')
  expect((await client.post(`${api2}/traces/link-to-run`, { ...link, run_id: 'f'.repeat(32) })).status).toBe(404)
  await client.post(`${api2}/traces/delete-traces`, { experiment_id: '0', request_ids: ['tr-a'] })
  expect(await found(client, `run_id = '${run}'`)).toEqual(['tr-b'])
})

test('prompts are linked to a trace once, in the form that MLflow’s clients write, and traces are found by them', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  await trace(client, 'tr-a')
  await trace(client, 'tr-b')
  const link = (trace_id: string, ...names: string[]) =>
    client.post(`${api2}/traces/link-prompts`, {
      trace_id,
      prompt_versions: names.map((name) => ({ name, version: '4' })),
    })
  expect((await link('tr-a', 'grüße')).json()).toEqual({})
  await link('tr-a', 'grüße', 'other')
  await link('tr-b', 'other')
  const { tags } = (await client.get(`${api3}/tr-a`)).json().trace.trace_info
  expect(tags['mlflow.linkedPrompts']).toBe(
    '[{"name": "gr\\u00fc\\u00dfe", "version": "4"}, {"name": "other", "version": "4"}]',
  )
  expect(await found(client, "prompt = 'grüße/4'")).toEqual(['tr-a'])
  expect(await found(client, "prompt = 'other/4'")).toEqual(['tr-a', 'tr-b'])
  expect(await found(client, "prompt = 'other/5'")).toEqual([])
  const wrong = await client.post(`${api3}/search`, { locations, filter: "prompt = 'other'" })
  expect(wrong.json().error_code).toBe('INVALID_PARAMETER_VALUE')
  expect((await link('tr-none', 'other')).status).toBe(404)
})

test('traces are found by the attributes of their spans, with or without the quotes that clients write', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const span = {
    traceId: '0'.repeat(31).concat('1'),
    spanId: '0'.repeat(15).concat('1'),
    name: 'call',
    startTimeUnixNano: '1000000',
    endTimeUnixNano: '2000000',
    attributes: [
      { key: 'model', value: { stringValue: '"gpt-4"' } },
      { key: 'gen.system', value: { stringValue: 'plain' } },
    ],
  }
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
  await client.request('POST', '/v1/traces', body, { 'content-type': 'application/json' })
  const id = `tr-${span.traceId}`
  expect(await found(client, "span.attributes.model = 'gpt-4'")).toEqual([id])
  expect(await found(client, "span.attributes.model ILIKE '%GPT%'")).toEqual([id])
  expect(await found(client, "span.attributes.gen.system = 'plain'")).toEqual([id])
  expect(await found(client, "span.attributes.model = 'plain'")).toEqual([])

  const file = await client.get(`/ajax-api/2.0/mlflow/get-trace-artifact?request_id=${id}`)
  expect(file.headers['content-disposition']).toContain('traces.json')
  expect(file.json().spans).toMatchObject([
    { name: 'call', parent_span_id: null, attributes: { model: '"gpt-4"', 'gen.system': 'plain' } },
  ])
})

test('spans that an older client uploaded as a file are given back as they are', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const begun = await client.post(`${api2}/traces`, {
    experiment_id: '0',
    timestamp_ms: 5,
    request_metadata: [],
    tags: [],
  })
  const { request_id, tags } = begun.json().trace_info
  const location = tags.find(({ key }: { key: string }) => key === 'mlflow.artifactLocation').value
  const path = `/api/2.0/mlflow-artifacts/artifacts/${location.replace('mlflow-artifacts:/', '')}`
  expect((await client.request('PUT', `${path}/traces.json`, '{"spans": []}')).status).toBe(200)
  expect((await client.request('PUT', `${path}/attachments/a.txt`, 'hello')).status).toBe(200)
  const read = (query: string) => client.get(`/ajax-api/3.0/mlflow/get-trace-artifact?request_id=${request_id}${query}`)
  expect((await read('')).text).toBe('{"spans": []}')
  expect((await read('&path=attachments/a.txt')).text).toBe('hello')
  expect((await read('&path=../../secret')).status).toBe(400)
  expect((await client.get('/ajax-api/2.0/mlflow/get-trace-artifact?request_id=tr-none')).status).toBe(404)
})

test('two filters are compared with chance', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  for (const [id, tone, length] of [
    ['tr-1', 'rude', 'long'],
    ['tr-2', 'rude', 'long'],
    ['tr-3', 'kind', 'short'],
    ['tr-4', 'kind', 'short'],
  ] as const) {
    await trace(client, id, { tags: { tone, length } })
  }
  const ask = async (filter_string1: string, filter_string2: string, more: object = {}) =>
    (
      await client.post(`${api3}/calculate-filter-correlation`, {
        experiment_ids: ['0'],
        filter_string1,
        filter_string2,
        ...more,
      })
    ).json()
  expect(await ask("tag.tone = 'rude'", "tag.length = 'long'")).toMatchObject({
    npmi: 1,
    filter1_count: 2,
    filter2_count: 2,
    joint_count: 2,
    total_count: 4,
  })
  expect((await ask("tag.tone = 'rude'", "tag.length = 'short'")).npmi).toBe(-1)
  expect((await ask("tag.tone = 'none'", "tag.length = 'short'")).npmi).toBe('NaN')
  expect(
    (await ask("tag.tone = 'rude'", "tag.length = 'long'", { base_filter: "tag.tone = 'rude'" })).total_count,
  ).toBe(2)
})

test('the measure is 0 by chance, and half observations keep few traces from saying much', () => {
  expect(npmi({ total: 100, one: 50, two: 50, both: 25 })).toBeCloseTo(0)
  const few = smoothed({ total: 4, one: 2, two: 2, both: 2 })
  expect(few).toBeGreaterThan(0)
  expect(few).toBeLessThan(1)
  expect(smoothed({ total: 4000, one: 2000, two: 2000, both: 2000 })).toBeGreaterThan(few)
})

test('traces of an experiment that is hidden from somebody stay hidden, whatever route asks for them', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const outsider = await app.as('developer')
  const secret = (await admin.post(`${api2}/experiments/create`, { name: 'secret' })).json().experiment_id
  const place = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: secret } }
  await trace(admin, 'tr-hidden', { trace_location: place })
  const permission = { experiment_id: secret, username: outsider.person.login, permission: 'NO_PERMISSIONS' }
  await admin.post(`${api2}/experiments/permissions/create`, permission)

  const replies = [
    await outsider.get(`${api3}/tr-hidden`),
    await outsider.get(`${api3}/get?trace_id=tr-hidden`),
    await outsider.get(`${api3}/batchGet?trace_ids=tr-hidden`),
    await outsider.post(`${api3}/batchGetInfos`, { trace_ids: ['tr-hidden'] }),
    await outsider.patch(`${api3}/tr-hidden/tags`, { key: 'a', value: 'b' }),
    await outsider.get('/ajax-api/2.0/mlflow/get-trace-artifact?request_id=tr-hidden'),
    await outsider.get('/traces/tr-hidden'),
  ]
  expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 403])
  expect((await admin.post(`${api3}/batchGetInfos`, { trace_ids: ['tr-hidden'] })).json().trace_infos).toHaveLength(1)
})
