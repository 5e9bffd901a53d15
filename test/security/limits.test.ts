import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { limitRequests } from '../../src/http/limits.ts'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { type TestApp, testApp } from '../../src/testing/app.ts'
import { declaredOf, pathOf } from './declared.ts'

const password = 'correct horse battery'

async function givenPeople(app: TestApp, ...logins: string[]) {
  for (const login of logins) {
    const person = { login, name: login, kind: 'person' as const, password }
    await app.access.people.create(serverActor, { ...person, grants: [{ role: 'developer', model: null }] })
  }
}

function signIn(app: TestApp, remoteAddress: string, login: string, tried = 'wrong password') {
  const payload = { login, password: tried }
  return app.http.inject({ method: 'POST', url: '/api/v1/session', remoteAddress, payload })
}

test('guesses make the guesser wait longer and longer, and nobody else', async () => {
  const app = await testApp()
  await givenPeople(app, 'ada', 'bo')
  for (let i = 0; i < 5; i++) expect((await signIn(app, '203.0.113.7', 'ada')).statusCode).toBe(401)
  const waits: number[] = []
  for (let i = 0; i < 4; i++) {
    const refused = await signIn(app, '203.0.113.7', 'ada', password)
    expect(refused.statusCode).toBe(429)
    waits.push(Number(refused.headers['retry-after']))
    app.clock.advance((waits.at(-1) ?? 0) * 1000)
    await signIn(app, '203.0.113.7', 'ada')
  }
  expect(waits).toEqual([1, 2, 4, 8])
  // The one whose name is being guessed signs in from elsewhere, and another one from the same address.
  expect((await signIn(app, '198.51.100.1', 'ada', password)).statusCode).toBe(200)
  expect((await signIn(app, '203.0.113.7', 'bo', password)).statusCode).toBe(200)
})

/** As if so many attempts had failed before, which would take a second for every twenty. */
async function failedBefore(app: TestApp, failures: number, alone: 'login' | 'address') {
  const other = alone === 'login' ? 'address' : 'login'
  await app.system.writer.commit((tx) =>
    tx.updateTable('sign_in_attempt').set({ failures }).where(other, '=', '').execute(),
  )
}

test('one address that tries many names waits, and those who are known there do not', async () => {
  const app = await testApp()
  await givenPeople(app, 'ada', 'bo')
  const office = '203.0.113.9'
  expect((await signIn(app, office, 'ada', password)).statusCode).toBe(200)
  expect((await signIn(app, office, 'name1')).statusCode).toBe(401)
  await failedBefore(app, 29, 'address')
  expect((await signIn(app, office, 'name2')).statusCode).toBe(401)
  expect((await signIn(app, office, 'another')).statusCode).toBe(429)
  expect((await signIn(app, office, 'bo', password)).statusCode).toBe(429)
  expect((await signIn(app, office, 'ada', password)).statusCode).toBe(200)

  // An IPv6 customer has billions of addresses, and counts as one.
  await signIn(app, '2001:db8:1:2::1', 'name3')
  await failedBefore(app, 30, 'address')
  expect((await signIn(app, '2001:db8:1:2:ffff::9', 'another')).statusCode).toBe(429)
  expect((await signIn(app, '2001:db8:1:3::1', 'another')).statusCode).toBe(401)
}, 20_000)

test('many addresses that try one name wait, also where nobody has that name; where its owner was before, it opens', async () => {
  const app = await testApp()
  await givenPeople(app, 'ada')
  expect((await signIn(app, '198.51.100.1', 'ada', password)).statusCode).toBe(200)
  for (const login of ['ada', 'nobody']) {
    await signIn(app, '192.0.2.1', login)
    await failedBefore(app, 49, 'login')
    await signIn(app, '192.0.2.2', login)
    const refused = await signIn(app, '192.0.2.200', login)
    expect([refused.statusCode, refused.json().detail]).toEqual([429, 'too many failed sign-ins; try again in 1 s'])
  }
  expect((await signIn(app, '198.51.100.1', 'ada', password)).statusCode).toBe(200)
  const rows = await app.system.db.selectFrom('sign_in_attempt').selectAll().execute()
  expect(JSON.stringify(rows)).not.toMatch(/ada|nobody/)
}, 30_000)

test('whether a name exists shows neither in the answer nor in the time that it takes', async () => {
  const app = await testApp()
  await givenPeople(app, 'ada')
  const took = async (login: string) => {
    const times: number[] = []
    for (let i = 0; i < 7; i++) {
      const began = performance.now()
      const { statusCode, body } = await signIn(app, `198.51.100.${i}`, login)
      times.push(performance.now() - began)
      expect([statusCode, JSON.parse(body).detail]).toEqual([401, 'name or password is wrong'])
    }
    return Math.min(...times)
  }
  await took('warm-up')
  const [known, unknown] = [await took('ada'), await took('nobody')]
  // Both verify one hash; without it the answer would come ten times as fast.
  expect(unknown / known).toBeGreaterThan(0.33)
  expect(unknown / known).toBeLessThan(3)
}, 20_000)

test('a route that costs much is asked so often and no more, by each account for itself', async () => {
  const app = await testApp()
  const [one, two] = [await app.as('administrator'), await app.as('administrator')]
  const id = `whk_${'0'.repeat(24)}`
  const statuses: number[] = []
  for (let i = 0; i < 21; i++) statuses.push((await one.post(`/webhooks/${id}/test`)).status)
  expect(statuses.slice(0, 20)).not.toContain(429)
  expect(statuses[20]).toBe(429)
  expect((await two.post(`/webhooks/${id}/test`)).status).not.toBe(429)

  const empty = { method: 'POST' as const, url: '/api/v1/session', payload: {} }
  const ask = () => app.http.inject({ ...empty, remoteAddress: '203.0.113.1' })
  let [refused, asked] = [await ask(), 1]
  for (; refused.statusCode !== 429 && asked < 300; asked++) refused = await ask()
  expect(asked).toBeGreaterThanOrEqual(100)
  expect([refused.statusCode, Number(refused.headers['retry-after'])]).toEqual([429, 1])
  expect((await app.http.inject({ ...empty, remoteAddress: '203.0.113.2' })).statusCode).toBe(400)
})

/** Bodies of one byte more than a route takes, by the biggest of each kind. */
test('a body that is larger than its route takes is refused in the form of the protocol, and one that fits is read', async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  const headers = { authorization: `Bearer ${administrator.token}`, 'content-type': 'application/json' }
  const wrong: string[] = []
  let tried = 0
  // Each limit once for each protocol: the same code holds the others to theirs.
  const seen = new Set<string>()
  for (const { method, url, limits } of declaredOf(await app.routes())) {
    if (method === 'GET' || limits === undefined) continue
    const most = typeof limits.body === 'number' ? limits.body : limits.body.streamed
    const protocol = url.split('/').slice(0, 4).join('/')
    if (seen.has(`${protocol} ${most}`)) continue
    seen.add(`${protocol} ${most}`)
    tried++
    const send = (length: number) =>
      app.http.inject({
        method: method as 'POST',
        url: pathOf(url),
        headers: { ...headers, 'content-length': String(length) },
        payload: '{}',
      })
    const { statusCode, body, headers: answer } = await send(most + 1)
    const form =
      url.startsWith('/api/2.0') || url.startsWith('/api/3.0') ? '"error_code":"INVALID_PARAMETER_VALUE"' : '"code":'
    if (statusCode !== 413 || !body.includes(form))
      wrong.push(`${method} ${url}: ${statusCode} ${body} ${answer['content-type']}`)
  }
  expect(wrong).toEqual([])
  expect(tried).toBeGreaterThan(10)

  const text = (length: number) => ({
    method: 'POST' as const,
    url: '/api/v1/people',
    headers,
    payload: `"${'x'.repeat(length - 2)}"`,
  })
  expect((await app.http.inject(text(256 * 1024))).statusCode).toBe(400)
  expect((await app.http.inject(text(256 * 1024 + 1))).statusCode).toBe(413)
})

test('a stream that does not say how long it is ends where its route does', async () => {
  const app = fastify()
  app.addContentTypeParser('*', (_req, payload, done) => done(null, payload))
  app.setErrorHandler((error: { code?: string }, _req, reply) =>
    reply.code(error.code === 'too_large' ? 413 : 500).send(),
  )
  limitRequests(app)
  const read: number[] = []
  app.put('/', {
    config: { requires: 'public', body: { streamed: 1000 } },
    handler: async (req) => {
      for await (const chunk of req.body as Readable) read.push(chunk.length)
      return 'whole'
    },
  })
  const send = (sizes: number[]) =>
    app.inject({
      method: 'PUT',
      url: '/',
      headers: { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' },
      payload: Readable.from(sizes.map((size) => Buffer.alloc(size))),
    })
  expect((await send([600, 400])).body).toBe('whole')
  expect((await send([600, 400, 1])).statusCode).toBe(413)
  expect(read.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(2000)
})

test('MLflow’s clients are told in their own form that they ask too often, and everything is counted', async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  const ask = () => administrator.post(`/api/2.0/mlflow/webhooks/whk_${'0'.repeat(24)}/test`)
  let refused = await ask()
  for (let i = 0; i < 60 && refused.status !== 429; i++) refused = await ask()
  expect(refused.json()).toMatchObject({ error_code: 'REQUEST_LIMIT_EXCEEDED' })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect((await administrator.get('/webhooks')).status).toBe(200)
})

test('clients that send slowly lose their connection, while others are served', async () => {
  const app = await testApp({ patience: { headers: 400, pause: 400, body: 800, idle: 400 } })
  const { token } = await app.as('developer')
  await app.http.listen({ host: '127.0.0.1', port: 0 })
  const address = app.http.server.address()
  const port = typeof address === 'object' && address ? address.port : 0

  /** Sends the first text at once and then the other ones, and says after how many milliseconds the server hung up. */
  function slowly(first: string, then: string, everyMs: number): Promise<number> {
    const began = performance.now()
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(first))
      const timer = setInterval(() => socket.write(then), everyMs)
      socket.on('error', () => {})
      socket.resume()
      socket.on('close', () => {
        clearInterval(timer)
        resolve(performance.now() - began)
      })
    })
  }

  const headers = `POST /api/2.0/mlflow/runs/create HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n`
  const json = `${headers}content-type: application/json\r\ncontent-length: 10000\r\n\r\n{`
  const upload = `PUT /api/2.0/mlflow-artifacts/artifacts/0/x/artifacts/f HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/octet-stream\r\ncontent-length: 10000\r\n\r\nx`
  const slow = Promise.all([
    slowly('GET / HTTP/1.1\r\n', 'x: y\r\n', 100),
    slowly(json, ' ', 100),
    slowly(json, '', 10_000),
    slowly(upload, '', 10_000),
    slowly('GET /health HTTP/1.1\r\nhost: x\r\n\r\n', '', 10_000),
  ])
  const served = await fetch(`http://127.0.0.1:${port}/health`)
  expect(await served.text()).toBe('OK')
  for (const took of await slow) expect(took).toBeLessThan(5000)
}, 20_000)

test('every answer says what a browser may do with it', async () => {
  const app = await testApp()
  const paths = [
    '/',
    '/api/v1/server',
    '/api/v1/models',
    '/api/2.0/mlflow/experiments/search',
    '/%ff',
    '/api/v1/nothing',
  ]
  for (const url of paths) {
    const { headers } = await app.http.inject({ url })
    expect(headers['content-security-policy'], url).toContain("frame-ancestors 'none'")
    expect(headers['content-security-policy'], url).toContain("script-src 'self';")
    expect(headers['x-content-type-options'], url).toBe('nosniff')
    expect(headers['referrer-policy'], url).toBe('same-origin')
    expect(headers['strict-transport-security'], url).toBeUndefined()
  }
  const secure = await testApp({ config: { publicUrl: 'https://models.example' } })
  const { headers } = await secure.http.inject({ url: '/api/v1/server' })
  expect(headers['strict-transport-security']).toBe('max-age=31536000')
})

test('signing in makes a session of its own, whatever cookie was there before', async () => {
  const app = await testApp()
  await givenPeople(app, 'ada')
  const planted = 'modelkeep_session=planted-by-somebody-else'
  const answer = await app.http.inject({
    method: 'POST',
    url: '/api/v1/session',
    headers: { cookie: planted },
    payload: { login: 'ada', password },
  })
  const [cookie = ''] = String(answer.headers['set-cookie']).split(';')
  expect(answer.statusCode).toBe(200)
  expect(cookie).toMatch(/^modelkeep_session=[\w-]{40,}$/)
  expect((await app.http.inject({ url: '/api/v1/session', headers: { cookie: planted } })).statusCode).toBe(401)
  expect((await app.http.inject({ url: '/api/v1/session', headers: { cookie } })).statusCode).toBe(200)
})
