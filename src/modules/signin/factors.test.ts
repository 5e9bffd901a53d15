import { Secret, TOTP } from 'otpauth'
import { expect, test } from 'vitest'
import { type TestApp, testApp } from '../../testing/app.ts'
import { softPasskey } from '../../testing/authenticator.ts'
import { testBrowser } from '../../testing/browser.ts'
import type { Role } from '../access/schema.ts'
import { serverActor } from '../audit/schema.ts'
import { totpStep } from './totp.ts'

const password = 'correct horse'
const publicUrl = 'https://modelkeep.test'

function given(app: TestApp, login: string, role: Role = 'developer') {
  const grants = [{ role, model: null }]
  return app.access.people.create(serverActor, { login, name: login, kind: 'person', password, grants })
}

const codeOf = (app: TestApp, secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.clock.now().getTime() })

const basic = (login: string) => ({ authorization: `Basic ${btoa(`${login}:${password}`)}` })

test('codes are those of RFC 6238, of the step before and after at the most', () => {
  // Appendix B, SHA-1, the last six digits.
  const secret = Secret.fromUTF8 ? Secret.fromUTF8('12345678901234567890').base32 : ''
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1234567890, '005924'],
    [20000000000, '353130'],
  ] as const) {
    const step = Math.floor(seconds / 30)
    const at = (offset: number) => totpStep(secret, code, new Date((seconds + offset) * 1000))
    expect([at(0), at(30), at(-30), at(61), at(-61)]).toEqual([step, step, step, undefined, undefined])
  }
  expect(totpStep(secret, '28708', new Date(59_000))).toBeUndefined()
})

test('an authenticator app is asked for after the password; each code and each recovery code counts once', async () => {
  const app = await testApp({ config: { publicUrl } })
  const ada = await given(app, 'ada')
  const browser = testBrowser(app)
  await browser.signIn('ada', password)
  const before = browser.cookies.get('modelkeep_session')
  const { secret, uri } = (await browser.post('/account/totp')).json()
  expect(uri).toMatch(/^otpauth:\/\/totp\/Modelkeep%20modelkeep\.test:ada\?/)
  expect((await app.anonymous.request('GET', '/session', undefined, basic('ada'))).status).toBe(200)
  expect((await browser.post('/account/totp/confirm', { code: '000000' })).status).toBe(400)
  const added = (await browser.post('/account/totp/confirm', { code: codeOf(app, secret) })).json()
  expect(added.recovery_codes).toHaveLength(10)
  expect(browser.cookies.get('modelkeep_session')).not.toBe(before)
  expect((await browser.post('/account/totp')).status).toBe(409)
  expect((await app.anonymous.request('GET', '/session', undefined, basic('ada'))).json().detail).toContain(
    'send a token',
  )

  const used = codeOf(app, secret)
  const other = testBrowser(app)
  const asked = await other.signIn('ada', password)
  expect(asked.json()).toMatchObject({ outcome: 'second_factor', methods: ['totp', 'recovery'] })
  expect(other.cookies.has('modelkeep_session')).toBe(false)
  expect((await other.session()).status).toBe(401)
  const give = (method: string, code: string) => other.post('/session/second-factor', { method, code })
  expect((await give('totp', used)).status).toBe(401)
  app.clock.advance(30_000)
  const signedIn = await give('totp', codeOf(app, secret))
  expect(signedIn.json()).toMatchObject({ outcome: 'signed_in', person: { login: 'ada' } })
  expect((await other.session()).status).toBe(200)
  expect((await give('totp', codeOf(app, secret))).status).toBe(401)

  const [code = ''] = added.recovery_codes
  await other.signIn('ada', password)
  expect((await give('recovery', code.toUpperCase().replaceAll('-', ' '))).status).toBe(200)
  await other.signIn('ada', password)
  expect((await give('recovery', code)).status).toBe(401)
  for (let i = 0; i < 4; i++) await give('totp', '000000')
  expect((await give('totp', codeOf(app, secret))).status).toBe(429)
  app.clock.advance(11 * 60_000)
  expect((await give('totp', codeOf(app, secret))).json().detail).toContain('too much time')

  const rows = JSON.stringify([
    await app.system.db.selectFrom('totp').selectAll().execute(),
    await app.system.db.selectFrom('recovery_code').selectAll().execute(),
    await app.system.db.selectFrom('sign_in_step').selectAll().execute(),
    await app.system.db.selectFrom('audit_event').selectAll().execute(),
  ])
  for (const hidden of [secret, ...added.recovery_codes]) expect(rows).not.toContain(hidden)

  const admin = await app.as('administrator')
  const developer = await app.as('developer')
  expect((await developer.delete(`/people/${ada.id}/second-factor`)).status).toBe(403)
  expect((await admin.delete(`/people/${ada.id}/second-factor`)).status).toBe(204)
  expect((await admin.delete(`/people/${ada.id}/second-factor`)).status).toBe(409)
  expect((await browser.session()).status).toBe(401)
  expect((await browser.signIn('ada', password)).json().outcome).toBe('signed_in')
  const { events } = await app.systemAudit.events({ limit: 50, action: 'second_factor' })
  expect(events.map(({ body }) => body.action)).toEqual(['second_factor.reset', 'second_factor.added'])
})

test('a rule makes people add a second factor at their next sign-in, before anything else opens', async () => {
  const app = await testApp()
  await given(app, 'ada')
  await given(app, 'vera', 'validator')
  const admin = await app.as('administrator')
  const developer = await app.as('developer')
  const rule = { everyone: false, roles: ['developer'] }
  expect((await developer.put('/second-factor-rule', rule)).status).toBe(403)
  expect((await admin.put('/second-factor-rule', rule)).json()).toEqual(rule)
  expect((await developer.get('/second-factor-rule')).json()).toEqual(rule)

  const browser = testBrowser(app)
  expect((await browser.signIn('ada', password)).json()).toMatchObject({
    outcome: 'signed_in',
    pending: 'second_factor',
  })
  expect((await browser.get('/people')).json()).toMatchObject({ status: 403, rule: 'second_factor' })
  expect((await browser.post('/tokens', { name: 'around' })).status).toBe(403)
  expect((await browser.request('PUT', '/session/password', { current: password, next: 'x'.repeat(12) })).status).toBe(
    403,
  )
  expect((await app.anonymous.request('GET', '/session', undefined, basic('ada'))).status).toBe(401)
  const { secret } = (await browser.post('/account/totp')).json()
  await browser.post('/account/totp/confirm', { code: codeOf(app, secret) })
  expect((await browser.session()).json().pending).toBeNull()
  expect((await browser.get('/people')).status).toBe(200)
  expect((await browser.delete('/account/totp')).json().detail).toContain('a rule asks')

  const vera = testBrowser(app)
  expect((await vera.signIn('vera', password)).json().pending).toBeNull()
  await admin.put('/second-factor-rule', { everyone: true, roles: [] })
  expect((await vera.signIn('vera', password)).json().pending).toBe('second_factor')
  await admin.put('/second-factor-rule', { everyone: false, roles: [] })
  expect((await browser.delete('/account/totp')).status).toBe(204)
})

test('passkeys open an account alone or after the password, answer one challenge each, and stop when they are copied', async () => {
  const app = await testApp({ config: { publicUrl } })
  const ada = await given(app, 'ada')
  const browser = testBrowser(app)
  await browser.signIn('ada', password)
  const passkey = softPasskey({ origin: publicUrl, userHandle: ada.id })
  const optionsOf = async (at: string, from = browser) => (await from.post(`${at}/options`)).json().options

  const options = await optionsOf('/account/passkeys')
  expect(options).toMatchObject({ rp: { id: 'modelkeep.test' }, user: { name: 'ada' }, attestation: 'none' })
  const elsewhere = softPasskey({ origin: 'https://elsewhere.example' }).create(options)
  expect((await browser.post('/account/passkeys', { name: 'x', credential: elsewhere })).status).toBe(400)
  const credential = passkey.create(await optionsOf('/account/passkeys'))
  const thief = testBrowser(app)
  await given(app, 'eve')
  await thief.signIn('eve', password)
  expect((await thief.post('/account/passkeys', { name: 'x', credential })).status).toBe(400)
  const added = await browser.post('/account/passkeys', { name: 'laptop', credential })
  expect(added.json().recovery_codes).toHaveLength(10)
  expect((await browser.get('/account')).json()).toMatchObject({
    passkeys: [{ name: 'laptop', last_used_at: null, suspended_at: null }],
    recovery_codes_left: 10,
  })

  const alone = testBrowser(app)
  const asked = await optionsOf('/session/passkey', alone)
  passkey.counter = 1
  const answer = passkey.get(asked)
  const signedIn = await alone.post('/session/passkey', { credential: answer })
  expect(signedIn.json()).toMatchObject({ outcome: 'signed_in', person: { login: 'ada' } })
  expect((await alone.post('/session/passkey', { credential: answer })).status).toBe(401)
  const unverified = passkey.get(await optionsOf('/session/passkey', alone), { verified: false })
  expect((await alone.post('/session/passkey', { credential: unverified })).status).toBe(401)
  const stranger = softPasskey({ origin: publicUrl }).get(await optionsOf('/session/passkey', alone))
  expect((await alone.post('/session/passkey', { credential: stranger })).status).toBe(401)

  const second = testBrowser(app)
  expect((await second.signIn('ada', password)).json().methods).toEqual(['passkey', 'recovery'])
  passkey.counter = 2
  const challenge = await optionsOf('/session/second-factor', second)
  expect(challenge.allowCredentials).toHaveLength(1)
  const touched = passkey.get(challenge, { verified: false })
  expect((await second.post('/session/second-factor', { method: 'passkey', credential: touched })).status).toBe(200)

  // A copy answers with a counter that was seen already.
  const copied = passkey.get(await optionsOf('/session/passkey', alone))
  expect((await alone.post('/session/passkey', { credential: copied })).status).toBe(401)
  passkey.counter = 9
  const later = passkey.get(await optionsOf('/session/passkey', alone))
  expect((await alone.post('/session/passkey', { credential: later })).status).toBe(401)
  const { passkeys } = (await browser.get('/account')).json()
  expect(passkeys).toMatchObject([{ suspended_at: expect.any(String) }])
  const { events } = await app.systemAudit.events({ limit: 5, action: 'passkey' })
  expect(events.map(({ body }) => body.action)).toEqual(['passkey.suspended'])

  expect((await browser.request('PATCH', `/account/passkeys/${passkeys[0].id}`, { name: 'old laptop' })).status).toBe(
    204,
  )
  expect((await thief.delete(`/account/passkeys/${passkeys[0].id}`)).status).toBe(404)
  expect((await browser.delete(`/account/passkeys/${passkeys[0].id}`)).status).toBe(204)
  expect((await second.signIn('ada', password)).json().outcome).toBe('signed_in')
  const plain = await testApp()
  expect((await plain.anonymous.get('/sign-in')).json().passkeys).toBe(false)
  expect((await plain.anonymous.post('/session/passkey/options')).status).toBe(400)
})

test('every sign-in has a session of its own, which its owner sees and ends, and which ends by itself', async () => {
  const app = await testApp()
  const ada = await given(app, 'ada')
  await given(app, 'eve')
  const [laptop, phone, eve] = [testBrowser(app), testBrowser(app), testBrowser(app)]
  laptop.cookies.set('modelkeep_session', 'planted-by-somebody')
  await laptop.signIn('ada', password)
  const first = laptop.cookies.get('modelkeep_session') ?? ''
  expect(first).not.toBe('planted-by-somebody')
  await laptop.signIn('ada', password)
  const old = testBrowser(app)
  old.cookies.set('modelkeep_session', first)
  expect((await old.session()).status).toBe(401)

  await phone.signIn('ada', password)
  await eve.signIn('eve', password)
  const { sessions } = (await laptop.get('/account/sessions')).json()
  expect(sessions).toHaveLength(2)
  expect(sessions).toContainEqual(expect.objectContaining({ current: true, method: 'password', agent: 'test browser' }))
  expect(JSON.stringify(sessions)).not.toContain('csrf')
  const other = sessions.find(({ current }: { current: boolean }) => !current).id
  expect((await eve.delete(`/account/sessions/${other}`)).status).toBe(404)
  expect((await laptop.delete(`/account/sessions/${other}`)).status).toBe(204)
  expect((await phone.session()).status).toBe(401)
  await phone.signIn('ada', password)
  expect((await laptop.delete('/account/sessions')).status).toBe(204)
  expect((await phone.session()).status).toBe(401)

  await phone.signIn('ada', password)
  await laptop.request('PUT', '/session/password', { current: password, next: 'battery staple' })
  expect([(await laptop.session()).status, (await phone.session()).status]).toEqual([200, 401])

  for (let hour = 0; hour < 11; hour++) {
    app.clock.advance(3_600_000)
    expect((await laptop.session()).status).toBe(200)
  }
  expect((await eve.session()).status).toBe(401)
  app.clock.advance(3_600_001)
  expect((await laptop.session()).status).toBe(401)

  await laptop.signIn('ada', 'battery staple')
  await (await app.as('administrator')).post(`/people/${ada.id}/disable`)
  expect((await laptop.session()).status).toBe(401)
  const token = await app.as('developer')
  expect((await token.post('/account/totp')).status).toBe(400)
})
