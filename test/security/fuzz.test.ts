import type { InjectOptions } from 'fastify'
import { expect, test } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../testing/app.ts'
import { givenGoodEvidence, givenModel, givenVersion, governedName } from '../testing/governed.ts'

/** Requests that strangers might send, the same in every run: mulberry32. */
function createRandom(seed: number) {
  let state = seed
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  const one = <T>(items: readonly T[]): T => items[below(items.length)] as T
  return { next, below, one }
}
type Random = ReturnType<typeof createRandom>

const long = 'x'.repeat(3000)
const hostileTexts = [
  '',
  ' ',
  '..',
  '../../etc/passwd',
  'a/../b',
  '\0',
  'a\0b',
  '\ud800',
  'a\udfffb',
  '\u2028',
  'a\u2028b',
  '\u0085',
  '\uffff',
  '\r\nx: y',
  "' or 1=1 --",
  '"; drop table model; --',
  '%',
  '%25252e%25252e',
  '__proto__',
  'constructor',
  '-1',
  '0',
  '2147483648',
  '9007199254740993',
  '99999999999999999999',
  '1e999',
  'NaN',
  'null',
  'latest',
  '<script>alert(1)</script>',
  '{{7*7}}',
  long,
]
const hostileValues: unknown[] = [
  ...hostileTexts,
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 53) - 2,
  1e308,
  [],
  {},
  [null],
  [[]],
  [{}],
  { key: null },
  { __proto__: 1, constructor: { prototype: 1 } },
  ['a', 'a'],
  Array.from({ length: 3000 }, (_, i) => `k${i}`),
]
const hostilePaths = [
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e',
  '%00',
  'a%00b',
  '%ff%fe',
  '%c0%ae',
  '%ed%a0%80',
  '%u0041',
  '%',
  '%2',
  'a%2fb',
  '%e2%80%a8',
  '%0d%0aSet-Cookie:%20a=b',
  '..;/',
  '2147483648',
  '99999999999999999999',
  '-1',
  '*',
  "'",
  'x'.repeat(2000),
  'y'.repeat(5000),
]
const hostileQueries = [
  'a=1&a=2',
  'limit=1&limit=2',
  'limit=1e9',
  'limit=-1',
  'offset=9007199254740991',
  'before=9007199254740991',
  'before=2147483648',
  'index=2147483648&size=2147483649',
  'from=0&to=9007199254740991',
  'index=0&size=0',
  'from=0&to=0',
  'version=2147483648',
  'model[]=a&model[b]=c',
  'search=%00',
  'search=%ed%a0%80',
  'about=%00',
  'about=x:%00',
  'actor=%00&action=%00',
  'about=a:b&actor=%ff',
  'path=..%2f..',
  'path=%00',
  'path=a%E2%80%A8',
  'key=%00&key=b',
  'filter=%27&order_by=%00',
  'filter=metrics.a%20%3E%201e999',
  'page_token=AAAA',
  'page_token=eyJvZmZzZXQiOjkwMDcxOTkyNTQ3NDA5OTF9',
  'environment=%00',
  'name=%00',
  'max_points=0',
  'max_results=99999999999999999999',
  '%',
  '__proto__=1&constructor=2',
  `q=${'x'.repeat(8000)}`,
]
const contentTypes = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'text/csv',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/xml',
  '',
  'nonsense',
]
const rawBodies: (string | Buffer)[] = [
  '',
  '{',
  '[]',
  'null',
  '1',
  '"text"',
  '"{\\"name\\": 1}"',
  '{"a":1}}',
  '{"name":"a","name":"b"}',
  '{"name":NaN,"value":Infinity}',
  '{"__proto__":{"admin":true}}',
  `${'['.repeat(200)}${']'.repeat(200)}`,
  `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  `"${'\\"'.repeat(300_000)}`,
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from('\ufeff{}', 'utf16le'),
  Buffer.alloc(3 * 1024 * 1024, 0x20),
]

/** Names of fields as the two protocols have them, so that requests get past the first check. */
const fields =
  'name new_name version source run_id run_uuid run_ids run_link experiment_id experiment_ids experiment_name filter filter_string order_by max_results page_token view_type run_view_type key value metric_key metric_keys tags tag metrics params datasets dataset dataset_inputs digest step timestamp start_time end_time status stage stages archive_existing_versions alias description path lifecycle_stage artifact_location models login password kind grants role model scopes person expires_in_days tier owner purpose mode protected_aliases environment endpoint verdict_id kinds text outcome reason scope_digest note label task positive inputs protected threshold seed current next'.split(
    ' ',
  )

type World = { texts: Record<string, unknown[]>; segments: string[] }

/** What is there, so that a hostile value stands beside honest ones. */
async function givenWorld(app: TestApp, administrator: TestClient): Promise<World> {
  await givenModel(administrator)
  const version = await givenVersion(administrator)
  await givenGoodEvidence(app, version.id)
  const run = (await administrator.get(`/models/${governedName}/versions/1`)).json().run_id
  const metric = { run_id: run, key: 'loss', value: 0.5, timestamp: 1, step: 0 }
  await administrator.post('/api/2.0/mlflow/runs/log-metric', metric)
  const review = (
    await administrator.post(`/models/${governedName}/versions/1/reviews`, { environment: 'prod' })
  ).json()
  const verdict = (
    await administrator.post('/gate/checks', { model: governedName, version: '1', environment: 'prod' })
  ).json()
  const { evidence } = (await administrator.get('/evidence')).json()
  const { policies } = (await administrator.get('/policies')).json()
  const texts: Record<string, unknown[]> = {
    name: [governedName, policies[0].name],
    model: [governedName],
    version: ['1', 1],
    run_id: [run],
    run_ids: [[run]],
    experiment_id: ['0'],
    experiment_ids: [['0']],
    source: [`runs:/${run}/model`, `models:/${governedName}/1`, version],
    environment: ['prod'],
    path: ['model', ''],
    key: ['loss', 'k'],
    metric_key: ['loss'],
    value: [1, 'v'],
    timestamp: [1],
    step: [0],
    filter: [
      "metrics.loss > 0.1 and params.a = 'b'",
      "attributes.run_id in ('a')",
      "tags.a like '%a%'",
      "name = 'x'",
      Array.from({ length: 3000 }, (_, i) => `metrics.m${i} > ${i}`).join(' and '),
      `attributes.run_id in (${Array.from({ length: 70_000 }, (_, i) => `'${i}'`).join(',')})`,
      `name like '${'%a'.repeat(40_000)}'`,
      '('.repeat(200_000),
      "tags.a = 'a\0b'",
      'metrics.`a\u0000` > 1',
      'version_number = 99999999999',
      'attributes.start_time > 1e300',
    ],
    order_by: [['metrics.loss DESC'], ['name'], ['params.a', 'tags.b'], Array(3000).fill('metrics.a')],
    login: ['some-one'],
    role: ['developer'],
    tier: ['low'],
    mode: ['enforce'],
    reason: ['Looked at all of it.'],
    scope_digest: [`sha256:${'0'.repeat(64)}`],
    digest: [`sha256:${'0'.repeat(64)}`, 'abc'],
    outcome: ['approved'],
    metrics: [[{ key: 'loss', value: 1, timestamp: 1, step: 0 }]],
    params: [[{ key: 'p', value: 'v' }]],
    tags: [[{ key: 't', value: 'v' }]],
    alias: ['champion', 'other'],
    stage: ['Production'],
    max_results: [10],
    artifact_location: ['mlflow-artifacts:/x', `s3://a/${'%25'.repeat(2000)}`],
    text: ['name: x\nformat: y', '&a [*a, *a]'],
  }
  const segments = [
    governedName,
    '1',
    run,
    review.id,
    verdict.id,
    evidence[0].id,
    policies[0].name,
    'champion',
    '0',
    'prod',
  ]
  return { texts, segments }
}

function bodyOf(random: Random, { texts }: World): string {
  const count = 1 + random.below(7)
  const body: Record<string, unknown> = {}
  for (let i = 0; i < count; i++) {
    const key = random.below(20) === 0 ? random.one(hostileTexts) : random.one(fields)
    const honest = texts[key]
    body[key] = honest && random.below(3) > 0 ? random.one(honest) : random.one(hostileValues)
  }
  return JSON.stringify(body)
}

/** A body for one route: all that it knows honest but one field, or anything. */
function nearlyRight(random: Random, world: World, known: readonly string[]): string {
  if (known.length === 0 || random.below(3) === 0) return bodyOf(random, world)
  const bad = random.one(known)
  const body: Record<string, unknown> = {}
  for (const key of known) {
    const honest = world.texts[key]
    if (key === bad) body[key] = random.one(hostileValues)
    else if (honest) body[key] = random.one(honest)
  }
  return JSON.stringify(body)
}

function requestFor(
  random: Random,
  world: World,
  method: string,
  url: string,
  known: readonly string[],
): InjectOptions {
  const path = url.replaceAll(/:\w+|\*/g, () => random.one(random.below(2) ? world.segments : hostilePaths))
  const query = random.below(2)
    ? `?${random.one(hostileQueries)}`
    : random.below(2)
      ? `?${new URLSearchParams(Object.entries(JSON.parse(bodyOf(random, world))).map(([k, v]) => [k, String(v).slice(0, 4000)]))}`
      : ''
  const options: InjectOptions = { method: method as 'GET', url: `${path}${query}` }
  if (method === 'GET' || method === 'HEAD') return options
  const isRaw = random.below(4) === 0
  return {
    ...options,
    headers: { 'content-type': isRaw ? random.one(contentTypes) : 'application/json' },
    payload: isRaw ? random.one(rawBodies) : nearlyRight(random, world, known),
  }
}

/** Whether an error has the form of the protocol that was spoken to. */
function isInForm(url: string, type: string, text: string): boolean {
  if (!/^\/((ajax-)?api\/[23]\.0|get-artifact|health|version)/.test(url)) {
    if (!type.startsWith('application/problem+json') && !type.startsWith('application/json')) return false
    const problem = JSON.parse(text)
    return typeof problem.status === 'number' || problem.outcome === 'refused'
  }
  if (type.startsWith('text/html')) return true
  if (!type.startsWith('application/json')) return type.startsWith('text/plain')
  const error = JSON.parse(text)
  return typeof error.error_code === 'string' && typeof error.message === 'string'
}

/** The path as it arrives: a client folds `..` away, so it may be another protocol's than the route's. */
function pathOf(url: unknown): string | undefined {
  return URL.canParse(String(url), 'http://localhost') ? new URL(String(url), 'http://localhost').pathname : undefined
}

/** How often every route is tried; the same requests every time, so that a finding stays one. */
const rounds = Number(process.env.FUZZ_ROUNDS ?? 2)
const seed = Number(process.env.FUZZ_SEED ?? 20_260_302)

test(`whatever is sent to any route, it answers soon, below 500 and in the form of its protocol (seed ${seed})`, async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  const world = await givenWorld(app, administrator)
  const authorization = `Bearer ${administrator.token}`
  const routes = app.http.declaredRoutes
    .filter(({ url }) => /^\/(api|ajax-api\/3|get-artifact|openapi|health|assets)/.test(url))
    .flatMap(({ url, method, schema }) =>
      [method].flat().map((each) => ({ url, method: each, known: Object.keys(shapeOf(schema?.body)) })),
    )
    // An export and an examination of the whole trail are as long as it is.
    .filter(({ url }) => !/audit\/(export|check)$/.test(url))
  const random = createRandom(seed)
  const wrong = new Map<string, string>()
  let sent = 0

  for (let round = 0; round < rounds; round++) {
    for (const { url, method, known } of routes) {
      const request = requestFor(random, world, method, url, known)
      const began = performance.now()
      const reply = await app.http.inject({ ...request, headers: { ...request.headers, authorization } })
      const took = performance.now() - began
      sent++
      const type = String(reply.headers['content-type'] ?? '')
      const problem =
        reply.statusCode >= 500 && reply.statusCode !== 503
          ? `answered ${reply.statusCode}`
          : took > 5000
            ? `took ${Math.round(took)} ms`
            : reply.statusCode >= 400 && method !== 'HEAD' && !isInForm(pathOf(request.url) ?? url, type, reply.body)
              ? `answered in another form: ${reply.statusCode} ${type} ${reply.body.slice(0, 200)}`
              : undefined
      if (problem) {
        const body = typeof request.payload === 'string' ? request.payload.slice(0, 300) : ''
        const headers = JSON.stringify(request.headers ?? {})
        wrong.set(`${method} ${url} ${problem.slice(0, 60)}`, `${String(request.url).slice(0, 300)} ${headers} ${body}`)
      }
    }
  }
  expect([...wrong]).toEqual([])
  expect(sent).toBeGreaterThan(300)
  expect((await administrator.get('/audit/check')).json().outcome).toBe('intact')
  expect((await administrator.get('/audit/events?limit=500')).status).toBe(200)
}, 60_000)

function shapeOf(schema: unknown): object {
  return typeof schema === 'object' && schema !== null && 'shape' in schema ? (schema.shape as object) : {}
}
