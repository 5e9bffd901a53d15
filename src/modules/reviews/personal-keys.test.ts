import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../lib/json.ts'
import { createKey, publicKeyBase64, publicKeyPem, type SigningKey, sign } from '../../lib/keys.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { givenReview, governedName } from '../../testing/governed.ts'
import { enrolmentOf } from '../access/schema.ts'
import { statementBytes } from './statement.ts'
import { signDecision, verifyDecision } from './verify.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

function enrolment(who: TestClient, key: SigningKey) {
  const proof = sign(key, Buffer.from(canonicalJson(enrolmentOf(who.person.id, key.keyId))))
  return { name: 'mine', public_key: publicKeyPem(key.publicKey), proof: base64(proof) }
}

async function world() {
  const app = await testApp()
  const admin = await app.as('administrator')
  const text = `format: modelkeep-policy-1
name: signed
title: Signed
scope: { tiers: [high], environments: [staging] }
approvals:
  - {id: own, title: Signed by a person, role: validator, signed: true}
`
  const { sentences } = (await admin.post('/policies', { text })).json()
  await admin.post('/policies/signed/versions/1/publish')
  const given = await givenReview(app)
  const { developer, base, validator } = given
  const review = (await developer.post(`${base}/reviews`, { environment: 'staging' })).json()
  const { scope_digest } = (await validator.get(`/reviews/${review.id}`)).json()
  const due_at = new Date(app.clock.now().getTime() + 86_400_000).toISOString()
  const conditions = [{ text: 'Check the groups again.', owner: developer.person.id, due_at }]
  const about = {
    review: review.id,
    outcome: 'approved' as const,
    reason: 'Checked figures and files.',
    scope_digest,
    conditions,
  }
  const signature = (key: SigningKey, who = validator, more: object = {}) => ({
    key_id: key.keyId,
    signature: base64(sign(key, statementBytes({ ...about, decided_by: who.person.id, ...more }))),
  })
  const decide = (own?: object, who = validator) => {
    const { outcome, reason } = about
    const body = { outcome, reason, scope_digest, conditions, ...(own ? { signature: own } : {}) }
    return who.post(`/reviews/${review.id}/decisions`, body)
  }
  const gate = () => admin.post('/gate/checks', { model: governedName, version: 1, environment: 'staging' })
  return { ...given, app, admin, sentences, signature, decide, gate }
}

test('a person signs with a key that only they have; a policy may ask for it, and anybody can check it', async () => {
  const { app, admin, validator, sentences, signature, decide, gate } = await world()
  expect(sentences[0].sentence).toContain('signed with a key of their own')
  const key = createKey('vera')
  expect((await decide()).json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'signature' }] })
  expect((await decide(signature(key))).json()).toMatchObject({ status: 400 })
  expect((await validator.post('/account/keys', enrolment(validator, key))).json()).toMatchObject({
    key_id: key.keyId,
    revoked_at: null,
  })
  // Over anything else than this decision, or by somebody else, it is no signature of it.
  expect((await decide(signature(key, validator, { reason: 'Something else entirely.' }))).status).toBe(400)
  expect((await decide(signature(key, validator, { outcome: 'rejected' }))).status).toBe(400)
  const other = await app.as('validator')
  expect((await decide(signature(key, other), other)).status).toBe(400)

  const recorded = await decide(signature(key))
  expect(recorded.json()).toMatchObject({ outcome: 'recorded', decision: { person_key: key.keyId } })
  const { outcome, assessment } = (await gate()).json()
  expect(outcome, JSON.stringify(assessment)).toBe('allowed')

  const { id } = recorded.json().decision
  const text = (await admin.get(`/decisions/${id}`)).text
  const keys = [app.keys.signing.publicKey]
  expect(verifyDecision(text, keys)).toMatchObject({ outcome: 'verified' })
  const { document } = JSON.parse(text)
  expect(document.person_signature).toMatchObject({ key_id: key.keyId, public_key: publicKeyBase64(key.publicKey) })
  const silent = signDecision({ ...document, conditions: undefined }, app.keys.signing)
  expect(document.conditions).toHaveLength(1)
  expect(verifyDecision(JSON.stringify(silent), keys)).toMatchObject({ outcome: 'broken' })
  // Whoever has the key of the server alone cannot make a person's signature.
  const forged = signDecision({ ...document, reason: 'Written by the server.' }, app.keys.signing)
  expect(verifyDecision(JSON.stringify(forged), keys)).toMatchObject({ outcome: 'broken' })
  const swapped = { ...document.person_signature, public_key: publicKeyBase64(createKey('x').publicKey) }
  const foreign = signDecision({ ...document, person_signature: swapped }, app.keys.signing)
  expect(verifyDecision(JSON.stringify(foreign), keys)).toMatchObject({ outcome: 'broken' })

  const folder = mkdtempSync(join(tmpdir(), 'modelkeep-decision-'))
  const byStranger = (file: string) => {
    writeFileSync(join(folder, 'decision.json'), file)
    writeFileSync(join(folder, 'key.pem'), publicKeyPem(app.keys.signing.publicKey))
    const args = ['docs/examples/verify-decision.mjs', join(folder, 'decision.json'), join(folder, 'key.pem')]
    return execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }
  expect(byStranger(text)).toContain(`signed   ${key.keyId}, a key of ${validator.person.id}`)
  expect(() => byStranger(JSON.stringify(forged))).toThrow('the person has not signed')
}, 20_000)

test('a report lists every decision with the identities that were compared, to those who may read its model', async () => {
  const { app, admin, developer, validator, signature, decide } = await world()
  const key = createKey('vera')
  await validator.post('/account/keys', enrolment(validator, key))
  const { id, decided_at } = (await decide(signature(key))).json().decision
  const { rows, people } = (await admin.get('/decisions/separation')).json()
  expect(rows).toMatchObject([
    {
      decision: id,
      model: governedName,
      environment: 'staging',
      outcome: 'approved',
      approver: validator.person.id,
      roles: ['validator'],
      requester: developer.person.id,
      developers: [developer.person.id],
      person_key: key.keyId,
      same: [],
    },
  ])
  expect(people[developer.person.id]).toBe(developer.person.name)
  const of = async (query: string) => (await admin.get(`/decisions/separation?${query}`)).json().rows.length
  expect([await of(`from=${decided_at}`), await of(`to=${decided_at}`), await of('environment=prod')]).toEqual([
    1, 0, 0,
  ])
  const outsider = await app.as([{ role: 'validator', model: 'another' }])
  expect((await outsider.get('/decisions/separation')).json()).toEqual({ rows: [], people: {} })
})

test('a key is enrolled by whoever has it, belongs to one person, and signs nothing once it is revoked', async () => {
  const { app, validator, signature, decide } = await world()
  const key = createKey('vera')
  const other = await app.as('validator')
  const narrow = await app.as('validator', { scopes: ['review.decide'] })
  const bot = (
    await (await app.as('administrator')).post('/people', { login: 'bot', name: 'Bot', kind: 'service' })
  ).json()
  expect(bot.kind).toBe('service')
  expect((await narrow.post('/account/keys', enrolment(narrow, key))).status).toBe(403)
  expect((await other.post('/account/keys', { ...enrolment(other, key), public_key: 'nonsense' })).status).toBe(400)
  // A proof that was made for somebody else proves nothing.
  expect((await other.post('/account/keys', enrolment(validator, key))).status).toBe(400)
  const mine = (await validator.post('/account/keys', enrolment(validator, key))).json()
  expect((await other.post('/account/keys', enrolment(other, key))).status).toBe(409)
  expect((await other.delete(`/account/keys/${mine.id}`)).status).toBe(404)
  expect((await other.get('/account/keys')).json().keys).toEqual([])
  expect((await validator.delete(`/account/keys/${mine.id}`)).status).toBe(204)
  expect((await validator.get('/account/keys')).json().keys[0].revoked_at).not.toBeNull()
  expect((await decide(signature(key))).status).toBe(400)
  const { events } = await accountEvents(app, validator)
  expect(events.map(({ body }) => body.action)).toEqual(expect.arrayContaining(['key.enrolled', 'key.revoked']))
})

const accountEvents = (app: TestApp, who: TestClient) =>
  app.systemAudit.events({ about: `person:${who.person.id}`, limit: 50 })
