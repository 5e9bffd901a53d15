import { expect, test, vi } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenReview, governedName } from '../../testing/governed.ts'
import { nextWarning } from './conditions-set.ts'
import { verifyDecision } from './verify.ts'

const day = 86_400_000
const text = 'Measure the selection rates again on the applicants of the spring.'

async function world() {
  const app = await testApp()
  const given = await givenReview(app)
  const { review, sheet, developer } = given
  const later = (days: number) => new Date(app.clock.now().getTime() + days * day).toISOString()
  const approve = (who: TestClient, conditions: object[], outcome = 'approved') =>
    who.post(`/reviews/${review.id}/decisions`, {
      outcome,
      reason: 'Good, if it stays so.',
      scope_digest: sheet.scope_digest,
      conditions,
    })
  const ask = async () =>
    (await developer.post('/gate/checks', { model: governedName, version: 1, environment: 'prod' })).json()
  const standing = async (who: TestClient) => (await who.get(`${given.base}/standing?environment=prod`)).json()
  const tick = async (days: number) => {
    app.clock.advance(days * day)
    await app.workspaces.get('main')?.reviews.watch.tick()
  }
  const state = async () => (await developer.get(given.base)).json().state
  const kinds = async (who: TestClient) =>
    (await who.get('/notices?state=all')).json().notices.map(({ kind }: { kind: string }) => kind)
  return { app, ...given, later, approve, ask, standing, tick, state, kinds }
}

const actions = async (app: TestApp, about: string) => (await app.trail(about)).map(({ action }) => action)

test('an approval is given on conditions, which are signed, and holds while they are met in time', async () => {
  const { app, developer, validator, base, later, approve, ask, standing, state, kinds } = await world()
  const auditor = await app.as('auditor')
  const condition = { text, owner: developer.person.id, due_at: later(9) }
  for (const wrong of [
    { ...condition, text: 'short' },
    { ...condition, due_at: later(-1) },
    { ...condition, due_at: later(800) },
    { ...condition, owner: `per_${'0'.repeat(24)}` },
  ]) {
    expect((await approve(validator, [wrong])).status).toBe(400)
  }
  expect((await approve(validator, [condition], 'rejected')).json().detail).toBe('only an approval has conditions')

  const other = { text: 'Write down who may ask for an explanation.', owner: auditor.person.id, due_at: later(30) }
  const decided = (await approve(validator, [other, condition])).json()
  expect(decided).toMatchObject({ review: { state: 'approved' }, decision: { outcome: 'approved', covers: true } })
  expect(await state()).toBe('approved_with_conditions')
  const file = (await validator.get(`/decisions/${decided.decision.id}`)).text
  expect(verifyDecision(file, [app.keys.signing.publicKey]).outcome).toBe('verified')
  expect(JSON.parse(file).document.conditions).toMatchObject([other, condition])
  const swapped = file.replace(other.due_at, later(300))
  expect(verifyDecision(swapped, [app.keys.signing.publicKey]).outcome).toBe('broken')

  expect((await standing(developer)).sentence).toMatch(
    /^Approved for prod, with two conditions; next due in 9 days \(you\)\. A verdict asked for now holds until/,
  )
  expect((await standing(validator)).sentence).toContain('next due in 9 days.')
  expect((await standing(validator)).conditions.map(({ due_at }: { due_at: string }) => due_at)).toEqual([
    condition.due_at,
    other.due_at,
  ])
  const verdict = await ask()
  expect(verdict.outcome).toBe('allowed')
  expect(verdict.requirements.find(({ type }: { type: string }) => type === 'approval')).toMatchObject({
    state: 'attention',
    explanation: expect.stringContaining(text),
  })
  expect(await kinds(developer)).toEqual(expect.arrayContaining(['condition', 'decided']))
  const [mine] = (await developer.get('/conditions?owner=me')).json().conditions
  expect(mine).toMatchObject({ text, state: 'open', due_at: condition.due_at })
  expect((await developer.get(`/conditions?model=${governedName}&version=1`)).json().conditions).toHaveLength(2)
  expect((await (await app.as([{ role: 'validator', model: 'x' }])).get('/conditions')).json().conditions).toEqual([])
  expect((await developer.get(base)).json().state).toBe('approved_with_conditions')
})

test('a condition is met when somebody else confirms it with proof', async () => {
  const { app, developer, validator, sheet, later, approve, state, kinds } = await world()
  const vera = await app.as('validator')
  const { decision } = (await approve(validator, [{ text, owner: vera.person.id, due_at: later(20) }])).json()
  const [{ id }] = decision.conditions
  const confirm = (who: TestClient, body: object = { proof: 'Seen on the new rows.' }) =>
    who.post(`/conditions/${id}/confirm`, body)
  const report = (who: TestClient) => who.post(`/conditions/${id}/report`, { report: 'Measured; see the evaluation.' })
  expect((await report(developer)).status).toBe(403)
  expect((await report(vera)).json()).toMatchObject({ state: 'open', report: 'Measured; see the evaluation.' })
  expect(await kinds(validator)).toContain('condition')
  expect((await confirm(vera)).json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'owner' }] })
  expect((await confirm(developer)).status).toBe(403)
  const maker = await app.as([{ role: 'auditor', model: null }])
  expect((await confirm(maker)).status).toBe(403)
  expect((await confirm(validator, { proof: 'short' })).status).toBe(400)
  expect((await confirm(validator, { proof: 'Seen on the rows.', evidence: [`evi_${'0'.repeat(24)}`] })).status).toBe(
    400,
  )
  const evidence = [sheet.snapshot.evidence[0].id]
  expect((await confirm(validator, { proof: 'Seen on the new rows.', evidence })).json()).toMatchObject({
    outcome: 'met',
    condition: { state: 'met', confirmed_by: validator.person.id, evidence },
  })
  expect((await confirm(validator)).status).toBe(409)
  expect(await state()).toBe('approved')
  expect(await actions(app, `condition:${id}`)).toEqual([
    'condition.set',
    'condition.reported',
    'condition.confirm_refused',
    'condition.met',
    'version.state_changed',
  ])
  expect((await validator.post('/conditions/cnd_none/confirm', { proof: 'Seen on the new rows.' })).status).toBe(404)
})

test('people are warned 14, 7 and 1 days before; on the day the approval lapses by itself and names the condition', async () => {
  const { app, developer, validator, base, later, approve, ask, standing, tick, state, kinds } = await world()
  const due_at = later(20)
  const { decision } = (await approve(validator, [{ text, owner: developer.person.id, due_at }])).json()
  const [{ id }] = decision.conditions
  const warned = async () => (await kinds(developer)).filter((kind: string) => kind === 'condition_due').length
  for (const [days, count] of [
    [5, 0],
    [1.5, 1],
    [0.5, 1],
    [6, 2],
    [6.5, 3],
  ] as const) {
    await tick(days)
    expect(await warned()).toBe(count)
  }
  // Half a day is left: no verdict outlives the approval.
  expect(await ask()).toMatchObject({ outcome: 'allowed', expires_at: due_at })
  app.clock.advance(day)
  const denied = await ask()
  expect(denied.outcome).toBe('denied')
  expect(denied.requirements.find(({ type }: { type: string }) => type === 'approval')).toMatchObject({
    state: 'blocked',
    explanation: `The approval lapsed on 22 March 2026, because a condition was not met: ${text}`,
  })
  expect((await standing(developer)).sentence).toMatch(
    /^Not allowed in prod: the approval of 2 March 2026 lapsed on 22 March 2026, because a condition was not met: Measure/,
  )
  expect(await state()).toBe('approved_with_conditions')
  await tick(0)
  await tick(0)
  expect(await state()).toBe('draft')
  expect((await kinds(developer))[0]).toBe('lapsed')
  expect((await validator.get('/conditions?state=all')).json().conditions).toMatchObject([{ id, state: 'lapsed' }])
  const late = await validator.post(`/conditions/${id}/confirm`, { proof: 'Seen on the new rows.' })
  expect([late.status, late.json().detail]).toEqual([409, expect.stringContaining('a new decision is needed')])
  expect((await actions(app, `condition:${id}`)).filter((action) => action === 'condition.lapsed')).toHaveLength(1)

  const again = (await developer.post(`${base}/reviews`, { environment: 'prod' })).json()
  const { scope_digest } = (await validator.get(`/reviews/${again.id}`)).json()
  const decided = { outcome: 'approved', reason: 'It was measured at last.', scope_digest }
  expect((await validator.post(`/reviews/${again.id}/decisions`, decided)).status).toBe(200)
  expect((await ask()).outcome).toBe('allowed')
  expect(await state()).toBe('approved')
})

test('conditions are set, listed, reported and confirmed from the command line', async () => {
  const { app, developer, validator, review } = await world()
  const command = await commandsOf(app, validator.token)
  const login = developer.person.login
  const approve = ['review', 'approve', review.id, '--reason', 'Good, if it stays so.', '--condition']
  expect((await command(...approve, 'no owner; 2026-04-01')).status).toBe(2)
  const said = (await command(...approve, `${text}; ${login}; 2026-04-01`)).stdout
  const [id = ''] = /cnd_\w+/.exec(said) ?? []
  expect(said).toContain('due 2026-04-01T23:59:59.999Z')
  vi.stubEnv('MODELKEEP_TOKEN', developer.token)
  expect((await command('review', 'conditions', 'list', '--mine')).stdout).toContain(id)
  const proof = ['--proof', 'Measured on the rows of the spring.']
  expect((await command('review', 'conditions', 'report', id, ...proof)).status).toBe(0)
  vi.stubEnv('MODELKEEP_TOKEN', validator.token)
  expect((await command('review', 'conditions', 'list')).stdout).toContain('Reported: Measured')
  expect((await command('review', 'conditions', 'confirm', id, ...proof)).stdout).toContain('Met: condition')
  expect((await command('review', 'conditions', 'list')).stdout).toBe('No approval waits for a condition.\n')
})

test('a warning comes at the next of its days', () => {
  const due = '2026-03-31T12:00:00.000Z'
  expect(nextWarning(due, '2026-03-01T00:00:00.000Z')).toBe('2026-03-17T12:00:00.000Z')
  expect(nextWarning(due, '2026-03-17T12:00:00.000Z')).toBe('2026-03-24T12:00:00.000Z')
  expect(nextWarning(due, '2026-03-29T00:00:00.000Z')).toBe('2026-03-30T12:00:00.000Z')
  expect(nextWarning(due, '2026-03-31T00:00:00.000Z')).toBeNull()
})
