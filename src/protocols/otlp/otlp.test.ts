import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'
import { describeShared, sharedPath } from '../../testing/shared.ts'
import { decode, encode } from './proto.ts'

const trace = '5b8efff798038103d269b633813fc60c'
const span = (id: string, more: object = {}) => ({
  traceId: trace,
  spanId: id,
  name: 'step',
  startTimeUnixNano: '1544712660000000001',
  endTimeUnixNano: '1544712661500000003',
  ...more,
})
const request = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
const json = { 'content-type': 'application/json' }
const protobuf = { 'content-type': 'application/x-protobuf' }

const send = (client: TestClient, body: unknown, headers: Record<string, string> = json) =>
  client.request('POST', '/v1/traces', body instanceof Uint8Array ? body : JSON.stringify(body), headers)

test('spans in JSON become a trace of the default experiment, read off its root', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const root = span('eee19b7ec3c1b174', {
    name: 'answer',
    kind: 2,
    status: { code: 2, message: 'no answer' },
    attributes: [
      { key: 'mlflow.spanInputs', value: { stringValue: 'why?' } },
      { key: 'big', value: { intValue: '9007199254740993' } },
      { key: 'list', value: { arrayValue: { values: [{ intValue: 1 }, { boolValue: true }, {}] } } },
    ],
    events: [{ timeUnixNano: '1544712660500000000', name: 'exception', attributes: [] }],
  })
  const child = span('eee19b7ec3c1b175', { parentSpanId: 'eee19b7ec3c1b174', name: 'lookup' })
  const reply = await send(ann, request(child, root))
  expect([reply.status, reply.json()]).toEqual([200, {}])

  const shown = (await ann.get(`/traces/tr-${trace}`)).json()
  expect(shown).toMatchObject({ experiment_id: '0', name: 'answer', state: 'ERROR', request_preview: 'why?' })
  expect(shown.execution_duration).toBeCloseTo(1500, 3)
  expect(shown.spans).toMatchObject([
    { name: 'answer', depth: 0, kind: 'SERVER', status: 'ERROR', status_message: 'no answer', events: [{ at: 500 }] },
    { name: 'lookup', depth: 1, parent_id: 'eee19b7ec3c1b174' },
  ])
  expect(shown.spans[0].attributes).toMatchObject({ big: '9007199254740993', list: [1, true, null] })

  const text = (await ann.get(`/api/3.0/mlflow/traces/get?trace_id=tr-${trace}`)).text
  expect(text).toContain('"start_time_unix_nano":1544712660000000001')
  expect(text).toContain('{"key":"big","value":{"int_value":9007199254740993}}')
})

test('protobuf and gzip carry the same, and a span that is sent again replaces the first', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const bytes = (name: string) => {
    const raw = span('', { name, traceId: Buffer.from(trace, 'hex'), spanId: Buffer.from('eee19b7ec3c1b174', 'hex') })
    return encode('ExportTraceServiceRequest', request(raw))
  }
  expect((await send(ann, bytes('first'), protobuf)).bytes).toHaveLength(0)
  await send(ann, gzipSync(bytes('second')), { ...protobuf, 'content-encoding': 'gzip' })
  const shown = (await ann.get(`/traces/tr-${trace}`)).json()
  expect(shown.spans.map(({ name }: { name: string }) => name)).toEqual(['second'])
})

test('what cannot be kept is counted, and the rest is kept', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const mixed = await send(ann, request(span('eee19b7ec3c1b174'), span('00'), span('0000000000000000')))
  expect(mixed.status).toBe(200)
  expect(mixed.json()).toEqual({
    partialSuccess: { rejectedSpans: '2', errorMessage: expect.stringContaining('8 bytes') },
  })
  expect((await send(ann, request(span('00')))).json()).toMatchObject({ code: 3 })

  const raw = [span('', { traceId: Buffer.from(trace, 'hex'), spanId: Buffer.from('ab', 'hex') })]
  const refused = await send(ann, encode('ExportTraceServiceRequest', request(...raw)), protobuf)
  expect(refused.status).toBe(400)
  expect(decode('RpcStatus', refused.bytes)).toMatchObject({ code: 3, message: expect.stringContaining('8 bytes') })
})

test('bad input is refused with a status below 500, and nothing is written', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const deep = (levels: number): object =>
    levels === 0 ? { stringValue: 'x' } : { arrayValue: { values: [deep(levels - 1)] } }
  const one = (more: object) => request(span('eee19b7ec3c1b174', more))
  const cases: [unknown, Record<string, string>, number][] = [
    ['{', json, 400],
    ['[]', json, 400],
    [Buffer.from([0x22, 0xff, 0x22]), json, 400],
    [Buffer.from([0x0a, 0xff]), protobuf, 400],
    [Buffer.from('nope'), { ...json, 'content-encoding': 'gzip' }, 400],
    [Buffer.from('{}'), { ...json, 'content-encoding': 'br' }, 400],
    [gzipSync(Buffer.alloc(80_000_000)), { ...json, 'content-encoding': 'gzip' }, 413],
    [Buffer.alloc(17_000_000), json, 413],
    [Buffer.from('{}'), { 'content-type': 'text/plain' }, 400],
    [JSON.stringify({ resourceSpans: 1 }), json, 400],
    [JSON.stringify(one({ name: 1 })), json, 400],
    [JSON.stringify(one({ startTimeUnixNano: '-1' })), json, 400],
    [JSON.stringify(one({ startTimeUnixNano: '99999999999999999999' })), json, 400],
    [JSON.stringify(one({ attributes: [{ key: 'a', value: deep(30) }] })), json, 400],
    [JSON.stringify(one({ attributes: [{ key: 'a', value: { intValue: true } }] })), json, 400],
    [JSON.stringify(one({})), { ...json, 'x-mlflow-experiment-id': '77' }, 404],
  ]
  for (const [body, headers, status] of cases) {
    const payload = body as string | Buffer
    const reply = await ann.request('POST', '/v1/traces', payload, headers)
    expect(reply.status, `${String(payload).slice(0, 60)} ${JSON.stringify(headers)}`).toBe(status)
  }
  expect((await ann.get('/experiments/0/traces')).json()).toEqual({ traces: [], next_page_token: null })
})

test('sending needs the permission to write, and without a sign-in nothing is read', async () => {
  const app = await testApp()
  const auditor = await app.as('auditor')
  expect((await send(auditor, request(span('eee19b7ec3c1b174')))).json()).toMatchObject({ code: 7 })
  const nobody = await app.anonymous.request('POST', '/v1/traces', '{}', json)
  expect([nobody.status, nobody.json().code]).toEqual([401, 16])
})

test('names with NUL and halves of characters are stored on both engines', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const odd = 'a\u0000b\ud800'
  const attributes = [{ key: odd, value: { stringValue: odd } }]
  expect((await send(ann, request(span('eee19b7ec3c1b174', { name: odd, attributes })))).status).toBe(200)
  expect((await ann.get(`/traces/tr-${trace}`)).json().name).toBe('a\ufffdb\ufffd')
})

test('no bytes make it fail', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const good = encode('ExportTraceServiceRequest', request({ ...span(''), traceId: Buffer.from(trace, 'hex') }))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), async (changes) => {
      const bytes = Buffer.from(good)
      for (const [at, byte] of changes) bytes[at] = byte
      expect((await send(ann, bytes, protobuf)).status).toBeLessThan(500)
    }),
    { numRuns: 200 },
  )
})

describeShared('examples of opentelemetry-proto', ['vectors', 'otlp', 'examples', 'trace.json'], () => {
  test('trace.json', async () => {
    const app = await testApp()
    const ann = await app.as('developer')
    const body = readFileSync(join(sharedPath('vectors', 'otlp'), 'examples', 'trace.json'))
    expect((await send(ann, body)).status).toBe(200)
    const [first] = (await ann.get(`/traces/tr-${trace}`)).json().spans
    expect(first).toMatchObject({
      id: 'eee19b7ec3c1b174',
      name: "I'm a server span",
      duration: 1000,
      scope: 'my.library 1.0.0',
      resource: { 'service.name': 'my.service' },
    })
  })
})
