import { expect, test } from 'vitest'
import { canonicalJson } from '../../lib/json.ts'
import { createKey } from '../../lib/keys.ts'
import { testApp } from '../../testing/app.ts'
import {
  givenEvidence,
  givenModel,
  givenReady,
  givenReview,
  givenVersion,
  governedName,
} from '../../testing/governed.ts'
import { fairnessResult } from '../../testing/snapshots.ts'
import { ReviewSheet, SignedDecision } from './schema.ts'
import { signDecision, verifyDecision } from './verify.ts'

const actions = (events: { action: string }[]) => events.map(({ action }) => action)

test('a developer asks for review, a validator approves, and the decision is signed over exactly this content', async () => {
  const app = await testApp()
  const { developer, validator, version, review, sheet, decide, base } = await givenReview(app)
  expect(review).toMatchObject({ state: 'open', requested_by: developer.person.id, environment: 'prod' })
  expect((await developer.get(base)).json().state).toBe('submitted')
  expect(ReviewSheet.parse(sheet).conflicts).toEqual([])
  expect(sheet.assessment.requirements.filter(({ state }: { state: string }) => state === 'waiting')).toMatchObject([
    { type: 'approval', who: 'validator' },
  ])

  const reply = await decide(validator)
  expect(reply.status).toBe(200)
  expect(reply.json()).toMatchObject({
    outcome: 'recorded',
    review: { state: 'approved' },
    decision: { covers: true, decided_by: validator.person.id, scope_digest: sheet.scope_digest },
  })
  expect((await developer.get(base)).json().state).toBe('approved')

  const file = (await developer.get(`/decisions/${reply.json().decision.id}`)).text
  const signed = SignedDecision.parse(JSON.parse(file))
  expect(signed.document.snapshot.version.digest).toBe(sheet.snapshot.version.digest)
  expect(signed.document.compared).toEqual({
    approver: validator.person.id,
    requester: developer.person.id,
    developers: [developer.person.id],
  })
  expect(verifyDecision(file, [app.keys.signing.publicKey]).outcome).toBe('verified')
  const trail = actions(await app.trail(`version:${version.id}`))
  expect(trail.slice(-3)).toEqual(['review.submitted', 'version.state_changed', 'decision.recorded'])
})

test('a decision file that was changed in any way, or that another key signed, is not verified', async () => {
  const app = await testApp()
  const { validator, decide } = await givenReview(app)
  const { id } = (await decide(validator)).json().decision
  const text = (await validator.get(`/decisions/${id}`)).text
  const keys = [app.keys.signing.publicKey]
  expect(verifyDecision(JSON.stringify(JSON.parse(text), null, 2), keys).outcome).toBe('verified')
  expect(verifyDecision(text, [createKey('other').publicKey]).outcome).toBe('not_trusted')
  expect(verifyDecision(text.replace('Checked figures', 'Invented figures'), keys).outcome).toBe('broken')
  const extended = JSON.parse(text)
  extended.document.snapshot.note = 'added'
  expect(verifyDecision(JSON.stringify(extended), keys).outcome).toBe('broken')
  expect(verifyDecision(text.slice(10), keys).outcome).toBe('malformed')
  expect(verifyDecision('{}', keys).outcome).toBe('malformed')

  const { document } = SignedDecision.parse(JSON.parse(text))
  const selfMade = { ...document, compared: { ...document.compared, requester: document.decided_by } }
  expect(verifyDecision(JSON.stringify(signDecision(selfMade, app.keys.signing)), keys).outcome).toBe('broken')

  const workspace = app.workspaces.get('main')
  const row = await workspace?.connection.db.selectFrom('decision').selectAll().executeTakeFirstOrThrow()
  expect(row?.document).toBe(canonicalJson(JSON.parse(text).document))
})

test('the requester, the developer, and an administrator who is either are refused, and the trail says so', async () => {
  const app = await testApp()
  const developer = await app.as([
    { role: 'developer', model: null },
    { role: 'validator', model: null },
    { role: 'administrator', model: null },
  ])
  await givenModel(developer)
  const version = await givenVersion(developer)
  const requester = await app.as([
    { role: 'administrator', model: null },
    { role: 'validator', model: null },
  ])
  const base = `/models/${governedName}/versions/${version.version}`
  const review = (await requester.post(`${base}/reviews`, { environment: 'prod' })).json()
  const sheet = (await developer.get(`/reviews/${review.id}`)).json()
  expect(sheet.conflicts).toMatchObject([{ rule: 'developer' }])

  const decision = { outcome: 'approved', reason: 'It is all very good.', scope_digest: sheet.scope_digest }
  for (const [who, rule] of [
    [developer, 'developer'],
    [requester, 'requester'],
  ] as const) {
    const reply = await who.post(`/reviews/${review.id}/decisions`, decision)
    expect(reply.status).toBe(409)
    expect(reply.json()).toMatchObject({ outcome: 'refused', reasons: [{ rule }] })
    expect((await app.trail(`review:${review.id}`)).at(-1)).toMatchObject({
      action: 'decision.refused',
      actor: { id: who.person.id },
      detail: { rules: [rule], compared: { approver: who.person.id } },
    })
  }
  expect((await developer.get(`/reviews/${review.id}`)).json().review.state).toBe('open')
})

test('the role that the policy asks for is needed, on this model or everywhere', async () => {
  const app = await testApp()
  const { review, decide } = await givenReview(app)
  const approver = await app.as('approver')
  expect((await decide(approver)).json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'role' }] })
  const administrator = await app.as('administrator')
  expect((await decide(administrator)).json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'role' }] })
  const elsewhere = await app.as([{ role: 'validator', model: 'another' }])
  expect((await decide(elsewhere)).status).toBe(404)
  expect((await elsewhere.get(`/reviews/${review.id}`)).status).toBe(404)
  const both = await app.as([
    { role: 'approver', model: null },
    { role: 'validator', model: 'another' },
  ])
  expect((await decide(both)).json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'role' }] })
  expect((await decide(await app.as('developer'))).status).toBe(403)
  expect((await decide(await app.as('auditor'))).status).toBe(403)
  expect((await decide(await app.as('validator', { scopes: ['review.read'] }))).status).toBe(403)
  const here = await app.as([{ role: 'validator', model: governedName }], { scopes: ['review.decide', 'review.read'] })
  expect((await decide(here)).json()).toMatchObject({ outcome: 'recorded' })
})

test('what a service account did counts as done by those behind it, and it decides nothing itself', async () => {
  const app = await testApp()
  const boss = await app.as([
    { role: 'administrator', model: null },
    { role: 'validator', model: null },
  ])
  const service = (
    await boss.post('/people', {
      login: 'pipeline',
      name: 'Pipeline',
      kind: 'service',
      grants: [
        { role: 'developer', model: null },
        { role: 'validator', model: null },
      ],
    })
  ).json()
  const { secret } = (await boss.post('/tokens', { name: 'ci', person: service.id })).json()
  const auth = { authorization: `Bearer ${secret}` }
  const asService = { ...boss, request: boss.request, person: service }
  asService.get = (url) => boss.request('GET', url, undefined, auth)
  asService.post = (url, body = {}) => boss.request('POST', url, body, auth)
  asService.patch = (url, body = {}) => boss.request('PATCH', url, body, auth)
  asService.request = (method, url, body, headers) => boss.request(method, url, body, { ...headers, ...auth })
  await givenModel(asService)
  const version = await givenVersion(asService)
  const requester = await app.as('developer')
  const base = `/models/${governedName}/versions/${version.version}`
  const review = (await requester.post(`${base}/reviews`, { environment: 'prod' })).json()
  const { scope_digest } = (await requester.get(`/reviews/${review.id}`)).json()
  const decision = { outcome: 'approved', reason: 'It is all very good.', scope_digest }
  expect((await boss.post(`/reviews/${review.id}/decisions`, decision)).json()).toMatchObject({
    outcome: 'refused',
    reasons: [{ rule: 'developer' }],
  })
  const other = (
    await boss.post('/people', {
      login: 'robot',
      name: 'Robot',
      kind: 'service',
      grants: [{ role: 'validator', model: null }],
    })
  ).json()
  const robot = (await boss.post('/tokens', { name: 'robot', person: other.id })).json().secret
  const reply = await boss.request('POST', `/reviews/${review.id}/decisions`, decision, {
    authorization: `Bearer ${robot}`,
  })
  expect(reply.json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'person' }] })
})

test('a decision about content that is no longer there is refused, with what changed', async () => {
  const app = await testApp()
  const { developer, validator, decide, sheet, version } = await givenReview(app)
  app.clock.advance(1000)
  await givenEvidence(app, version.id, 'fairness', fairnessResult(0.85))
  await developer.patch(`/models/${governedName}`, { purpose: 'Decides who is invited, without anybody looking.' })
  const reply = await decide(validator)
  expect(reply.status).toBe(409)
  expect(reply.json()).toMatchObject({
    code: 'conflict',
    differences: [
      'the purpose was rewritten',
      expect.stringMatching(/^evidence fairness changed: sha256:\w+ → sha256:\w+$/),
    ],
  })
  expect(reply.json().scope_digest).not.toBe(sheet.scope_digest)
  expect((await decide(validator, 'approved', reply.json().scope_digest)).status).toBe(200)
})

test('an approval covers until something in its scope changes, and covers again when it is as it was', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  await decide(validator)
  const covering = async () =>
    (await validator.get(`/decisions?model=${governedName}`))
      .json()
      .decisions.map(({ covers, differences }: { covers: boolean; differences: string[] }) => [covers, ...differences])
  expect(await covering()).toEqual([[true]])
  app.clock.advance(5 * 86_400_000)
  await developer.patch(`/models/${governedName}`, { description: 'Words outside the scope.' })
  expect(await covering()).toEqual([[true]])

  const lower = { tier: 'medium' }
  expect((await developer.patch(`/models/${governedName}`, lower)).json()).toMatchObject({ permission: 'policy.write' })
  await (await app.as('administrator')).patch(`/models/${governedName}`, lower)
  expect(await covering()).toMatchObject([
    [
      false,
      'tier changed from high to medium',
      /* the evidence and policies of another tier */ expect.any(String),
      expect.any(String),
      expect.any(String),
    ],
  ])
  await developer.patch(`/models/${governedName}`, { tier: 'high' })
  expect(await covering()).toEqual([[true]])
})

test('a decision is taken once; a rejection closes the review and the version can be submitted again', async () => {
  const app = await testApp()
  const { developer, validator, decide, base } = await givenReview(app)
  expect((await decide(validator, 'rejected')).json()).toMatchObject({ review: { state: 'rejected' } })
  expect((await decide(validator)).status).toBe(409)
  expect((await decide(await app.as('validator'))).status).toBe(409)
  expect((await developer.get(base)).json().state).toBe('rejected')
  expect((await developer.post(`${base}/reviews`, { environment: 'prod' })).status).toBe(200)
  expect((await developer.get(base)).json().state).toBe('submitted')
})

test('two approvals that a policy asks for are two people', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const text = `format: modelkeep-policy-1
name: four-eyes
title: Four eyes
scope: { tiers: [high], environments: [prod] }
approvals: [{ id: four-eyes, title: Two validators, role: validator, count: 2 }]
`
  await admin.post('/policies', { text })
  await admin.post('/policies/four-eyes/versions/1/publish')
  const { validator, decide } = await givenReview(app)
  expect((await decide(validator)).json()).toMatchObject({ outcome: 'recorded', review: { state: 'open' } })
  const again = await decide(validator)
  expect([again.status, again.json().detail]).toEqual([409, 'you have already decided in this review'])
  expect((await decide(await app.as('validator'))).json()).toMatchObject({ review: { state: 'approved' } })
})

test('one review is open at a time; only its requester or an administrator withdraws it', async () => {
  const app = await testApp()
  const { developer, review, decide, validator, base } = await givenReview(app)
  expect((await developer.post(`${base}/reviews`, { environment: 'prod' })).status).toBe(409)
  const other = await app.as('developer')
  expect((await other.post(`/reviews/${review.id}/withdraw`)).status).toBe(403)
  expect((await validator.post(`/reviews/${review.id}/withdraw`)).status).toBe(403)
  expect((await developer.post(`/reviews/${review.id}/withdraw`)).json()).toMatchObject({ state: 'withdrawn' })
  expect((await developer.post(`/reviews/${review.id}/withdraw`)).status).toBe(409)
  expect((await developer.get(base)).json().state).toBe('draft')
  expect((await decide(validator)).status).toBe(409)
  expect((await developer.get('/reviews')).json().reviews).toEqual([])
  expect((await developer.get('/reviews?state=all')).json().reviews).toMatchObject([
    { id: review.id, model: governedName },
  ])
})

test('asking needs the permission, a version and an environment that exist; a reason has ten characters', async () => {
  const app = await testApp()
  const { base, developer } = await givenReady(app)
  const validator = await app.as('validator')
  expect((await validator.post(`${base}/reviews`, { environment: 'prod' })).status).toBe(403)
  expect((await developer.post(`${base}/reviews`, { environment: 'mars' })).status).toBe(404)
  expect((await developer.post(`/models/${governedName}/versions/9/reviews`, { environment: 'prod' })).status).toBe(404)
  const review = (await developer.post(`${base}/reviews`, { environment: 'prod' })).json()
  const { scope_digest } = (await validator.get(`/reviews/${review.id}`)).json()
  const decide = (body: object) => validator.post(`/reviews/${review.id}/decisions`, body)
  expect((await decide({ outcome: 'approved', reason: '   ok     ', scope_digest })).status).toBe(400)
  expect((await decide({ outcome: 'maybe', reason: 'long enough reason', scope_digest })).status).toBe(400)
  expect(
    (
      await validator.post('/reviews/rev_none/decisions', {
        outcome: 'approved',
        reason: 'long enough reason',
        scope_digest,
      })
    ).status,
  ).toBe(404)
})
