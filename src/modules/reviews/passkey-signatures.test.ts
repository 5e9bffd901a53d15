import { execFileSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publicKeyPem } from '../../lib/keys.ts'
import { challengeOf, passkeyIdOf, passkeyProblem } from '../../lib/passkey-signature.ts'
import { testApp } from '../../testing/app.ts'
import { softPasskey } from '../../testing/authenticator.ts'
import { testBrowser } from '../../testing/browser.ts'
import { givenReview, governedName } from '../../testing/governed.ts'
import { serverActor } from '../audit/schema.ts'
import { signDecision, verifyDecision } from './verify.ts'

const publicUrl = 'https://modelkeep.test'
const password = 'correct horse'
const policy = `format: modelkeep-policy-1
name: signed
title: Signed
scope: { tiers: [high], environments: [staging] }
approvals:
  - {id: own, title: Signed by a person, role: validator, signed: true}
`

async function world() {
  const app = await testApp({ config: { publicUrl } })
  const admin = await app.as('administrator')
  await admin.post('/policies', { text: policy })
  await admin.post('/policies/signed/versions/1/publish')
  const { developer, base } = await givenReview(app)
  const review = (await developer.post(`${base}/reviews`, { environment: 'staging' })).json()
  const path = `/reviews/${review.id}`

  /** Somebody who signed in in a browser and, where asked, added a passkey there. */
  async function somebody(login: string, { add = true } = {}) {
    const grants = [{ role: 'validator', model: null }]
    const person = await app.access.people.create(serverActor, { login, name: login, kind: 'person', password, grants })
    const browser = testBrowser(app)
    await browser.signIn(login, password)
    const passkey = softPasskey({ origin: publicUrl, userHandle: person.id })
    if (add) {
      const { options } = (await browser.post('/account/passkeys/options')).json()
      await browser.post('/account/passkeys', { name: 'laptop', credential: passkey.create(options) })
    }
    const { scope_digest } = (await browser.get(path)).json()
    const about = {
      outcome: 'approved',
      reason: 'Checked figures and files.',
      scope_digest,
      conditions: [] as object[],
    }
    const ask = async (more: object = {}) => (await browser.post(`${path}/statement`, { ...about, ...more })).json()
    const decide = (signature?: object, more: object = {}) =>
      browser.post(`${path}/decisions`, { ...about, ...more, ...(signature ? { signature } : {}) })
    return { person, browser, passkey, ask, decide, about }
  }
  return { app, admin, developer, path, somebody }
}

const flipped = (base64url: string, change: (text: string) => string) =>
  Buffer.from(change(Buffer.from(base64url, 'base64url').toString())).toString('base64url')

test('a person signs a decision in the browser with their passkey, and anybody can check it offline', async () => {
  const { app, admin, developer, path, somebody } = await world()
  const vera = await somebody('vera')
  expect((await vera.browser.get(path)).json().own_signature).toBe(true)
  expect((await vera.decide()).json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'signature' }] })
  const { statement, options } = await vera.ask()
  expect(statement).toMatchObject({ format: 'modelkeep-statement-1', decided_by: vera.person.id, outcome: 'approved' })
  expect(options).toMatchObject({ userVerification: 'required', rpId: 'modelkeep.test' })
  expect(options.allowCredentials).toHaveLength(1)
  const recorded = await vera.decide({ passkey: vera.passkey.get(options) })
  expect(recorded.json()).toMatchObject({
    outcome: 'recorded',
    decision: { person_key: expect.stringMatching(/^passkey:/) },
  })
  const gate = await admin.post('/gate/checks', { model: governedName, version: 1, environment: 'staging' })
  expect(gate.json().outcome).toBe('allowed')

  const text = (await admin.get(`/decisions/${recorded.json().decision.id}`)).text
  const keys = [app.keys.signing.publicKey]
  expect(verifyDecision(text, keys)).toMatchObject({ outcome: 'verified' })
  const { document } = JSON.parse(text)
  const own = document.person_signature
  const [added] = (await app.systemAudit.events({ limit: 5, action: 'second_factor.added' })).events
  expect(added?.body.detail).toMatchObject({ key_id: own.key_id, public_key: own.public_key })

  // Whoever has the key of the server alone cannot make a person's signature, or move one to another decision.
  const folder = mkdtempSync(join(tmpdir(), 'modelkeep-passkey-'))
  const byStranger = (file: string) => {
    writeFileSync(join(folder, 'decision.json'), file)
    writeFileSync(join(folder, 'key.pem'), publicKeyPem(app.keys.signing.publicKey))
    const args = ['docs/examples/verify-decision.mjs', join(folder, 'decision.json'), join(folder, 'key.pem')]
    return execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }
  expect(byStranger(text)).toContain(`signed   ${own.key_id}, a passkey for modelkeep.test of ${vera.person.id}`)
  const client = Buffer.from(own.client_data, 'base64').toString()
  const forgeries = [
    { reason: 'Written by the server.' },
    { outcome: 'rejected' },
    { person_signature: { ...own, client_data: btoa(client.replace('"crossOrigin":false', '"crossOrigin":false ')) } },
    { person_signature: { ...own, client_data: btoa(client.replace('webauthn.get', 'webauthn.create')) } },
    { person_signature: { ...own, rp_id: 'elsewhere.example' } },
  ]
  const shown = [forgeries[0], forgeries[2]]
  for (const forgery of forgeries) {
    const forged = JSON.stringify(signDecision({ ...document, ...forgery }, app.keys.signing))
    expect(verifyDecision(forged, keys), JSON.stringify(forgery)).toMatchObject({ outcome: 'broken' })
    if (!shown.includes(forgery)) continue
    expect(() => byStranger(forged)).toThrow('has not signed this decision')
  }
  // The review is closed: nothing is asked for any more.
  expect((await vera.ask()).status).toBe(409)
  expect((await developer.post(`${path}/statement`, vera.about)).status).toBe(403)
}, 30_000)

test('a passkey signs one decision of its owner once, when it verified them and is not suspended', async () => {
  const { somebody } = await world()
  const vera = await somebody('vera')
  const eve = await somebody('eve')
  const none = await somebody('noa', { add: false })
  expect((await none.ask()).options).toBeNull()
  const refused = async (signature: object, more: object = {}) => {
    const reply = await vera.decide({ passkey: signature }, more)
    expect(reply.json()).toMatchObject({ status: 400, detail: expect.stringContaining('sign again') })
  }
  const fresh = async (more: object = {}) => (await vera.ask(more)).options

  // Nobody asked for it; another person's; another challenge; made elsewhere; touched afterwards; without a finger or a PIN.
  await refused(vera.passkey.get({ challenge: 'AAAA', rpId: 'modelkeep.test' }))
  await refused(eve.passkey.get(await fresh()))
  await refused(vera.passkey.get({ ...(await fresh()), challenge: (await fresh({ outcome: 'rejected' })).challenge }))
  await refused(softPasskey({ origin: 'https://elsewhere.example' }).get(await fresh()))
  const touched = vera.passkey.get(await fresh())
  const clientDataJSON = flipped(touched.response.clientDataJSON, (text) => text.replace('false}', 'false }'))
  await refused({ ...touched, response: { ...touched.response, clientDataJSON } })
  await refused(vera.passkey.get(await fresh(), { verified: false }))
  // Eve's own question is no question to Vera, and Vera's answer none of Eve's.
  expect((await eve.decide({ passkey: vera.passkey.get((await eve.ask()).options) })).status).toBe(400)

  // One answer is taken once: neither again nor for another decision.
  const first = vera.passkey.get(await fresh({ outcome: 'rejected' }))
  await refused(first)
  expect((await vera.decide({ passkey: first }, { scope_digest: `sha256:${'0'.repeat(64)}` })).status).toBe(400)
  const stale = { scope_digest: `sha256:${'0'.repeat(64)}` }
  const seen = vera.passkey.get(await fresh(stale))
  expect((await vera.decide({ passkey: seen }, stale)).status).toBe(409)
  await refused(seen, stale)

  // A copy, whose counter was seen, suspends the passkey.
  vera.passkey.counter = 5
  const counted = vera.passkey.get(await fresh(stale))
  expect((await vera.decide({ passkey: counted }, stale)).status).toBe(409)
  vera.passkey.counter = 4
  await refused(vera.passkey.get(await fresh()))
  expect((await vera.ask()).options).toBeNull()
}, 30_000)

test('passkeys of every kind that browsers make are checked offline', () => {
  const statement = Buffer.from('{"said":"this"}')
  const challenge = challengeOf(statement).toString('base64url')
  const origin = 'https://modelkeep.test'
  const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }))
  const data = Buffer.concat([challengeOf(Buffer.from('modelkeep.test')), Buffer.from([5, 0, 0, 0, 0])])
  const signed = Buffer.concat([data, challengeOf(clientData)])
  const pairs = [
    ['sha256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['sha256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    [null, generateKeyPairSync('ed25519')],
    [null, generateKeyPairSync('ml-dsa-44')],
  ] as const
  const problems = (algorithm: string | null, { privateKey, publicKey }: (typeof pairs)[number][1]) => {
    const spki = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })).export({
      format: 'der',
      type: 'spki',
    })
    const own = {
      key_id: passkeyIdOf(spki),
      public_key: spki.toString('base64'),
      credential_id: 'AA',
      rp_id: 'modelkeep.test',
      authenticator_data: data.toString('base64'),
      client_data: clientData.toString('base64'),
      signature: sign(algorithm, signed, privateKey).toString('base64'),
    }
    return [passkeyProblem(statement, own), passkeyProblem(Buffer.from('{"said":"that"}'), own) !== undefined]
  }
  for (const [algorithm, pair] of pairs) expect(problems(algorithm, pair)).toEqual([undefined, true])
  const weak = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  expect(problems('sha256', weak)[0]).toBe('the passkey of the person is not the one that is named')
})
