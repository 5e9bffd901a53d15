import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Servers, startServers } from '../testing/servers.ts'

const api = '/api/2.0/mlflow'
const clients = Array.from({ length: 64 }, (_, client) => client)
const processes = process.env.TEST_ENGINE === 'postgres' ? 3 : 2

type Reply = { status: number; body: ReturnType<typeof JSON.parse> }

const patience = 120_000
let servers: Servers
let bearer: string

beforeAll(async () => {
  servers = await startServers(processes)
  const basic = `Basic ${Buffer.from(`${servers.login}:${servers.password}`).toString('base64')}`
  const token = { name: 'clients', scopes: null, expires_in_days: 1 }
  bearer = `Bearer ${(await request(`${servers.urls[0]}/api/v1/tokens`, 'POST', basic, token)).body.secret}`
}, patience)
afterAll(() => servers.stop(), patience)

/** Each client keeps to one of the servers. */
const send = (client: number, method: string, path: string, body?: object) =>
  request(`${servers.urls[client % processes]}${path}`, method, bearer, body)

async function request(url: string, method: string, authorization: string, body?: object): Promise<Reply> {
  const reply = await fetch(url, {
    method,
    headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await reply.text()
  try {
    return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
  } catch {
    throw new Error(`${method} ${url}: ${reply.status} ${text.slice(0, 200)}`)
  }
}

const codes = (replies: readonly Reply[]) =>
  Object.fromEntries(
    Map.groupBy(replies, ({ status, body }) => (status === 200 ? '200' : `${status} ${body.error_code}`))
      .entries()
      .map(([code, of]) => [code, of.length]),
  )

test(`${clients.length} clients of ${processes} servers over one database lose nothing and make nothing twice`, {
  timeout: patience,
}, async () => {
  const every = (work: (client: number) => Promise<Reply>) => Promise.all(clients.map(work))
  const post = (client: number, path: string, body: object) => send(client, 'POST', `${api}/${path}`, body)

  const experiments = await every((client) => post(client, 'experiments/create', { name: 'shared' }))
  expect(codes(experiments)).toEqual({ 200: 1, '400 RESOURCE_ALREADY_EXISTS': 63 })
  const models = await every((client) => post(client, 'registered-models/create', { name: 'shared' }))
  expect(codes(models)).toEqual({ 200: 1, '400 RESOURCE_ALREADY_EXISTS': 63 })
  const own = await every((client) => post(client, 'experiments/create', { name: `own ${client}` }))
  expect(codes(own)).toEqual({ 200: 64 })
  expect(new Set(own.map(({ body }) => body.experiment_id)).size).toBe(64)

  const experiment_id = experiments.find(({ status }) => status === 200)?.body.experiment_id
  const runs = await every((client) => post(client, 'runs/create', { experiment_id, start_time: client }))
  expect(codes(runs)).toEqual({ 200: 64 })
  const run_id = runs[0]?.body.run.info.run_id

  const batches = await every((client) =>
    post(client, 'runs/log-batch', {
      run_id,
      metrics: [
        ...Array.from({ length: 10 }, (_, i) => ({ key: 'all', value: client, timestamp: 1, step: client * 10 + i })),
        { key: `own ${client}`, value: client, timestamp: 1, step: 0 },
      ],
      params: [{ key: `p${client}`, value: String(client) }],
      tags: [{ key: `t${client}`, value: String(client) }],
    }),
  )
  expect(codes(batches)).toEqual({ 200: 64 })
  const same = await every((client) =>
    post(client, 'runs/log-parameter', { run_id, key: 'same', value: String(client % 2) }),
  )
  expect(codes(same)).toEqual({ 200: 32, '400 INVALID_PARAMETER_VALUE': 32 })

  const versions = await every((client) =>
    post(client, 'model-versions/create', { name: 'shared', source: `s3://bucket/${client}` }),
  )
  expect(codes(versions)).toEqual({ 200: 64 })
  const numbers = versions.map(({ body }) => Number(body.model_version.version)).sort((a, b) => a - b)
  expect(numbers).toEqual(clients.map((client) => client + 1))
  const moves = await every((client) =>
    post(client, 'registered-models/alias', { name: 'shared', alias: 'newest', version: String(client + 1) }),
  )
  expect(codes(moves)).toEqual({ 200: 64 })

  for (let server = 0; server < processes; server++) {
    const get = (path: string) => send(server, 'GET', `${api}/${path}`)
    const { data } = (await get(`runs/get?run_id=${run_id}`)).body.run
    expect([data.metrics.length, data.params.length, data.tags.length]).toEqual([65, 65, 65])
    expect(data.metrics.find(({ key }: { key: string }) => key === 'all')).toMatchObject({ step: 639, value: 63 })
    const { metrics } = (await get(`metrics/get-history?run_id=${run_id}&metric_key=all`)).body
    expect(metrics.map(({ step }: { step: number }) => step)).toEqual(Array.from({ length: 640 }, (_, step) => step))
    const alias = await get('registered-models/alias?name=shared&alias=newest')
    const events = await send(server, 'GET', '/api/v1/audit/events?action=alias.&limit=200')
    expect(events.body.events).toHaveLength(64)
    expect(String(events.body.events[0].detail.after)).toBe(alias.body.model_version.version)
    expect((await send(server, 'GET', '/api/v1/audit/check')).body).toMatchObject({ outcome: 'intact' })
    expect((await send(server, 'GET', '/api/v1/audit/accounts/check')).body).toMatchObject({ outcome: 'intact' })
  }
})

test('a token that one server revokes is refused by it at once and by the others within a second', {
  timeout: patience,
}, async () => {
  const { urls } = servers
  const made = await send(0, 'POST', '/api/v1/tokens', { name: 'short', scopes: null, expires_in_days: 1 })
  const authorization = `Bearer ${made.body.secret}`
  const use = async (url: string | undefined) =>
    (await fetch(`${url}${api}/experiments/get?experiment_id=0`, { headers: { authorization } })).status
  for (const url of urls) expect(await use(url)).toBe(200)
  await send(0, 'DELETE', `/api/v1/tokens/${made.body.token.id}`)
  expect(await use(urls[0])).toBe(401)
  // The others may remember for a second whom they have just seen.
  for (const url of urls) await expect.poll(() => use(url), { timeout: 1_500 }).toBe(401)
})
