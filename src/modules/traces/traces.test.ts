import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'

const api2 = '/api/2.0/mlflow/traces'
const api3 = '/api/3.0/mlflow/traces'
const idOf = (n: number) => `tr-${n.toString(16).padStart(32, '0')}`

async function describe(client: TestClient, n: number, more: object = {}) {
  const trace_info = {
    trace_id: idOf(n),
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } },
    request_time: new Date(n * 1000).toISOString(),
    execution_duration: `${n}.5s`,
    state: 'OK',
    ...more,
  }
  return client.post(api3, { trace: { trace_info } })
}

const spanOf = (trace: number, id: number, more: object = {}) => ({
  traceId: trace.toString(16).padStart(32, '0'),
  spanId: id.toString(16).padStart(16, '0'),
  name: `span ${id}`,
  startTimeUnixNano: String(trace * 1_000_000_000 + id * 1_000_000),
  endTimeUnixNano: String(trace * 1_000_000_000 + id * 1_000_000 + 500_000),
  ...more,
})
const send = (client: TestClient, ...spans: object[]) =>
  client.request('POST', '/v1/traces', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }), {
    'content-type': 'application/json',
  })

async function found(client: TestClient, filter: string, more: object = {}): Promise<string[]> {
  const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } }]
  const reply = await client.post(`${api3}/search`, { locations, filter, ...more })
  if (reply.status !== 200) throw new Error(reply.text)
  return (reply.json().traces ?? []).map(({ trace_id }: { trace_id: string }) => trace_id)
}

test('search filters, orders and pages', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  for (const n of [1, 2, 3, 4]) {
    await describe(ann, n, {
      state: n === 3 ? 'ERROR' : 'OK',
      tags: { 'mlflow.traceName': `job ${n}`, even: String(n % 2 === 0) },
      trace_metadata: { 'mlflow.sourceRun': `run${n}` },
      client_request_id: `c${n}`,
    })
  }
  await send(
    ann,
    spanOf(2, 1, { name: 'needle', status: { code: 2 }, attributes: [{ key: 'q', value: { stringValue: 'hay' } }] }),
  )
  await ann.post(`${api3}/${idOf(4)}/assessments`, {
    assessment: { assessment_name: 'good', source: { source_type: 'HUMAN' }, feedback: { value: true } },
  })

  const cases: [string, number[]][] = [
    ['', [4, 3, 2, 1]],
    ['status = "ERROR"', [3]],
    ['trace.state != "ERROR"', [4, 2, 1]],
    ['timestamp_ms > 1000 AND timestamp_ms <= 3000', [3, 2]],
    ['execution_time_ms < 2000', [1]],
    ['name LIKE "job %" AND tags.even = "true"', [4, 2]],
    ['tag.missing IS NULL', [4, 3, 2, 1]],
    ['run_id IN ("run1", "run3")', [3, 1]],
    ['metadata.`mlflow.sourceRun` = "run2"', [2]],
    ['client_request_id = "c4"', [4]],
    ['span.name = "needle" AND span.status = "ERROR"', [2]],
    ['trace.text LIKE "%hay%"', [2]],
    ['feedback.good = "true"', [4]],
    ['expectation.good = "true"', []],
    ['status = "ERROR" OR NOT (tags.even = "false" OR timestamp_ms > 2000)', [3, 2]],
  ]
  for (const [filter, ids] of cases) expect(await found(ann, filter), filter).toEqual(ids.map(idOf))
  expect(await found(ann, '', { order_by: ['execution_time DESC'] })).toEqual([4, 3, 2, 1].map(idOf))
  expect(await found(ann, '', { order_by: ['status ASC', 'timestamp_ms ASC'] })).toEqual([3, 1, 2, 4].map(idOf))

  const first = (await ann.get('/experiments/0/traces?limit=3')).json()
  expect(first.traces.map(({ id }: { id: string }) => id)).toEqual([4, 3, 2].map(idOf))
  expect(first.traces[0]).toMatchObject({ name: 'job 4', spans: 0, assessments: 1 })
  const second = (await ann.get(`/experiments/0/traces?limit=3&page_token=${first.next_page_token}`)).json()
  expect(second).toMatchObject({ traces: [{ id: idOf(1) }], next_page_token: null })
})

test('a search that makes no sense is refused', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } }]
  const refused = async (body: object) => (await ann.post(`${api3}/search`, { locations, ...body })).json().error_code
  for (const body of [
    { filter: 'nope = "x"' },
    { filter: 'metrics.a > 1' },
    { filter: 'timestamp_ms = "x"' },
    { filter: 'span.nope = "x"' },
    { filter: 'status > "OK"' },
    { order_by: ['tags.a'] },
    { order_by: ['nope'] },
    { max_results: 501 },
    { max_results: 0 },
    { page_token: 'nope' },
    { locations: [{ type: 'UC_SCHEMA' }] },
  ]) {
    expect(await refused(body), JSON.stringify(body)).toBe('INVALID_PARAMETER_VALUE')
  }
})

test('what a client says of a trace stands, whatever its spans say later', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  await send(ann, spanOf(7, 2, { parentSpanId: '0000000000000001' }))
  const early = (await ann.get(`/traces/${idOf(7)}`)).json()
  expect(early).toMatchObject({ state: 'IN_PROGRESS', name: idOf(7), spans: [{ depth: 0 }] })
  await describe(ann, 7, { state: 'ERROR', tags: { 'mlflow.traceName': 'mine' } })
  await send(ann, spanOf(7, 1, { name: 'root' }))
  expect((await ann.get(`/traces/${idOf(7)}`)).json()).toMatchObject({
    state: 'ERROR',
    name: 'mine',
    request_time: 7000,
    execution_duration: 7500,
    spans: [{ name: 'root', depth: 0 }, { depth: 1 }],
  })
  expect(await app.trail()).not.toContainEqual(expect.objectContaining({ action: expect.stringMatching(/^trace/) }))
})

test('spans that name each other as parent are shown all the same', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const [a, b] = ['000000000000000a', '000000000000000b']
  await send(
    ann,
    spanOf(8, 10, { parentSpanId: b }),
    spanOf(8, 11, { parentSpanId: a }),
    spanOf(8, 12, { parentSpanId: '000000000000000c' }),
  )
  const { spans } = (await ann.get(`/traces/${idOf(8)}`)).json()
  expect(spans.map(({ id, depth }: { id: string; depth: number }) => [id, depth])).toEqual([
    ['000000000000000c', 0],
    [a, 0],
    [b, 1],
  ])
})

test('assessments and deletions are events, and what an assessment overrode is valid again without it', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  await describe(ann, 1)
  const path = `${api3}/${idOf(1)}/assessments`
  const assess = async (more: object) =>
    ann.post(path, { assessment: { assessment_name: 'good', source: { source_type: 'HUMAN' }, ...more } })
  const first = (await assess({ feedback: { value: 0.5 } })).json().assessment
  const second = (await assess({ feedback: { value: 1 }, overrides: first.assessment_id })).json().assessment
  const validity = async () => (await ann.get(`${path}/${first.assessment_id}`)).json().assessment.valid
  expect(await validity()).toBe(false)
  await ann.request('DELETE', `${path}/${second.assessment_id}`, {})
  expect(await validity()).toBe(true)

  const refusals = [
    await assess({}),
    await assess({ feedback: { value: 1 }, expectation: { value: 1 } }),
    await assess({ feedback: { value: 'x'.repeat(70_000) } }),
    await assess({ feedback: { value: 1 }, source: { source_type: 'CAT' } }),
    await assess({ feedback: { value: 1 }, create_time: 'yesterday' }),
    await ann.patch(`${path}/${first.assessment_id}`, { assessment: { trace_id: 'x' }, update_mask: 'traceId' }),
  ]
  expect(refusals.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400])
  expect((await assess({ feedback: { value: 1 }, overrides: 'a-nope' })).status).toBe(404)
  expect((await ann.get(`${path}/a-nope`)).json().error_code).toBe('RESOURCE_DOES_NOT_EXIST')

  const gone = await ann.post(`${api2}/delete-traces`, { experiment_id: '0', request_ids: [idOf(1), 'tr-nope'] })
  expect(gone.json()).toEqual({ traces_deleted: 1 })
  expect((await ann.get(`/traces/${idOf(1)}`)).status).toBe(404)
  const actions = (await app.trail()).map(({ action }) => action).filter((action) => action.startsWith('trace'))
  expect(actions).toEqual(['trace.assessed', 'trace.assessed', 'trace.assessment_deleted', 'traces.deleted'])
})

test('old traces can be deleted up to a moment, a few at a time', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  for (const n of [1, 2, 3, 4]) await describe(ann, n)
  const remove = (body: object) => ann.post(`${api3}/delete-traces`, { experiment_id: '0', ...body })
  expect((await remove({ max_timestamp_millis: 3000, max_traces: 2 })).json()).toEqual({ traces_deleted: 2 })
  expect(await found(ann, '')).toEqual([idOf(4), idOf(3)])
  expect((await remove({})).status).toBe(400)
  expect((await remove({ max_timestamp_millis: 1, request_ids: ['a'] })).status).toBe(400)
  expect((await remove({ max_timestamp_millis: 1, max_traces: 0 })).status).toBe(400)
})

test('clients of MLflow 2 start and end a trace', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const started = await ann.post(api2, {
    experiment_id: '0',
    timestamp_ms: 1000,
    request_metadata: [{ key: 'a', value: '1' }],
    tags: [{ key: 'mlflow.traceName', value: 'old' }],
  })
  const { request_id } = started.json().trace_info
  expect(started.json().trace_info).toMatchObject({ status: 'IN_PROGRESS', timestamp_ms: 1000 })
  const ended = await ann.patch(`${api2}/${request_id}`, {
    timestamp_ms: 1250,
    status: 'OK',
    request_metadata: [{ key: 'b', value: '2' }],
  })
  expect(ended.json().trace_info).toMatchObject({ status: 'OK', execution_time_ms: 250 })
  const info = (await ann.get(`${api2}/${request_id}/info`)).json().trace_info
  expect(info.request_metadata).toEqual([
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ])
  const listed = (await ann.get(`${api2}?experiment_ids=0&filter=${encodeURIComponent("name = 'old'")}`)).json()
  expect(listed.traces).toMatchObject([{ request_id }])
})

test('tags, batches and things that are not there', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  await describe(ann, 1)
  await describe(ann, 2)
  const tags = `${api3}/${idOf(1)}/tags`
  expect((await ann.patch(tags, { key: 'k', value: 'v' })).status).toBe(200)
  expect((await ann.delete(`${tags}?key=k`)).status).toBe(200)
  expect((await ann.delete(`${tags}?key=k`)).status).toBe(404)
  expect((await ann.patch(tags, { key: 'k'.repeat(251), value: 'v' })).status).toBe(400)
  expect((await ann.patch(`${api3}/tr-nope/tags`, { key: 'k', value: 'v' })).status).toBe(404)
  const batch = await ann.get(`${api3}/batchGet?trace_ids=${idOf(2)}&trace_ids=${idOf(1)}&trace_ids=tr-nope`)
  expect(batch.json().traces.map((each: { trace_info: { trace_id: string } }) => each.trace_info.trace_id)).toEqual([
    idOf(2),
    idOf(1),
  ])
  expect((await ann.get(`${api3}/batchGet`)).status).toBe(400)
  expect((await ann.get(`${api3}/${idOf(9)}`)).json().error_code).toBe('RESOURCE_DOES_NOT_EXIST')
  expect((await describe(ann, 3, { request_time: 'now' })).status).toBe(400)
  expect((await describe(ann, 3, { execution_duration: '1 minute' })).status).toBe(400)
  expect((await describe(ann, 3, { trace_id: '../x' })).status).toBe(400)
})

test('auditors read traces and change none', async () => {
  const app = await testApp()
  const [ann, eve] = [await app.as('developer'), await app.as('auditor')]
  await describe(ann, 1)
  expect((await eve.get(`/traces/${idOf(1)}`)).status).toBe(200)
  expect((await eve.patch(`${api3}/${idOf(1)}/tags`, { key: 'k', value: 'v' })).status).toBe(403)
  expect((await eve.post(`${api3}/delete-traces`, { experiment_id: '0', request_ids: [idOf(1)] })).status).toBe(403)
  expect((await describe(eve, 2)).status).toBe(403)
})
