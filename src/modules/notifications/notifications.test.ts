import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type TestApp, testApp } from '../../testing/app.ts'
import { createPost } from './post.ts'
import type { Delivery } from './schema.ts'

type Received = { headers: Record<string, unknown>; body: string }

/** A receiver on a loopback address, which answers what `statuses` says, then 200. */
async function receiver(statuses: number[] = []) {
  const received: Received[] = []
  const server = createServer(async (req, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    received.push({ headers: req.headers, body: Buffer.concat(chunks).toString('utf8') })
    reply.writeHead(statuses.shift() ?? 200, { location: 'http://127.0.0.1:1/' }).end('thanks')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

const intranet = { config: { webhookHosts: ['127.0.0.1'] } }

async function until<T>(look: () => Promise<T | undefined> | T | undefined, every = 20): Promise<T> {
  for (let waited = 0; waited < 25_000; waited += every) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, every))
  }
  throw new Error('it did not happen in time')
}

async function hook(app: TestApp, url: string, events: string[], secret?: string) {
  const admin = await app.as('administrator')
  const made = await admin.post('/webhooks', { name: 'hook', url, events, ...(secret ? { secret } : {}) })
  expect(made.status).toBe(200)
  const { id } = made.json().webhook
  const log = async (): Promise<Delivery[]> => (await admin.get(`/webhooks/${id}/deliveries`)).json().deliveries
  return { admin, id, secret: made.json().secret as string, log }
}

test('an event that fits the pattern is delivered once, signed as Standard Webhooks says, without what people wrote', async () => {
  const app = await testApp(intranet)
  const { received, url } = await receiver()
  const { admin, secret, log } = await hook(app, url, ['model.*'])
  await admin.post('/models', { name: 'm', description: 'by Ada Lovelace' })
  await admin.patch('/models/m', { description: 'by Grace Hopper' })
  await until(() => (received.length === 2 ? true : undefined))

  const [created, updated] = received.map(({ body }) => JSON.parse(body))
  const [, event] = await app.trail()
  expect(created).toMatchObject({
    type: 'model.created',
    workspace: 'main',
    data: { actor: { id: admin.person.id, kind: 'person' } },
  })
  expect(updated.data.detail).toEqual({})
  expect(JSON.stringify(received)).not.toMatch(/Lovelace|Hopper|administrator/)
  expect(event).toBeDefined()

  for (const { headers, body } of received) {
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(text).digest('base64')}`)
    expect(headers['x-mlflow-signature']).toBe(`v1,${createHmac('sha256', secret).update(text).digest('base64')}`)
  }
  const states = await until(async () => {
    const found = (await log()).map(({ state, status, attempts }) => ({ state, status, attempts }))
    return found.every(({ state }) => state === 'delivered') ? found : undefined
  })
  expect(states).toEqual(Array(2).fill({ state: 'delivered', status: 200, attempts: 1 }))
})

test('what is refused is tried again later, and what was given up can be replayed under the same id', async () => {
  const app = await testApp(intranet)
  const { received, url } = await receiver([500, 302, 200])
  const { admin, id, log } = await hook(app, url, ['model.created'])
  await admin.post('/models', { name: 'm' })
  const attempts = (count: number) =>
    until(async () => {
      app.clock.advance(1000)
      const [delivery] = await log()
      return delivery?.attempts === count ? delivery : undefined
    })
  const first = await attempts(1)
  expect(first).toMatchObject({ state: 'waiting', status: 500, answer: 'thanks' })
  expect(first.duration).toBeGreaterThanOrEqual(0)
  expect(Date.parse(first.next_attempt_at ?? '') - Date.parse(first.attempted_at ?? '')).toBeGreaterThanOrEqual(5000)
  expect((await admin.post(`/webhooks/${id}/deliveries/${(await log())[0]?.id}/replay`)).status).toBe(409)
  // A redirect is no delivery and is not followed.
  expect(await attempts(2)).toMatchObject({ state: 'waiting', status: 302 })
  const delivered = await attempts(3)
  expect(delivered).toMatchObject({ state: 'delivered', status: 200, next_attempt_at: null })
  expect((await admin.get('/webhooks')).json().webhooks).toMatchObject([
    { id, delivered: 1, failed: 0, waiting: 0, last_delivery: { state: 'delivered', status: 200 } },
  ])

  expect((await admin.post(`/webhooks/${id}/deliveries/${delivered.id}/replay`)).json().state).toBe('waiting')
  await attempts(4)
  expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(Array(4).fill(delivered.id))
  expect(await app.trail(`webhook:${id}`)).toMatchObject([
    { action: 'webhook.created' },
    { action: 'webhook.replayed', detail: { delivery: delivered.id } },
  ])
})

test('after the last attempt the delivery has failed, and the log says why', async () => {
  const app = await testApp(intranet)
  const { url } = await receiver(Array(20).fill(503))
  const { admin, log } = await hook(app, url, ['model.created'])
  await admin.post('/models', { name: 'm' })
  const failed = await until(async () => {
    app.clock.advance(43_201_000)
    const [delivery] = await log()
    return delivery?.state === 'failed' ? delivery : undefined
  }, 500)
  expect(failed).toMatchObject({ attempts: 9, status: 503, answer: 'thanks' })
})

test('a write that fails tells nobody, and neither does a webhook that is switched off', async () => {
  const app = await testApp(intranet)
  const { received, url } = await receiver()
  const { admin, id, log } = await hook(app, url, ['*'])
  await until(() => (received.length === 1 ? true : undefined))
  expect((await admin.post('/models', { name: 'a/b' })).status).toBe(400)
  await admin.patch(`/webhooks/${id}`, { state: 'disabled' })
  await admin.post('/models', { name: 'm' })
  expect((await log()).map(({ event }) => event)).toEqual(['webhook.created'])
})

test('a test is sent at once and says what the receiver answered', async () => {
  const app = await testApp(intranet)
  const { url } = await receiver([200, 404])
  const { admin, id } = await hook(app, url, ['decision.*'])
  expect((await admin.post(`/webhooks/${id}/test`)).json()).toMatchObject({ state: 'delivered', status: 200 })
  expect((await admin.post(`/webhooks/${id}/test`)).json()).toMatchObject({ state: 'failed', status: 404 })
  await admin.patch(`/webhooks/${id}`, { url: 'http://127.0.0.1:1/' })
  expect((await admin.post(`/webhooks/${id}/test`)).json().error).toContain('ECONNREFUSED')
})

test('secrets are sealed in the database, never shown again, and can be renewed', async () => {
  const app = await testApp(intranet)
  const { url } = await receiver()
  const { admin, id, secret } = await hook(app, url, ['*'])
  const db = app.workspaces.get('main')?.connection.db
  const rows = await db?.selectFrom('webhook').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain(secret.slice(6, 20))
  expect((await admin.get('/webhooks')).text).not.toContain('whsec_')
  const renewed = (await admin.post(`/webhooks/${id}/secret`)).json()
  expect(renewed.secret).toMatch(/^whsec_/)
  expect(renewed.secret).not.toBe(secret)
  const short = await admin.post('/webhooks', { name: 'x', url, events: ['*'], secret: 'whsec_AAAAAAAAAAAA' })
  expect(short.status).toBe(400)
})

test('only administrators set webhooks; an auditor reads them, a developer does not', async () => {
  const app = await testApp(intranet)
  const { id } = await hook(app, 'http://127.0.0.1:1/', ['*'])
  const auditor = await app.as('auditor')
  expect((await auditor.get(`/webhooks/${id}`)).status).toBe(200)
  expect((await auditor.post(`/webhooks/${id}/test`)).status).toBe(403)
  const developer = await app.as('developer')
  expect((await developer.get('/webhooks')).status).toBe(403)
  expect((await developer.get('/api/2.0/mlflow/webhooks')).status).toBe(403)
})

test('MLflow clients see and change only webhooks in their own form', async () => {
  const app = await testApp(intranet)
  const { admin, id } = await hook(app, 'http://127.0.0.1:1/', ['*'])
  expect((await admin.get('/api/2.0/mlflow/webhooks')).json()).toEqual({})
  expect((await admin.delete(`/api/2.0/mlflow/webhooks/${id}`)).status).toBe(404)
  expect((await admin.delete(`/webhooks/${id}`)).status).toBe(204)
  expect((await admin.get(`/webhooks/${id}/deliveries`)).status).toBe(404)
})

test.each([
  ['https://127.0.0.1/', '127.0.0.1'],
  ['https://2130706433/', '127.0.0.1'],
  ['https://0x7f.1/', '127.0.0.1'],
  ['https://localhost/', '127.0.0.1'],
  ['https://localhost./', '127.0.0.1'],
  ['https://10.0.0.1/', '10.0.0.1'],
  ['https://169.254.169.254/latest/meta-data', '169.254.169.254'],
  ['https://100.64.0.1/', '100.64.0.1'],
  ['https://[::1]/', '::1'],
  ['https://[fe80::1]/', 'fe80::1'],
  ['https://[fd00::1]/', 'fd00::1'],
  ['https://[::ffff:10.0.0.1]/', '::ffff:a00:1'],
  ['https://[64:ff9b::a00:1]/', '64:ff9b::a00:1'],
  ['https://[2002:a00:1::]/', '2002:a00:1::'],
  ['https://[ff02::1]/', 'ff02::1'],
])('%s is refused, because it is %s', async (url, address) => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const refused = await admin.post('/webhooks', { name: 'x', url, events: ['*'] })
  expect(refused.status).toBe(400)
  expect(refused.json().detail ?? refused.text).toContain(`resolves to ${address}.`)
})

test('only https, no credentials in the address, and patterns that can match', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const status = async (url: string, events = ['*']) =>
    (await admin.post('/webhooks', { name: 'x', url, events })).status
  expect(await status('https://example.com/')).toBe(200)
  for (const url of ['http://example.com/', 'file:///etc/passwd', 'x', 'https://a:b@example.com/']) {
    expect(await status(url)).toBe(400)
  }
  for (const pattern of ['decision', '*.created', 'a.b.c', '']) {
    expect(await status('https://example.com/', [pattern])).toBe(400)
  }
})

test('the address is checked again before every delivery', async () => {
  const app = await testApp(intranet)
  const { received, url } = await receiver()
  const { id } = await hook(app, url, ['decision.*'])
  const { dataDir, database } = app.config
  const other = await testApp({ dataDir, config: { database, webhookHosts: [] } })
  const admin = await other.as('administrator', { name: 'other' })
  const tested = (await admin.post(`/webhooks/${id}/test`)).json()
  expect(tested).toMatchObject({ state: 'failed', status: null })
  expect(tested.error).toContain('Invalid webhook URL scheme')
  expect(received).toEqual([])
})

test('of an answer without end only the beginning is read', async () => {
  const endless = createServer((_req, reply) => {
    const timer = setInterval(() => reply.write('x'.repeat(1000)), 1)
    reply.on('close', () => clearInterval(timer))
  })
  await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
  const { port } = endless.address() as AddressInfo
  const posted = await createPost(new Set(['127.0.0.1']))(`http://127.0.0.1:${port}/`, {}, '{}')
  expect(posted).toMatchObject({ outcome: 'answered', status: 200, answer: 'x'.repeat(2048) })
  await new Promise<void>((resolve) => endless.close(() => resolve()))
})
