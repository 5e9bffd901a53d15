import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0')
const trace = `tr-${hex(7, 32)}`
const spanIds = [hex(1, 16), hex(2, 16)]

async function sendTrace(client: TestClient) {
  const spans = spanIds.map((spanId, index) => ({
    traceId: hex(7, 32),
    spanId,
    ...(index > 0 ? { parentSpanId: spanIds[index - 1] } : {}),
    name: `step ${index}`,
    startTimeUnixNano: String(7_000_000_000 + index * 1_000_000),
    endTimeUnixNano: String(7_009_000_000),
    attributes: [{ key: 'q', value: { stringValue: 'hay' } }],
  }))
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
  const sent = await client.request('POST', '/v1/traces', body, { 'content-type': 'application/json' })
  expect(sent.status).toBe(200)
}

test('the outline of a trace has the tree without its content, and a span has its own', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  await sendTrace(ann)
  const outline = (await ann.get(`/traces/${trace}/outline`)).json()
  expect(outline.spans).toMatchObject([
    { id: spanIds[0], parent_id: null, depth: 0, name: 'step 0', status: 'UNSET', start: 0, duration: 9 },
    { id: spanIds[1], parent_id: spanIds[0], depth: 1, name: 'step 1', status: 'UNSET', start: 1, duration: 8 },
  ])
  expect(outline.spans[0]).not.toHaveProperty('attributes')
  const span = (await ann.get(`/traces/${trace}/spans/${spanIds[1]}`)).json()
  expect(span).toMatchObject({ depth: 1, attributes: { q: 'hay' } })
  expect((await ann.get(`/traces/${trace}/spans/${hex(9, 16)}`)).status).toBe(404)
  expect((await ann.get(`/traces/${trace}/spans/x`)).status).toBe(400)
})

test('a person says what they think of a trace, tags it, and deletes it with a reason', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  await sendTrace(ann)
  const said = await ann.post(`/traces/${trace}/assessments`, {
    name: 'correct',
    kind: 'feedback',
    value: false,
    rationale: 'the year is wrong',
    span_id: spanIds[1],
  })
  expect(said.json()).toMatchObject({
    source_type: 'HUMAN',
    source_id: ann.person.id,
    value: false,
    span_id: spanIds[1],
  })
  const expected = { name: 'answer', kind: 'expectation', value: { year: 1985 } }
  expect((await ann.post(`/traces/${trace}/assessments`, expected)).json().value).toEqual({ year: 1985 })
  const strange = { name: 'correct', kind: 'feedback', value: 1, span_id: hex(9, 16) }
  expect((await ann.post(`/traces/${trace}/assessments`, strange)).status).toBe(400)
  const row = async () => (await ann.get('/experiments/0/traces')).json().traces[0]
  expect(await row()).toMatchObject({ assessments: 2, tokens: null })
  expect((await ann.delete(`/traces/${trace}/assessments/${said.json().id}`)).status).toBe(204)
  expect((await ann.delete(`/traces/${trace}/assessments/${said.json().id}`)).status).toBe(404)

  expect((await ann.put(`/traces/${trace}/tags`, { key: 'team', value: 'credit' })).status).toBe(204)
  expect((await row()).tags).toContainEqual({ key: 'team', value: 'credit' })
  expect((await ann.delete(`/traces/${trace}/tags?key=team`)).status).toBe(204)
  expect((await ann.delete(`/traces/${trace}/tags?key=team`)).status).toBe(404)

  const gone = await ann.post('/experiments/0/traces/deletion', { ids: [trace], reason: 'personal data' })
  expect(gone.json()).toEqual({ deleted: 1 })
  expect((await ann.get(`/traces/${trace}/outline`)).status).toBe(404)
  const [deletion] = (await app.trail('experiment:0')).filter(({ action }) => action === 'traces.deleted')
  expect(deletion?.detail).toEqual({ traces: 1, ids: [trace], reason: 'personal data' })
})

test('the tokens that a client counted are shown, and what is no count is not', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const describe = (usage: string) =>
    ann.post('/api/3.0/mlflow/traces', {
      trace: {
        trace_info: {
          trace_id: trace,
          trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } },
          request_time: new Date(7000).toISOString(),
          state: 'OK',
          trace_metadata: { 'mlflow.trace.tokenUsage': usage },
        },
      },
    })
  const tokens = async () => (await ann.get('/experiments/0/traces')).json().traces[0].tokens
  await describe('{"input_tokens":30,"output_tokens":12,"total_tokens":42}')
  expect(await tokens()).toBe(42)
  await describe('many')
  expect(await tokens()).toBeNull()
})

test('who may only read changes nothing, and a trace of a hidden experiment is not shown', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  await sendTrace(ann)
  const reader = await app.as('auditor')
  for (const reply of [
    await reader.post('/experiments/0/traces/deletion', { ids: [trace] }),
    await reader.put(`/traces/${trace}/tags`, { key: 'k', value: 'v' }),
    await reader.delete(`/traces/${trace}/tags?key=k`),
    await reader.post(`/traces/${trace}/assessments`, { name: 'n', kind: 'feedback', value: 1 }),
    await reader.delete(`/traces/${trace}/assessments/a-1`),
  ]) {
    expect(reply.status).toBe(403)
  }
  const { tracking } = app.workspaces.get('main') ?? {}
  await tracking?.permissions.set(
    { id: ann.person.id, kind: 'person', via: 'token' },
    reader.person.id,
    '0',
    'NO_PERMISSIONS',
  )
  for (const path of ['', '/outline', `/spans/${spanIds[0]}`]) {
    expect((await reader.get(`/traces/${trace}${path}`)).status).toBe(403)
  }
})
