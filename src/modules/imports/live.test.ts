import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { importInto } from '../../testing/importing.ts'
import { makeMlruns } from '../../testing/mlruns.ts'
import { LiveImportState } from './schema.ts'

/** Another server that speaks MLflow's API, with what an mlruns folder held, and the token of a reader. */
async function elsewhere(): Promise<{ url: string; token: string }> {
  const root = await mkdtemp(join(tmpdir(), 'mlruns-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  await makeMlruns(root)
  const app = await testApp()
  await importInto(app, root)
  return { url: await app.http.listen({ host: '127.0.0.1', port: 0 }), token: (await app.as('administrator')).token }
}

const path = '/imports/mlflow'
const stateIn = (reply: { json: () => unknown }) => LiveImportState.parse(reply.json()).import

async function ended(client: TestClient) {
  await expect
    .poll(async () => stateIn(await client.get(path))?.state, { timeout: 20_000 })
    .not.toMatch(/^(looking|bringing)$/)
  const found = stateIn(await client.get(path))
  if (!found) throw new Error('there is no import')
  return found
}

test('an administrator looks at a live server from the browser, brings what is there, and the same request again finds it here', async () => {
  const { url, token } = await elsewhere()
  const app = await testApp({ config: { importHosts: ['127.0.0.1'] } })
  const administrator = await app.as('administrator')
  expect(LiveImportState.parse((await administrator.get(path)).json())).toEqual({ import: null, hosts: ['127.0.0.1'] })

  const asked = await administrator.post(path, { address: url, what: 'look', token })
  expect(asked.status).toBe(202)
  expect(stateIn(asked)).toMatchObject({ state: 'looking', asked_by: administrator.person.id, plan: null })
  const looked = await ended(administrator)
  expect(looked).toMatchObject({ state: 'looked', message: null, plan: { found: { runs: 3, models: 1 } } })
  expect((await administrator.get('/models')).json().total).toBe(0)

  await administrator.post(path, { address: url, what: 'bring', token })
  const brought = await ended(administrator)
  expect(brought).toMatchObject({ state: 'brought', report: { outcome: 'verified', brought: { runs: 3, models: 1 } } })
  expect((await administrator.get('/models')).json().total).toBe(1)
  const events = (await app.trail()).filter(({ action }) => action.startsWith('import.'))
  expect(new Set(events.map(({ actor }) => actor.id))).toEqual(new Set([administrator.person.id]))

  await administrator.post(path, { address: url, what: 'bring', token })
  expect(await ended(administrator)).toMatchObject({ report: { brought: { runs: 0 }, unchanged: { runs: 3 } } })
  const everything = JSON.stringify([await app.trail(), (await administrator.get(path)).json()])
  expect(everything).not.toContain(token)
})

test('a server that refuses, a host that nobody named, people without the rights, and a second import are told so', async () => {
  const { url } = await elsewhere()
  const app = await testApp({ config: { importHosts: ['127.0.0.1'] } })
  const administrator = await app.as('administrator')
  const ask = (client: TestClient, address: string) => client.post(path, { address, what: 'bring' })

  await ask(administrator, url)
  expect((await ask(administrator, url)).status).toBe(409)
  expect(await ended(administrator)).toMatchObject({ state: 'failed', message: expect.stringContaining('401') })

  for (const [address, status] of [
    ['http://169.254.169.254/latest', 403],
    ['http://localhost:1', 403],
    ['file:///etc/passwd', 400],
    ['sqlite:////etc/x', 400],
    ['http://amir:secret@127.0.0.1', 400],
    ['not an address', 400],
  ] as const) {
    expect([address, (await ask(administrator, address)).status]).toEqual([address, status])
  }
  for (const role of ['developer', 'validator', 'auditor'] as const) {
    expect((await ask(await app.as(role), url)).status).toBe(403)
  }
  await administrator.post('/roles', { name: 'door', permissions: ['access.write', 'access.read'], description: '' })
  const porter = await app.as([{ role: 'door', model: null }])
  expect((await ask(porter, url)).json()).toMatchObject({
    status: 403,
    detail: expect.stringContaining('tracking.write'),
  })
})

test('an import that is stopped keeps what it brought, and goes on when it is asked for again', async () => {
  const { url, token } = await elsewhere()
  const app: TestApp = await testApp({ config: { importHosts: ['127.0.0.1'] } })
  const administrator = await app.as('administrator')
  await administrator.post(path, { address: url, what: 'bring', token })
  const stopped = stateIn(await administrator.post(`${path}/stop`))
  expect(stopped?.state).toMatch(/^(stopped|brought)$/)
  await administrator.post(path, { address: url, what: 'bring', token })
  expect(await ended(administrator)).toMatchObject({ state: 'brought', report: { outcome: 'verified' } })
  expect((await administrator.get('/models')).json().total).toBe(1)
})
