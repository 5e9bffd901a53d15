import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

const day = 86_400_000
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

test('a rotated token has a new secret; the old one counts for as long as was said; when it was last used is known', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const robot = (await admin.post('/people', { login: 'robot', name: 'Robot', kind: 'service' })).json()
  const made = (await admin.post('/tokens', { name: 'ci', person: robot.id, expires_in_days: 20 })).json()
  const ask = async (secret: string) =>
    (await app.anonymous.request('GET', '/session', undefined, bearer(secret))).json()

  const lastUsed = async () => {
    const { tokens } = (await admin.get('/tokens')).json() as { tokens: { id: string; last_used_at: string | null }[] }
    return tokens.find(({ id }) => id === made.token.id)?.last_used_at
  }
  expect(await lastUsed()).toBeNull()
  await ask(made.secret)
  const used = app.clock.now().toISOString()
  await expect.poll(lastUsed).toBe(used)

  app.clock.advance(19 * day)
  expect((await admin.get('/tokens?expiring_in_days=2')).json().tokens).toMatchObject([{ id: made.token.id }])
  const rotated = (await admin.post(`/tokens/${made.token.id}/rotate`, { overlap_hours: 48 })).json()
  expect(rotated.token).toMatchObject({ id: made.token.id, previous_until: made.token.expires_at })
  expect(Date.parse(rotated.token.expires_at) - app.clock.now().getTime()).toBe(20 * day)
  expect((await admin.get('/tokens?expiring_in_days=2')).json().tokens).toEqual([])
  expect((await ask(made.secret)).person.login).toBe('robot')
  expect((await ask(rotated.secret)).person.login).toBe('robot')
  app.clock.advance(day + 1)
  expect((await ask(made.secret)).detail).toContain('rotated')

  const itself = await app.anonymous.request(
    'POST',
    `/tokens/${made.token.id}/rotate`,
    { overlap_hours: 0 },
    bearer(rotated.secret),
  )
  expect(itself.status).toBe(200)
  expect((await ask(rotated.secret)).detail).toContain('rotated')
  expect((await ask(itself.json().secret)).person.login).toBe('robot')
  await admin.delete(`/tokens/${made.token.id}`)
  expect((await admin.post(`/tokens/${made.token.id}/rotate`)).status).toBe(409)
  const developer = await app.as('developer')
  expect((await developer.post(`/tokens/${made.token.id}/rotate`)).status).toBe(404)
  const narrow = await app.as('administrator', { scopes: ['access.read'] })
  const { tokens } = (await narrow.get('/tokens')).json()
  const wide = (await admin.post('/tokens', { name: 'wide' })).json().token
  expect(tokens.length).toBeGreaterThan(0)
  expect((await narrow.post(`/tokens/${wide.id}/rotate`)).status).toBe(404)
  const { events } = await app.systemAudit.events({ limit: 5, action: 'token.rotated' })
  expect(events).toHaveLength(2)
  const rows = JSON.stringify(await app.system.db.selectFrom('token').selectAll().execute())
  for (const secret of [made.secret, rotated.secret]) expect(rows).not.toContain(secret)
})

test('a token of one workspace opens that one by every protocol, and nothing of the server', async () => {
  const app = await testApp({ config: { workspaces: 'on' } })
  const admin = await app.as('administrator')
  await admin.post('/workspaces', { name: 'credit' })
  const made = (await admin.post('/tokens', { name: 'credit only', workspace: 'credit' })).json()
  expect(made.token.workspace).toBe('credit')
  const ask = async (
    method: string,
    url: string,
    workspace: string | undefined,
    body?: unknown,
    by = bearer(made.secret),
  ) =>
    (
      await app.anonymous.request(method, url, body, {
        ...by,
        ...(workspace === undefined ? {} : { 'x-mlflow-workspace': workspace }),
      })
    ).status
  const search = '/api/2.0/mlflow/experiments/search?max_results=1'
  const traces = '/api/3.0/mlflow/traces/search'
  expect(await ask('GET', '/session', 'credit')).toBe(200)
  expect(await ask('GET', search, 'credit')).toBe(200)
  for (const elsewhere of [undefined, 'main', 'default']) {
    expect(await ask('GET', '/session', elsewhere)).toBe(403)
    expect(await ask('GET', search, elsewhere)).toBe(403)
    expect(await ask('POST', traces, elsewhere, {})).toBe(403)
    expect(await ask('POST', '/v1/traces', elsewhere, {})).toBe(403)
  }
  const basic = { authorization: `Basic ${btoa(`any:${made.secret}`)}` }
  expect(await ask('GET', search, 'main', undefined, basic)).toBe(403)
  expect(await ask('GET', '/workspaces', 'credit')).toBe(403)
  expect(await ask('POST', '/people', 'credit', { login: 'eve', name: 'Eve' })).toBe(403)
  expect(await ask('POST', '/tokens', 'credit', { name: 'wider' })).toBe(403)
  expect(await ask('POST', '/tokens', 'credit', { name: 'same', workspace: 'credit' })).toBe(200)
})
