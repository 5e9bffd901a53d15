import { expect, test } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { givenEvidence, givenReview, governedName } from '../../testing/governed.ts'
import { performanceResult } from '../../testing/snapshots.ts'

const policy = 'high-risk-people-decisions'
const purpose = { purpose: 'Decides whom to invite for an interview.' }

/** The starter of the models of these tests, with change rules. */
async function publish(admin: TestClient, rules: string) {
  const { text } = (await admin.get(`/policies/${policy}/versions/1`)).json()
  const { version } = (await admin.post('/policies', { text: `${text}\nchanges:\n${rules}` })).json()
  expect((await admin.post(`/policies/${policy}/versions/${version}/publish`)).status).toBe(200)
}

async function approved(app: TestApp, rules: string) {
  await publish(await app.as('administrator'), rules)
  const given = await givenReview(app)
  expect((await given.decide(given.validator)).status).toBe(200)
  const standing = async () => (await given.developer.get(`${given.base}/standing?environment=prod`)).json()
  const decision = async () =>
    (await given.developer.get(`/decisions?model=${governedName}&version=1`)).json().decisions[0]
  expect(await standing()).toMatchObject({ outcome: 'allowed' })
  return { ...given, standing, decision }
}

test('an approval outlives what every policy ignores, and names what a policy wants people told about', async () => {
  const app = await testApp()
  const { developer, version, standing, decision } = await approved(
    app,
    '  - {id: words, title: Words, changes: [purpose], effect: ignore}\n  - {id: figures, title: Figures, changes: [evidence], kinds: [performance], effect: notify}\n',
  )
  await developer.patch(`/models/${governedName}`, purpose)
  expect(await standing()).toMatchObject({ outcome: 'allowed' })
  expect(await decision()).toMatchObject({
    covers: true,
    differences: [],
    tolerated: [{ text: 'the purpose was rewritten', effect: 'ignore' }],
  })

  app.clock.advance(3_600_000)
  await givenEvidence(app, version.id, 'performance', performanceResult(0.81))
  const later = await standing()
  expect(later.outcome).toBe('allowed')
  const approval = later.requirements.find(({ type }: { type: string }) => type === 'approval')
  expect(approval).toMatchObject({ state: 'attention' })
  expect(approval.explanation).toContain('evidence performance changed')
  expect((await decision()).tolerated).toHaveLength(2)
  // A check that new evidence does not meet denies all the same.
  app.clock.advance(3_600_000)
  await givenEvidence(app, version.id, 'performance', performanceResult(0.4))
  expect((await standing()).outcome).toBe('denied')
  expect((await decision()).covers).toBe(true)
})

test('one change that no rule lets stand ends an approval, together with those that would have been let', async () => {
  const app = await testApp()
  const { developer, standing, decision } = await approved(
    app,
    '  - {id: words, title: Words, changes: [purpose], effect: ignore}\n',
  )
  await developer.patch(`/models/${governedName}`, purpose)
  const admin = await app.as('administrator')
  await publish(admin, '  - {id: words, title: Words, changes: [purpose], effect: notify}\n')
  expect(await standing()).toMatchObject({ outcome: 'denied' })
  const { covers, differences, tolerated } = await decision()
  expect({ covers, tolerated }).toEqual({ covers: false, tolerated: undefined })
  expect(differences).toHaveLength(2)
})

const untilSeen = (app: TestApp, action: string) =>
  expect.poll(async () => (await app.trail()).filter((event) => event.action === action).length).toBe(1)

test('what a policy reopens opens a review by itself, once, which is told and recorded', async () => {
  const app = await testApp()
  const { developer, validator, review, standing, decision } = await approved(
    app,
    '  - {id: words, title: Words, changes: [purpose], effect: reopen}\n',
  )
  await developer.patch(`/models/${governedName}`, purpose)
  expect(await standing()).toMatchObject({ outcome: 'denied' })
  await untilSeen(app, 'review.reopened')
  const { open_review } = await standing()
  expect(open_review).not.toBe(review.id)
  const again = (await validator.get(`/reviews/${open_review}`)).json()
  expect(again.review).toMatchObject({ state: 'open', requested_by: developer.person.id })
  expect(again.review.note).toContain('the purpose was rewritten')
  expect(await decision()).toMatchObject({ covers: false, effect: 'reopen' })
  const lapsed = (await app.trail()).find(({ action }) => action === 'approval.lapsed')
  expect(lapsed).toMatchObject({
    actor: { id: 'server' },
    subject: `decision:${(await decision()).id}`,
    detail: { environment: 'prod', effect: 'reopen', differences: ['the purpose was rewritten'] },
  })
  const told = (await validator.get('/notices')).json().notices.map(({ kind }: { kind: string }) => kind)
  expect(told.toSorted()).toEqual(['lapsed', 'review_asked', 'review_asked'])

  // The words of before: what was approved is there again, and nothing is opened a second time.
  await developer.patch(`/models/${governedName}`, { purpose: 'Suggests whom to invite for an interview.' })
  await untilSeen(app, 'approval.restored')
  expect(await standing()).toMatchObject({ outcome: 'allowed' })
  await developer.patch(`/models/${governedName}`, purpose)
  await expect.poll(async () => (await app.trail()).filter(({ action }) => action === 'approval.lapsed').length).toBe(2)
  expect((await app.trail()).filter(({ action }) => action === 'review.reopened')).toHaveLength(1)
})

test('whoever approved is told of what a policy lets stand and wants told; the trail has it, also of what is ignored', async () => {
  const app = await testApp()
  const { developer, validator } = await approved(
    app,
    '  - {id: words, title: Words, changes: [purpose], effect: notify}\n  - {id: tier, title: Tier, changes: [policies], effect: ignore}\n',
  )
  await developer.patch(`/models/${governedName}`, purpose)
  await untilSeen(app, 'approval.changed')
  const { notices } = (await validator.get('/notices')).json()
  expect(notices.find(({ kind }: { kind: string }) => kind === 'changed')).toMatchObject({
    text: expect.stringContaining('it stands: the purpose was rewritten'),
    caused_by: 'server',
  })
})
