import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '../config.ts'
import { type TestClient, testApp } from '../testing/app.ts'
import { givenModel, givenVersion, governedName } from '../testing/governed.ts'

const mlflow = '/api/2.0/mlflow'
const openApp = () => testApp({ config: { open: true } })

test('an unchanged MLflow client works without a token, as one developer whom the trail names', async () => {
  const app = await openApp()
  const [made, listed] = await Promise.all([
    app.anonymous.post(`${mlflow}/experiments/create`, { name: 'first try' }),
    app.anonymous.post(`${mlflow}/experiments/search`, { max_results: 10 }),
  ])
  expect([made.status, listed.status]).toEqual([200, 200])
  const session = (await app.anonymous.get('/session')).json()
  expect(session).toMatchObject({ person: { login: 'local', name: 'Local developer' }, csrf: '' })
  expect(session.person.grants).toEqual([{ role: 'developer', model: null }])
  const trail = await app.trail(`experiment:${made.json().experiment_id}`)
  expect(trail).toMatchObject([{ action: 'experiment.created', actor: { id: session.person.id, via: 'open' } }])
  const { events } = await app.systemAudit.events({ about: `person:${session.person.id}`, limit: 10 })
  expect(events.map(({ body }) => body.action)).toEqual(['person.created'])
})

test('the local developer may do what a developer may, and credentials still count', async () => {
  const app = await openApp()
  expect((await app.anonymous.post('/people', { login: 'eve', name: 'Eve' })).status).toBe(403)
  expect((await app.anonymous.put('/environments/prod', { mode: 'warn', protected_aliases: [] })).status).toBe(403)
  const auditor = await app.as('auditor')
  expect((await auditor.post(`${mlflow}/experiments/create`, { name: 'x' })).status).toBe(403)
  const wrong = { authorization: 'Bearer nonsense' }
  expect((await app.anonymous.request('GET', '/session', undefined, wrong)).status).toBe(401)
})

test('every gate observes, says so in its verdict, and lets protected aliases move', async () => {
  const app = await openApp()
  const local = app.anonymous as TestClient
  await givenModel(local)
  const { version } = await givenVersion(local)
  const verdict = await local.post('/gate/checks', { model: governedName, version, environment: 'prod' })
  expect(verdict.json()).toMatchObject({ outcome: 'denied', mode: 'observe', proceed: true })
  const statement = JSON.parse(Buffer.from(verdict.json().envelope.payload, 'base64').toString())
  expect(statement.predicate).toMatchObject({ mode: 'observe', proceed: true })
  const standing = await local.get(`/models/${governedName}/versions/${version}/standing`)
  expect(standing.json()).toMatchObject({ mode: 'observe' })
  const body = { name: governedName, alias: 'champion', version: String(version) }
  expect((await local.post(`${mlflow}/registered-models/alias`, body)).status).toBe(200)
})

test('a server says whether it is open', async () => {
  expect((await (await openApp()).anonymous.get('/server')).json()).toMatchObject({ open: true })
  const closed = await testApp()
  expect((await closed.anonymous.get('/server')).json()).toMatchObject({ open: false })
  expect((await closed.anonymous.get(`${mlflow}/experiments/get?experiment_id=0`)).status).toBe(401)
  await closed.http.inject({ url: '/api/v1/server', headers: { host: 'models.example' } }).then((reply) => {
    expect(reply.statusCode).toBe(200)
  })
})

test.each([
  ['a name that was bound to loopback', { host: 'evil.example' }],
  ['a name that begins like loopback', { host: '127.0.0.1.evil.example:5000' }],
  ['an address of the network', { host: '192.168.1.7:5000' }],
  ['no readable name', { host: 'localhost:5000@evil.example' }],
  ['a page of another site', { host: 'localhost:5000', origin: 'https://evil.example' }],
  ['a page of another server of this machine', { host: 'localhost:5000', origin: 'http://localhost:3000' }],
  ['a page without an origin', { host: 'localhost:5000', origin: 'null' }],
  ['an image of another page', { host: 'localhost:5000', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ['an image of another server of this machine', { host: 'localhost:5000', 'sec-fetch-site': 'same-site' }],
])('an open server refuses %s', async (_name, headers) => {
  const app = await openApp()
  const url = `${mlflow}/experiments/get?experiment_id=0`
  const mlflowReply = await app.http.inject({ url, headers })
  expect([mlflowReply.statusCode, mlflowReply.json().error_code]).toEqual([403, 'PERMISSION_DENIED'])
  const own = await app.http.inject({ url: '/api/v1/server', headers })
  expect(own.json()).toMatchObject({ status: 403, rule: 'open' })
})

test.each([
  ['localhost:5000', {}],
  ['[::1]:5000', {}],
  ['127.0.0.1', { origin: 'http://127.0.0.1', 'sec-fetch-site': 'same-origin' }],
  ['localhost', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
])('an open server answers to %s', async (host, headers) => {
  const app = await openApp()
  const reply = await app.http.inject({ url: '/api/v1/session', headers: { host, ...headers } })
  expect(reply.statusCode).toBe(200)
})

test('only a loopback address may be open, and never behind a proxy', () => {
  for (const host of ['127.0.0.1', '127.3.2.1', 'localhost', '::1']) {
    expect(readConfig({}, { host, open: true })).toMatchObject({ open: true, host })
  }
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'models.example', '127.0.0.1.example', '128.0.0.1']) {
    expect(() => readConfig({}, { host, open: true })).toThrow('--open lets everyone in')
  }
  expect(() => readConfig({ MODELKEEP_HOST: '0.0.0.0' }, { open: true })).toThrow(ConfigError)
  expect(() => readConfig({ MODELKEEP_TRUST_PROXY: 'on' }, { open: true })).toThrow('does not go with a proxy')
})

test('artifacts go to the folder that is named; other stores are refused', async () => {
  expect(readConfig({}, { artifactsDestination: 'file:///srv/a' }).artifacts).toEqual({
    kind: 'folder',
    path: '/srv/a',
  })
  expect(readConfig({ MODELKEEP_ARTIFACTS: '/srv/a' }, {}).artifacts).toEqual({ kind: 'folder', path: '/srv/a' })
  expect(readConfig({}, {}).artifacts).toBeUndefined()
  expect(() => readConfig({}, { artifactsDestination: 'gs://bucket/path' })).toThrow(
    'artifacts are kept in a folder or under s3://bucket/prefix; gs://bucket/path names a store that is not supported',
  )
})
