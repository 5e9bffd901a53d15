import { expect, test } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { givenEvidence, givenReady } from '../../testing/governed.ts'
import { fairnessResult } from '../../testing/snapshots.ts'
import { verifyDecision } from './verify.ts'

const day = 86_400_000
const actions = async (app: TestApp, about: string) => (await app.trail(about)).map(({ action }) => action)

/** A version that lacks nothing but approvals, under a policy of its own. */
async function world(approvals: string) {
  const app = await testApp()
  const admin = await app.as('administrator', { name: 'Ada' })
  const text = `format: modelkeep-policy-1
name: flow
title: Flow
scope: { tiers: [high], environments: [staging] }
approvals: ${approvals}
`
  await admin.post('/policies', { text })
  await admin.post('/policies/flow/versions/1/publish')
  const ready = await givenReady(app)
  const vera = await app.as('validator', { name: 'Vera' })
  const ask = async () => (await ready.developer.post(`${ready.base}/reviews`, { environment: 'staging' })).json()
  async function decide(who: TestClient, id: string, outcome = 'approved', more = {}) {
    const { scope_digest } = (await who.get(`/reviews/${id}`)).json()
    return who.post(`/reviews/${id}/decisions`, { outcome, reason: 'Checked figures.', scope_digest, ...more })
  }
  const notices = async (who: TestClient) =>
    (await who.get('/notices')).json().notices.map(({ kind }: { kind: string }) => kind)
  const sweep = () => app.workspaces.get('main')?.reviews.watch.tick()
  const later = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString()
  return { app, admin, vera, ask, decide, notices, sweep, later, ...ready }
}

const one = '[{ id: validated, title: A validator has approved, role: validator, deadline_days: 10, overdue: expire }]'
const unmet = 'flow/validated'

test('a reviewer asks for changes, the requester makes them and submits again, and the round decides', async () => {
  const { app, admin, vera, ask, decide, notices, developer, version, later } = await world(one)
  const review = await ask()
  expect(review).toMatchObject({ state: 'open', round: 1, due_at: later(10 * day), expires_at: later(10 * day) })
  expect(await notices(vera)).toEqual(['review_asked'])
  expect(await notices(developer)).toEqual([])

  const changes = (who: TestClient, body: object) => who.post(`/reviews/${review.id}/changes`, body)
  const input = { text: 'The selection rates are of last year.', requirements: [unmet] }
  expect((await changes(developer, input)).status).toBe(403)
  expect((await changes(vera, { ...input, requirements: [] })).status).toBe(400)
  expect((await changes(vera, { ...input, requirements: ['flow/nothing'] })).json().detail).toContain('flow/validated')
  const second = await app.as([
    { role: 'developer', model: null },
    { role: 'validator', model: null },
  ])
  await second.post(`/reviews/${review.id}/changes`, input)
  expect((await vera.get(`/reviews/${review.id}`)).json()).toMatchObject({
    review: { state: 'changes_requested', round: 1 },
    turns: [{ kind: 'changes_requested', said_by: second.person.id, requirements: [unmet] }],
  })
  expect((await changes(vera, input)).json().detail).toMatch(/is changes requested already/)
  expect((await decide(vera, review.id)).json().detail).toMatch(/is changes requested already/)
  expect(await notices(developer)).toEqual(['changes_requested'])

  const again = { text: 'Computed on this year’s applicants.' }
  expect((await admin.post(`/reviews/${review.id}/resubmit`, again)).json().detail).toMatch(/only whoever asked/)
  app.clock.advance(day)
  await givenEvidence(app, version.id, 'fairness', fairnessResult(0.88))
  expect((await developer.post(`/reviews/${review.id}/resubmit`, again)).json()).toMatchObject({
    state: 'open',
    round: 2,
    due_at: later(10 * day),
  })
  expect((await developer.post(`/reviews/${review.id}/resubmit`, again)).status).toBe(409)
  expect(await notices(vera)).toEqual(['resubmitted', 'review_asked'])
  expect((await decide(vera, review.id)).json()).toMatchObject({ outcome: 'recorded', review: { state: 'approved' } })
  expect(await actions(app, `review:${review.id}`)).toEqual([
    'review.submitted',
    'review.changes_requested',
    'review.resubmitted',
    'decision.recorded',
  ])
  expect((await developer.post(`/reviews/${review.id}/withdraw`)).status).toBe(409)
})

test('whoever asked for the review asks for no changes in it, and the attempt is recorded', async () => {
  const { app, base } = await world(one)
  const both = await app.as([
    { role: 'developer', model: null },
    { role: 'validator', model: null },
  ])
  const review = (await both.post(`${base}/reviews`, { environment: 'staging' })).json()
  const reply = await both.post(`/reviews/${review.id}/changes`, { text: 'Something else.', requirements: [unmet] })
  expect([reply.status, reply.json().reasons[0].rule]).toEqual([409, 'requester'])
  expect((await app.trail(`review:${review.id}`)).at(-1)).toMatchObject({
    action: 'review.changes_refused',
    detail: { rules: ['requester'] },
  })
})

test('somebody decides in a reviewer’s place; both are compared, both are signed, and they count as one', async () => {
  const { app, vera, ask, decide, notices, developer, later } = await world(
    '[{ id: validated, title: Two validators have approved, role: validator, count: 2 }]',
  )
  const review = await ask()
  const omar = await app.as('approver', { name: 'Omar' })
  const hand = (who: TestClient, to: TestClient, until = later(5 * day)) =>
    who.post(`/reviews/${review.id}/delegations`, { to: to.person.id, until, reason: 'On leave until Monday.' })
  expect((await decide(omar, review.id)).json().reasons[0].rule).toBe('role')
  expect((await hand(vera, omar, later(91 * day))).status).toBe(400)
  expect((await hand(vera, omar, later(-1))).status).toBe(400)
  expect((await hand(vera, vera)).json().reasons[0].rule).toBe('self')
  expect((await hand(vera, developer)).json().reasons[0].rule).toBe('permission')
  expect((await hand(vera, await app.as('auditor'))).json().reasons[0].rule).toBe('permission')
  expect((await hand(omar, vera)).json().reasons.map(({ rule }: { rule: string }) => rule)).toContain('role')

  const { delegation } = (await hand(vera, omar)).json()
  expect(delegation).toMatchObject({ from: vera.person.id, to: omar.person.id, state: 'active' })
  expect(await notices(omar)).toEqual(['delegated'])
  expect((await hand(vera, omar)).json().reasons ?? (await hand(vera, omar)).json().detail).toMatch(/already/)
  expect((await decide(vera, review.id)).json().reasons[0].rule).toBe('handed-on')

  const decided = (await decide(omar, review.id)).json()
  expect(decided).toMatchObject({
    decision: { decided_by: omar.person.id, in_place_of: [vera.person.id] },
    review: { state: 'open' },
  })
  const file = (await vera.get(`/decisions/${decided.decision.id}`)).text
  expect(JSON.parse(file).document).toMatchObject({
    roles: ['approver'],
    compared: { approver: omar.person.id, delegators: [vera.person.id] },
    in_place_of: [{ person: vera.person.id, roles: ['validator'], delegation: delegation.id }],
  })
  expect(verifyDecision(file, [app.keys.signing.publicKey]).outcome).toBe('verified')

  const end = (who: TestClient) => who.post(`/reviews/${review.id}/delegations/${delegation.id}/end`)
  expect((await end(await app.as('validator'))).status).toBe(403)
  expect((await end(vera)).json().state).toBe('ended')
  expect((await end(vera)).status).toBe(409)
  // Her own decision is the same person's once more.
  expect((await decide(vera, review.id)).json()).toMatchObject({ outcome: 'recorded', review: { state: 'open' } })
  expect((await decide(await app.as('validator'), review.id)).json()).toMatchObject({ review: { state: 'approved' } })
})

test('a delegation ends on its date, and a policy may refuse it', async () => {
  const { app, vera, ask, decide, later } = await world(
    `
  - { id: first, title: A validator has approved, role: validator }
  - { id: second, title: An approver has approved, role: approver, delegation: refused }`,
  )
  const review = await ask()
  const omar = await app.as('approver')
  const body = (to: TestClient) => ({ to: to.person.id, until: later(day), reason: 'Back tomorrow.' })
  const refused = await omar.post(`/reviews/${review.id}/delegations`, body(vera))
  expect(refused.json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'delegation' }] })
  expect((await app.trail(`review:${review.id}`)).at(-1)?.action).toBe('review.delegation_refused')
  const helper = await app.as([{ role: 'validator', model: null }])
  await vera.post(`/reviews/${review.id}/delegations`, body(helper))
  app.clock.advance(2 * day)
  expect((await decide(vera, review.id)).json().decision.in_place_of).toEqual([])
  expect((await helper.get(`/reviews/${review.id}`)).json().delegations).toMatchObject([{ state: 'ended' }])
})

test('reviewers are reminded before a deadline, and a review past it is closed where the policy says so', async () => {
  const { app, vera, ask, decide, notices, sweep, developer, base } = await world(one)
  const review = await ask()
  await sweep()
  expect(await notices(vera)).toEqual(['review_asked'])
  app.clock.advance(8 * day)
  await sweep()
  await sweep()
  expect(await notices(vera)).toEqual(['reminder', 'review_asked'])
  expect(await notices(developer)).toEqual([])
  app.clock.advance(2 * day)
  await sweep()
  expect((await vera.get(`/reviews/${review.id}`)).json().review.state).toBe('expired')
  expect((await developer.get(base)).json().state).toBe('draft')
  expect(await notices(developer)).toEqual(['expired'])
  expect((await decide(vera, review.id)).status).toBe(409)
  expect((await actions(app, `review:${review.id}`)).slice(1)).toEqual(['review.reminded', 'review.expired'])
  expect((await ask()).state).toBe('open')
})

test('without a rule that closes it, a late review stays open and whoever asked hears of it too', async () => {
  const { app, vera, ask, decide, notices, sweep, developer } = await world(
    '[{ id: validated, title: A validator has approved, role: validator, deadline_days: 1 }]',
  )
  const review = await ask()
  app.clock.advance(day / 2)
  await sweep()
  app.clock.advance(day)
  await sweep()
  await sweep()
  expect(await notices(vera)).toEqual(['overdue', 'reminder', 'review_asked'])
  expect(await notices(developer)).toEqual(['overdue'])
  expect((await decide(vera, review.id)).json().review.state).toBe('approved')
  expect((await developer.post('/notices/read')).json()).toEqual({ notices: [], unread: 0 })
  expect((await developer.get('/notices?state=all')).json().notices).toHaveLength(2)
  expect((await vera.get('/notices')).json().unread).toBe(3)
})

test('a reviewer’s notes are theirs alone until they say them with the decision', async () => {
  const { app, vera, ask, decide, developer, base } = await world(one)
  const review = await ask()
  const note = (who: TestClient, about: string, text: string) => who.put(`/reviews/${review.id}/note`, { about, text })
  const before = (await app.trail()).length
  await note(vera, unmet, 'Look at the small groups once more.')
  await note(vera, 'review', 'Not sure about the tier.')
  expect((await note(vera, 'review', '')).json().notes).toMatchObject([{ about: unmet }])
  expect((await app.trail()).length).toBe(before)
  expect((await developer.get(`/reviews/${review.id}`)).json().notes).toEqual([])
  expect((await note(vera, 'nonsense', 'x')).status).toBe(400)
  const nothing = await decide(vera, review.id, 'approved', { publish_notes: ['review'] })
  expect([nothing.status, nothing.json().detail]).toEqual([400, 'you have no note about review'])
  expect((await decide(vera, review.id, 'approved', { publish_notes: [unmet] })).status).toBe(200)
  expect((await vera.get(`/reviews/${review.id}`)).json().notes).toEqual([])
  expect((await developer.get(`${base}/comments`)).json().comments).toMatchObject([
    { text: 'Look at the small groups once more.', about: { kind: 'requirement', rule: 'validated' } },
  ])
})

test('several reviews are decided about with one reason, each for itself, and only where little depends on them', async () => {
  const { app, admin, vera, ask, developer, base } = await world(one)
  const staging = await ask()
  const prod = (await developer.post(`${base}/reviews`, { environment: 'prod' })).json()
  const seen = async (id: `rev_${string}`) => ({
    id,
    scope_digest: (await vera.get(`/reviews/${id}`)).json().scope_digest,
  })
  const decide = async (who: TestClient, reviews: object[]) =>
    who.post('/decisions', { outcome: 'approved', reason: 'Nothing but texts has changed.', reviews })
  const both = [await seen(staging.id), await seen(prod.id)]
  expect((await decide(developer, both)).status).toBe(403)
  expect((await decide(vera, [both[0] ?? {}, both[0] ?? {}])).status).toBe(400)
  const weighty = (await decide(vera, both)).json().results
  expect(weighty.map(({ reasons }: { reasons: { rule: string }[] }) => reasons[0]?.rule)).toEqual(['tier', 'tier'])
  expect((await app.trail(`review:${staging.id}`)).at(-1)?.action).toBe('decision.refused')

  await admin.patch('/models/wage-screening', { tier: 'low' })
  const { results } = (
    await decide(vera, [await seen(staging.id), { ...(await seen(prod.id)), scope_digest: both[1]?.scope_digest }])
  ).json()
  const stale = { outcome: 'failed', message: expect.stringContaining('not what you saw') }
  expect(results).toMatchObject([{ outcome: 'recorded' }, stale])
  expect((await app.trail(`review:${staging.id}`)).at(-1)).toMatchObject({
    action: 'decision.recorded',
    detail: { together: true },
  })
})

test('a deadline without days, and an unknown way, are mistakes in a policy at their line', async () => {
  const { admin } = await world(one)
  const text = (rule: string) => `format: modelkeep-policy-1
name: other
title: Other
scope: { tiers: [high], environments: [prod] }
approvals:
  - { id: a, title: A, role: validator, ${rule} }
`
  const publish = async (rule: string) => (await admin.post('/policies', { text: text(rule) })).json()
  expect((await publish('overdue: expire')).detail).toMatch(/line 6.*needs deadline_days/)
  expect((await publish('delegation: maybe')).detail).toMatch(/line 6/)
  const { sentences } = await publish('deadline_days: 5, overdue: expire, delegation: refused')
  expect(sentences[0].sentence).toBe(
    'A validator who neither developed the version nor asked for the review approves exactly this content within 5 days (then the review is closed), and lets nobody decide in their place.',
  )
})
