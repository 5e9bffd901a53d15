import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { serverActor } from '../audit/schema.ts'

async function withPassword(app: Awaited<ReturnType<typeof testApp>>, login = 'ada', password = 'correct horse') {
  return app.access.people.create(serverActor, {
    login,
    name: 'Ada',
    kind: 'person',
    password,
    grants: [{ role: 'developer', model: null }],
  })
}

function cookieOf(headers: Record<string, unknown>): string {
  const header = headers['set-cookie']
  return String(Array.isArray(header) ? header[0] : header).split(';')[0] ?? ''
}

test('a person signs in, reads their session, and signs out', async () => {
  const app = await testApp()
  await withPassword(app)

  const signedIn = await app.anonymous.post('/session', { login: 'Ada', password: 'correct horse' })
  expect(signedIn.status).toBe(200)
  expect(signedIn.headers['set-cookie']).toMatch(/HttpOnly; SameSite=Strict/)
  const cookie = cookieOf(signedIn.headers)
  const { csrf } = signedIn.json()

  const session = await app.anonymous.request('GET', '/session', undefined, { cookie })
  expect(session.json()).toMatchObject({ person: { login: 'ada' }, csrf })
  expect(session.json().permissions).toContain('tracking.write')
  expect(session.json().permissions).not.toContain('access.write')

  expect((await app.anonymous.request('DELETE', '/session', undefined, { cookie })).status).toBe(403)
  expect((await app.anonymous.request('DELETE', '/session', undefined, { cookie, 'x-csrf-token': csrf })).status).toBe(
    204,
  )
  expect((await app.anonymous.request('GET', '/session', undefined, { cookie })).status).toBe(401)
})

test('a request from another site is refused even with the token', async () => {
  const app = await testApp()
  await withPassword(app)
  const signedIn = await app.anonymous.post('/session', { login: 'ada', password: 'correct horse' })
  const headers = {
    cookie: cookieOf(signedIn.headers),
    'x-csrf-token': signedIn.json().csrf,
    'sec-fetch-site': 'cross-site',
  }
  const reply = await app.anonymous.request('POST', '/tokens', { name: 'x' }, headers)
  expect(reply.json()).toMatchObject({ status: 403, code: 'forbidden', rule: 'csrf' })
})

test('wrong passwords and unknown names get the same answer, and then have to wait', async () => {
  const app = await testApp()
  await withPassword(app)
  const wrong = await app.anonymous.post('/session', { login: 'ada', password: 'nonsense!!' })
  const unknown = await app.anonymous.post('/session', { login: 'nobody', password: 'nonsense!!' })
  expect(wrong.status).toBe(401)
  expect(unknown.json()).toEqual(wrong.json())

  for (let i = 0; i < 4; i++) await app.anonymous.post('/session', { login: 'ada', password: 'nonsense!!' })
  const blocked = await app.anonymous.post('/session', { login: 'ada', password: 'correct horse' })
  expect(blocked.status).toBe(429)
  app.clock.advance(2000)
  expect((await app.anonymous.post('/session', { login: 'ada', password: 'correct horse' })).status).toBe(200)
})

test('Basic takes a password, or a token as the password', async () => {
  const app = await testApp()
  await withPassword(app)
  const basic = (user: string, secret: string) => ({ authorization: `Basic ${btoa(`${user}:${secret}`)}` })
  expect((await app.anonymous.request('GET', '/session', undefined, basic('ada', 'correct horse'))).status).toBe(200)
  expect((await app.anonymous.request('GET', '/session', undefined, basic('ada', 'wrong horse'))).status).toBe(401)
  const developer = await app.as('developer')
  const reply = await app.anonymous.request('GET', '/session', undefined, basic('whatever', developer.token))
  expect(reply.json().person.id).toBe(developer.person.id)
})

test('a token does what its scopes say, until it expires or is revoked', async () => {
  const app = await testApp()
  const reader = await app.as('administrator', { scopes: ['access.read'] })
  expect((await reader.get('/people')).status).toBe(200)
  const refused = await reader.post('/people', { login: 'eve', name: 'Eve' })
  expect(refused.json()).toMatchObject({ status: 403, permission: 'access.write' })
  expect(refused.json().detail).toContain('not scoped')

  const admin = await app.as('administrator')
  const { token, secret } = (
    await admin.post('/tokens', { name: 'ci', scopes: ['gate.check'], expires_in_days: 1 })
  ).json()
  const bearer = { authorization: `Bearer ${secret}` }
  expect((await app.anonymous.request('GET', '/session', undefined, bearer)).json().permissions).toEqual(['gate.check'])
  app.clock.advance(86_400_001)
  expect((await app.anonymous.request('GET', '/session', undefined, bearer)).json().detail).toContain('expired')

  expect((await admin.delete(`/tokens/${token.id}`)).status).toBe(204)
  expect((await app.anonymous.request('GET', '/session', undefined, bearer)).json().detail).toContain('revoked')
})

test('a token cannot make one that may do more than itself', async () => {
  const app = await testApp()
  const narrow = await app.as('administrator', { scopes: ['access.read'] })
  expect((await narrow.post('/tokens', { name: 'wider' })).status).toBe(403)
  expect((await narrow.post('/tokens', { name: 'wider', scopes: ['access.write'] })).status).toBe(403)
  expect((await narrow.post('/tokens', { name: 'same', scopes: ['access.read'] })).status).toBe(200)
})

test('only administrators manage accounts, and the last one stays', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  expect((await developer.post('/people', { login: 'eve', name: 'Eve' })).status).toBe(403)
  const admin = await app.as('administrator')
  const made = await admin.post('/people', { login: 'eve', name: 'Eve', grants: [{ role: 'auditor', model: null }] })
  expect(made.json()).toMatchObject({ login: 'eve', grants: [{ role: 'auditor', model: null }] })
  expect((await admin.post('/people', { login: 'EVE', name: 'Eve' })).status).toBe(409)
  expect((await admin.post(`/people/${admin.person.id}/disable`)).status).toBe(403)
  const last = await admin.delete(`/people/${admin.person.id}/grants?role=administrator`)
  expect(last.json().detail).toContain('no administrator left')
  const disabled = await admin.post(`/people/${developer.person.id}/disable`)
  expect(disabled.json().disabled_at).not.toBeNull()
  expect((await developer.get('/session')).status).toBe(401)
})

test('a disabled account is opened again with its roles, by whoever could give them, and without the tokens that it had', async () => {
  const app = await testApp()
  const [admin, developer] = [await app.as('administrator'), await app.as('developer')]
  const path = `/people/${developer.person.id}/enable`
  expect((await admin.post(path)).status).toBe(409)
  await admin.post(`/people/${developer.person.id}/disable`)
  expect((await developer.post(path)).status).toBe(401)
  const narrow = await app.as('administrator', { scopes: ['access.read', 'access.write'] })
  expect((await narrow.post(path)).json()).toMatchObject({ status: 403, rule: 'no-escalation' })
  const opened = await admin.post(path)
  expect(opened.json()).toMatchObject({ disabled_at: null, grants: [{ role: 'developer' }] })
  expect((await developer.get('/session')).status).toBe(401)
  const tokens = (await admin.get('/tokens')).json().tokens
  const theirs = tokens.filter(({ person }: { person: string }) => person === developer.person.id)
  expect(theirs.length).toBeGreaterThan(0)
  expect(theirs.every(({ revoked_at }: { revoked_at: string | null }) => revoked_at !== null)).toBe(true)
})

test('a role on one model opens that model and no other', async () => {
  const app = await testApp()
  const scoped = await app.as([{ role: 'developer', model: 'wages' }])
  const session = await scoped.get('/session')
  expect(session.json().permissions).toEqual([])
  expect((await scoped.get('/people')).status).toBe(200)
  expect((await scoped.get('/audit/events')).status).toBe(403)
})

test('secrets are hashed at rest and absent from the trail', async () => {
  const app = await testApp()
  await withPassword(app, 'ada', 'plain to see?')
  const developer = await app.as('developer')
  const rows = [
    ...(await app.system.db.selectFrom('person').selectAll().execute()),
    ...(await app.system.db.selectFrom('token').selectAll().execute()),
    ...(await app.system.db.selectFrom('audit_event').selectAll().execute()),
  ]
  const everything = JSON.stringify(rows)
  expect(everything).not.toContain('plain to see?')
  expect(everything).not.toContain(developer.token)
  expect(everything).toContain('$argon2id$')
})

test.each([
  ['not JSON', '{', 400],
  ['a wrong type', '{"login":1,"password":"x"}', 400],
  ['an unknown field', '{"login":"a","password":"b","admin":true}', 400],
  ['too deep', `${'['.repeat(5000)}${']'.repeat(5000)}`, 400],
  ['an array', '[]', 400],
  ['nothing', '', 400],
])('a body that is %s gets problem details', async (_name, body, status) => {
  const app = await testApp()
  const reply = await app.anonymous.request('POST', '/session', body, { 'content-type': 'application/json' })
  expect(reply.status).toBe(status)
  expect(reply.headers['content-type']).toContain('application/problem+json')
  expect(reply.json()).toMatchObject({ status, code: 'bad_request' })
})

test('a workspace shows the accounts that have to do with it, and others only to whoever knows their exact name', async () => {
  const app = await testApp({ config: { workspaces: 'on' } })
  const server = await app.as('administrator')
  await server.post('/workspaces', { name: 'guests', description: 'for strangers' })
  const inGuests = { 'x-modelkeep-workspace': 'guests' }
  const guest = (method: string, url: string, body?: unknown) => head.request(method, url, body, inGuests)
  const head = await app.as([], { name: 'Hedy' })
  const grant = (id: string, role: string) => server.request('POST', `/people/${id}/grants`, { role }, inGuests)
  expect((await grant(head.person.id, 'administrator')).status).toBe(200)
  const nina = await server.post('/people', { login: 'nina', name: 'Nina Secret', grants: [] })
  const { id } = nina.json()

  const logins = async () => (await guest('GET', '/people')).json().people.map(({ login }: { login: string }) => login)
  expect(await logins()).not.toContain('nina')
  for (const url of [`/people/${id}`, `/people/${id}/identities`, '/access/explain?login=nina']) {
    const refused = await guest('GET', url)
    expect([refused.status, refused.text.includes('Secret')], url).toEqual([404, false])
  }
  const users = (await guest('GET', '/api/2.0/mlflow/users/list')).text
  expect(users).not.toContain('nina')

  expect((await guest('GET', '/people/lookup?login=nin')).json()).toEqual({ person: null })
  expect((await guest('GET', '/people/lookup?login=Nina')).json()).toMatchObject({ person: { id, login: 'nina' } })
  const developer = await app.as('developer')
  expect((await developer.get('/people/lookup?login=nina')).status).toBe(403)
  expect((await guest('POST', `/people/${id}/grants`, { role: 'developer' })).status).toBe(200)
  expect(await logins()).toContain('nina')
  // Whoever had a role keeps a name in what they did.
  expect((await guest('DELETE', `/people/${id}/grants?role=developer`)).status).toBe(200)
  expect((await guest('GET', `/people/${id}`)).json()).toMatchObject({ login: 'nina', grants: [] })
  expect((await server.get('/people')).text).toContain('nina')
})
