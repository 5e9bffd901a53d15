import { expect, test } from 'vitest'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { testApp } from '../../src/testing/app.ts'
import { testBrowser } from '../../src/testing/browser.ts'
import { declaredOf, pathOf } from './declared.ts'

test('a page of another site changes nothing by any route, with the cookie of whoever looks at it', async () => {
  const app = await testApp()
  await app.access.people.create(serverActor, {
    login: 'ada',
    name: 'Ada',
    kind: 'person',
    password: 'correct horse',
    grants: [{ role: 'administrator', model: null }],
  })
  const signedIn = await app.anonymous.post('/session', { login: 'ada', password: 'correct horse' })
  const [cookie = ''] = String(signedIn.headers['set-cookie']).split(';')
  expect(String(signedIn.headers['set-cookie'])).toMatch(/HttpOnly.*SameSite=(Lax|Strict)/i)
  const { csrf } = signedIn.json()
  const other = testBrowser(app)
  await other.signIn('ada', 'correct horse')
  const foreign = (await other.session()).json().csrf

  // What a form or a script elsewhere can send: no token, a guess, the token of another session, and the right one from elsewhere.
  const tries: Record<string, string>[] = [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json', 'x-csrf-token': '0'.repeat(csrf.length) },
    { 'content-type': 'application/json', 'x-csrf-token': foreign },
    { 'content-type': 'application/json', 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' },
  ]
  const size = async () =>
    (await app.systemAudit.checkpoint()).size + ((await app.workspaces.get('main')?.audit.checkpoint())?.size ?? 0)
  const before = await size()
  const wrong: string[] = []
  let asked = 0
  for (const { method, url, requires } of declaredOf(await app.routes())) {
    if (method === 'GET' || requires === 'public') continue
    for (const headers of tries) {
      asked++
      const request = { method: method as 'POST', url: pathOf(url), headers: { cookie, ...headers }, payload: '{}' }
      const { statusCode, body } = await app.http.inject(request)
      // An address that carries its token asks for no cookie, and knows nobody without the token.
      if (statusCode !== (url.endsWith(':token') ? 401 : 403))
        wrong.push(`${method} ${url} ${JSON.stringify(headers)}: ${statusCode} ${body.slice(0, 80)}`)
    }
  }
  expect(wrong).toEqual([])
  expect(asked).toBeGreaterThan(600)
  expect(await size()).toBe(before)
  const headers = { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' }
  const made = await app.http.inject({ method: 'POST', url: '/api/v1/tokens', headers, payload: '{"name":"x"}' })
  expect(made.statusCode).toBe(200)
}, 30_000)

test('no page can be framed, and no answer says that another site may read it', async () => {
  const app = await testApp()
  for (const url of [
    '/',
    '/people',
    '/sign-in',
    '/api/v1/server',
    '/api/2.0/mlflow/experiments/search',
    '/api/v1/nothing',
  ]) {
    const { headers } = await app.http.inject({ url, headers: { origin: 'https://evil.example' } })
    expect(headers['x-frame-options'], url).toBe('DENY')
    expect(headers['content-security-policy'], url).toContain("frame-ancestors 'none'")
    expect(headers['cross-origin-resource-policy'], url).toBe('same-origin')
    expect(headers['access-control-allow-origin'], url).toBeUndefined()
  }
  const preflight = await app.http.inject({
    method: 'OPTIONS',
    url: '/api/v1/tokens',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  })
  expect(preflight.headers['access-control-allow-origin']).toBeUndefined()
})
