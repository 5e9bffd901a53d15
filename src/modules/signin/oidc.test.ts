import { expect, onTestFinished, test } from 'vitest'
import { type TestApp, testApp } from '../../testing/app.ts'
import { testBrowser } from '../../testing/browser.ts'
import { type IdentityProvider, identityProvider } from '../../testing/identity-provider.ts'
import { Provider } from './providers.ts'

const publicUrl = 'http://modelkeep.test'
const start = '/sign-in/oidc/idp/start'
const own = (url: URL) => `${url.pathname}${url.search}`

async function withProvider(settings: Record<string, unknown> = {}): Promise<{ app: TestApp; idp: IdentityProvider }> {
  const idp = await identityProvider({ publicUrl, id: 'idp' })
  onTestFinished(() => idp.close())
  const provider = Provider.parse({ id: 'idp', label: 'Example', issuer: idp.issuer, ...idp.client, ...settings })
  return { app: await testApp({ config: { publicUrl, providers: [provider] } }), idp }
}

/** Signs in by the provider as a browser does, and says where that ends. */
async function arrive({ app, idp }: { app: TestApp; idp: IdentityProvider }, next = '/models') {
  const browser = testBrowser(app)
  const sent = await browser.get(`${start}?next=${encodeURIComponent(next)}`)
  const back = await idp.walk(String(sent.headers.location))
  const end = await browser.get(own(back))
  return { browser, back, end, at: String(end.headers.location) }
}

const grace = {
  name: 'Grace Hopper',
  preferred_username: 'Grace',
  email: 'grace@example.com',
  email_verified: true,
  groups: ['ml-developers', 'ml-admins'],
}
const roles = [
  { group: 'ml-developers', role: 'developer' },
  { group: 'ml-admins', role: 'administrator' },
  { group: 'wages', role: 'approver', model: 'wages' },
  { group: 'wages', role: 'validator', workspace: 'credit' },
]

test('somebody from a provider gets an account and the roles of their groups, and loses them with the groups', async () => {
  const both = await withProvider({ accounts: 'create', roles })
  const { app, idp } = both
  idp.visitor = 'sub-1'
  idp.people.set('sub-1', grace)
  expect((await app.anonymous.get('/sign-in')).json()).toMatchObject({ providers: [{ id: 'idp', label: 'Example' }] })

  const first = await arrive(both)
  expect(first.at).toBe('/models')
  expect(String(first.end.headers['set-cookie'])).toMatch(/modelkeep_session=[^;]+;.*HttpOnly; SameSite=Strict/)
  const session = (await first.browser.session()).json()
  expect(session.person).toMatchObject({ login: 'grace', name: 'Grace Hopper' })
  expect(session.person.grants).toEqual([
    { role: 'administrator', model: null, source: 'oidc:idp' },
    { role: 'developer', model: null, source: 'oidc:idp' },
  ])
  expect(session.permissions).toContain('access.write')

  const id = session.person.id
  await first.browser.post(`/people/${id}/grants`, { role: 'auditor' })
  await first.browser.post(`/people/${id}/grants`, { role: 'developer' })
  idp.people.set('sub-1', { ...grace, groups: ['wages'] })
  const second = await arrive(both)
  expect((await second.browser.session()).json().person.grants).toEqual([
    { role: 'approver', model: 'wages', source: 'oidc:idp' },
    { role: 'auditor', model: null },
    { role: 'developer', model: null },
  ])
  expect((await first.browser.session()).json().permissions).not.toContain('access.write')
  expect((await app.access.in('credit').people.get(id)).grants).toMatchObject([{ role: 'validator' }])

  const { events } = await app.systemAudit.events({ limit: 50, about: `person:${id}` })
  const told = events.map(
    ({ body }) => `${body.action} ${body.detail.role ?? body.detail.by ?? body.detail.method ?? ''}`,
  )
  expect(told.reverse()).toEqual([
    'person.created ',
    'identity.linked first_sign_in',
    'person.granted developer',
    'person.granted administrator',
    'person.groups_followed ',
    'session.opened oidc',
    'person.granted auditor',
    'person.granted developer',
    'person.granted approver',
    'person.granted validator',
    'person.grant_revoked administrator',
    'person.groups_followed ',
    'session.opened oidc',
  ])
  expect((await app.anonymous.post('/session', { login: 'grace', password: '' })).status).toBe(401)
  // A way in beside the provider would outlast the account there.
  expect((await second.browser.post('/account/totp')).status).toBe(409)
  expect((await second.browser.post('/account/passkeys/options')).status).toBe(409)

  const left = await second.browser.delete('/session')
  expect(left.json().continue_at).toMatch(new RegExp(`^${idp.issuer}/session/end\\?.*client_id=modelkeep`))
  expect((await second.browser.session()).status).toBe(401)

  const admin = await app.as('administrator')
  expect((await admin.post(`/people/${id}/disable`)).status).toBe(200)
  expect((await arrive(both)).at).toContain('refused=disabled')
})

test('what a provider or a stranger sends back wrongly opens nothing', async () => {
  const both = await withProvider({ accounts: 'create' })
  const { app, idp } = both
  idp.visitor = 'sub-1'
  idp.people.set('sub-1', grace)
  const refusals: string[] = []
  async function come(name: string, { sent = (url: URL) => url, back = (url: URL) => url, wait = 0, forget = false }) {
    const browser = testBrowser(app)
    const to = sent(new URL(String((await browser.get(start)).headers.location)))
    const url = back(await idp.walk(to.href))
    app.clock.advance(wait)
    if (forget) browser.cookies.clear()
    const end = await browser.get(own(url))
    expect([end.status, browser.cookies.has('modelkeep_session')]).toEqual([302, false])
    refusals.push(`${name}: ${/refused=(\w+)/.exec(String(end.headers.location))?.[1]}`)
    return url
  }
  const set = (name: string, value: string) => (url: URL) => {
    url.searchParams.set(name, value)
    return url
  }
  await come('another state', { back: set('state', 'x') })
  await come('another nonce', { sent: set('nonce', 'x') })
  await come('another issuer', { back: set('iss', 'https://elsewhere.example') })
  await come('another challenge', { sent: set('code_challenge', 'A'.repeat(43)) })
  await come('another code', { back: set('code', 'x') })
  await come('too late', { wait: 11 * 60_000 })
  await come('another browser', { forget: true })
  await come('the person said no', {
    back: (url) =>
      new URL(
        `${url.origin}${url.pathname}?error=access_denied&state=${url.searchParams.get('state')}&iss=${encodeURIComponent(idp.issuer)}`,
      ),
  })
  idp.forges = true
  await come('a forged ID token', {})
  idp.forges = false
  expect(refusals).toEqual([
    'another state: failed',
    'another nonce: failed',
    'another issuer: failed',
    'another challenge: failed',
    'another code: failed',
    'too late: expired',
    'another browser: expired',
    'the person said no: denied',
    'a forged ID token: failed',
  ])

  const { browser, back, at } = await arrive(both, '//elsewhere.example')
  expect(at).toBe('/')
  expect(String((await browser.get(own(back))).headers.location)).toContain('refused=expired')
  const again = testBrowser(app)
  const sent = new URL(String((await again.get(start)).headers.location))
  back.searchParams.set('state', sent.searchParams.get('state') ?? '')
  expect(String((await again.get(own(back))).headers.location)).toContain('refused=failed')
  expect((await app.anonymous.get('/sign-in/oidc/nothing/start')).status).toBe(404)
  await idp.close()
  const gone = await app.anonymous.get(start)
  expect(gone.status).toBe(302)
})

test('an account belongs to whoever an administrator linked, and to nobody by name or address alone', async () => {
  const both = await withProvider({ accounts: 'create' })
  const { app, idp } = both
  const admin = await app.as('administrator')
  for (const login of ['grace', 'grace@example.com']) await admin.post('/people', { login, name: 'Grace' })
  idp.visitor = 'sub-1'
  idp.people.set('sub-1', grace)
  const refused = await arrive(both)
  expect(refused.at).toBe('/sign-in?refused=name_taken&provider=idp&reference=sub-1')

  const { people } = (await admin.get('/people')).json()
  const id = people.find(({ login }: { login: string }) => login === 'grace').id
  const linked = await admin.post(`/people/${id}/identities`, { provider: 'idp', subject: 'sub-1' })
  expect(linked.json().identities).toMatchObject([{ issuer: idp.issuer, subject: 'sub-1' }])
  expect(
    (await admin.post(`/people/${admin.person.id}/identities`, { provider: 'idp', subject: 'sub-1' })).status,
  ).toBe(409)
  const developer = await app.as('developer')
  expect((await developer.post(`/people/${id}/identities`, { provider: 'idp', subject: 'x' })).status).toBe(403)
  const { browser, at } = await arrive(both)
  expect(at).toBe('/models')
  expect((await browser.session()).json().person.id).toBe(id)

  const query = new URLSearchParams({ issuer: idp.issuer, subject: 'sub-1' })
  expect((await admin.delete(`/people/${id}/identities?${query}`)).json().identities).toEqual([])
  expect((await arrive(both)).at).toContain('refused=name_taken')
})

test('who may come in, whose address counts, and who stays outside, is what the operator said', async () => {
  const both = await withProvider({ match: 'verified_email', domains: ['example.com'], groups: ['ml'] })
  const { app, idp } = both
  const admin = await app.as('administrator')
  const made = (await admin.post('/people', { login: 'grace@example.com', name: 'Grace' })).json()
  async function reach(subject: string, claims: Record<string, unknown>) {
    idp.visitor = subject
    idp.people.set(subject, { ...grace, groups: ['ml'], ...claims })
    return arrive(both)
  }
  expect((await reach('a', { email_verified: false })).at).toContain('refused=not_admitted')
  expect((await reach('b', { email: 'grace@example.com.evil.example' })).at).toContain('refused=not_admitted')
  expect((await reach('c', { groups: ['other'] })).at).toContain('refused=not_admitted')
  expect((await reach('d', { email: 'nobody@example.com' })).at).toContain('refused=no_account')
  expect((await reach('e', { groups: undefined, _claim_names: { groups: 'src1' } })).at).toContain('too_many_groups')
  const { browser, at } = await reach('f', {})
  expect(at).toBe('/models')
  expect((await browser.session()).json().person.id).toBe(made.id)
  // The address is taken: whoever comes with it as somebody else is somebody else.
  expect((await reach('g', {})).at).toContain('refused=no_account')
})
