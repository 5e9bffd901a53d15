import { expect, test, vi } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'

const hour = 3_600_000
const actions = async (app: TestApp, about: string) => (await app.trail(about)).map(({ action }) => action)

async function world() {
  const app = await testApp()
  const admin = await app.as('administrator', { name: 'Ada' })
  const dana = await app.as('developer', { name: 'Dana' })
  const vera = await app.as('validator', { name: 'Vera' })
  for (const name of ['wage', 'churn']) await admin.post('/models', { name })
  const propose = (by: TestClient, duty: string, who: TestClient, model = 'wage') =>
    by.post('/assignments', { model, duty, person: who.person.id, reason: 'yearly' })
  const accept = (who: TestClient, id: string) => who.post(`/assignments/${id}/answer`, { answer: 'accept' })
  async function give(duty: string, who: TestClient, model = 'wage'): Promise<string> {
    const { id } = (await propose(admin, duty, who, model)).json()
    await accept(who, id)
    return id
  }
  async function cell(duty: string, model = 'wage') {
    const { rows } = (await admin.get(`/duties?search=${model}`)).json()
    return rows[0].cells.find((each: { duty: string }) => each.duty === duty)
  }
  const alarms = async () =>
    (await admin.get('/duties/alarms'))
      .json()
      .alarms.map((each: { kind: string; assignment: { id: string } }) => [each.assignment.id, each.kind])
  const later = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString()
  return { app, admin, dana, vera, propose, accept, give, cell, alarms, later }
}

test('a duty counts once its person has accepted it; until then, and when it is declined, it is a gap', async () => {
  const { app, admin, dana, vera, propose, accept, cell } = await world()
  expect((await cell('accountable_owner')).state).toBe('gap')
  expect((await propose(vera, 'accountable_owner', vera)).json()).toMatchObject({
    status: 403,
    permission: 'duty.write',
  })
  const { id } = (await propose(admin, 'accountable_owner', dana)).json()
  expect((await cell('accountable_owner')).state).toBe('proposed')
  expect((await propose(admin, 'accountable_owner', dana)).json()).toMatchObject({ status: 409, rule: 'held' })
  expect((await accept(admin, id)).json()).toMatchObject({ status: 403, rule: 'own-duty' })
  expect((await dana.get('/assignments?person=me&state=proposed')).json().assignments).toHaveLength(1)
  expect((await accept(dana, id)).json()).toMatchObject({ state: 'accepted', duty: 'accountable_owner' })
  expect((await accept(dana, id)).status).toBe(409)
  expect((await cell('accountable_owner')).state).toBe('accepted')

  // The accountable owner assigns the duties on the model, and on no other.
  const asked = (await propose(dana, 'validator', vera)).json()
  expect(asked.state).toBe('proposed')
  expect((await propose(dana, 'validator', vera, 'churn')).status).toBe(403)
  expect((await vera.post(`/assignments/${asked.id}/answer`, { answer: 'decline' })).status).toBe(400)
  await vera.post(`/assignments/${asked.id}/answer`, { answer: 'decline', reason: 'No time before May.' })
  expect(await cell('validator')).toMatchObject({ state: 'gap', assignments: [{ answer: 'No time before May.' }] })
  expect((await dana.post(`/assignments/${id}/end`, { reason: '' })).status).toBe(400)
  expect((await vera.post(`/assignments/${id}/end`, { reason: 'x' })).status).toBe(403)
  expect((await dana.post(`/assignments/${id}/end`, { reason: 'New job.' })).json().state).toBe('ended')
  expect(await actions(app, `assignment:${id}`)).toEqual(['duty.proposed', 'duty.accepted', 'duty.ended'])

  const outsider = await app.as([{ role: 'developer', model: 'churn' }])
  expect((await outsider.get(`/assignments/${id}`)).status).toBe(404)
  expect((await outsider.get('/assignments')).json().assignments).toEqual([])
  expect((await propose(admin, 'operator', outsider)).json()).toMatchObject({ status: 409, rule: 'no-role' })
  const bot = (await admin.post('/people', { login: 'bot', name: 'Bot', kind: 'service', grants: [] })).json()
  expect((await admin.post('/assignments', { model: 'wage', duty: 'operator', person: bot.id })).status).toBe(400)
  expect((await admin.post('/assignments', { model: 'none', duty: 'operator', person: bot.id })).status).toBe(404)
})

test('one person as developer and validator is marked, also through a deputy, whose time ends by itself', async () => {
  const { app, admin, dana, vera, give, cell, later } = await world()
  const duty = await give('developer', dana)
  await give('validator', vera)
  expect((await cell('validator')).state).toBe('accepted')
  const deputy = (more: object) =>
    dana.post(`/assignments/${duty}/deputies`, { person: vera.person.id, ends_at: later(48 * hour), ...more })
  expect((await deputy({ ends_at: later(-hour) })).status).toBe(400)
  expect((await deputy({ ends_at: later(400 * 24 * hour) })).status).toBe(400)
  expect((await deputy({ starts_at: later(-hour) })).status).toBe(400)
  expect((await deputy({ person: dana.person.id })).status).toBe(400)
  const appointed = (await deputy({})).json()
  expect(appointed.deputies).toMatchObject([{ person: vera.person.id }])
  expect((await deputy({})).status).toBe(409)
  expect(await cell('validator')).toMatchObject({
    state: 'conflicted',
    conflicts: [{ person: vera.person.id, duties: ['developer', 'validator'] }],
  })
  const load = (await admin.get('/duties/load')).json().load
  expect(load.find((each: { person: string }) => each.person === vera.person.id)).toMatchObject({
    accepted: 1,
    deputy: 1,
  })
  expect((await admin.get('/duties?state=conflicted')).json()).toMatchObject({ total: 1, rows: [{}] })
  app.clock.advance(48 * hour)
  expect((await cell('validator')).state).toBe('accepted')
  const none = `/assignments/${duty}/deputies/${appointed.deputies[0].id}/end`
  expect((await dana.post(none)).status).toBe(404)
})

test('disabling somebody asks about their duties, raises the alarm at once, and a handover settles it', async () => {
  const { app, admin, dana, vera, give, accept, cell, alarms, propose } = await world()
  const owner = await give('accountable_owner', dana)
  const churn = await give('operator', dana, 'churn')
  const asked = await admin.post(`/people/${dana.person.id}/disable`)
  expect(asked.json()).toMatchObject({ status: 409, rule: 'duties-held', duties: [{ workspace: 'main', duties: 2 }] })
  expect((await admin.post(`/people/${dana.person.id}/disable`, { leave_duties: true })).status).toBe(200)
  await vi.waitFor(async () => expect(await alarms()).toHaveLength(2), { interval: 10 })
  expect(await cell('accountable_owner')).toMatchObject({ state: 'orphaned', alarm: 'left' })
  expect(await actions(app, `assignment:${owner}`)).toContain('duty.alarm_raised')

  const late = await propose(admin, 'approver', dana)
  expect(late.json()).toMatchObject({ status: 409, rule: 'disabled', detail: expect.stringContaining('is disabled') })

  const handover = { from: dana.person.id, to: vera.person.id, reason: 'Dana has left.' }
  expect((await vera.post('/duties/handover', handover)).status).toBe(403)
  expect((await admin.post('/duties/handover', { ...handover, to: dana.person.id })).status).toBe(400)
  const { proposed, skipped } = (await admin.post('/duties/handover', handover)).json()
  expect(proposed.map((each: { replaces: string }) => each.replaces).sort()).toEqual([owner, churn].sort())
  expect(skipped).toEqual([])
  expect((await admin.post('/duties/handover', handover)).json().skipped).toHaveLength(2)
  for (const { id } of proposed) expect((await accept(vera, id)).json().state).toBe('accepted')
  expect((await admin.get(`/assignments/${owner}`)).json()).toMatchObject({ state: 'ended', end_reason: 'handed over' })
  await vi.waitFor(async () => expect(await alarms()).toEqual([]), { interval: 10 })
  await vi.waitFor(async () => expect(await actions(app, `assignment:${owner}`)).toContain('duty.alarm_cleared'), {
    interval: 10,
  })
  expect((await cell('accountable_owner')).state).toBe('accepted')
})

test('what nobody accepts within a day, what is declined, and what a holder may no longer see raises an alarm', async () => {
  const { app, admin, dana, vera, propose, alarms } = await world()
  const waiting = (await propose(admin, 'operator', dana)).json().id
  const declined = (await propose(admin, 'approver', vera)).json().id
  await vera.post(`/assignments/${declined}/answer`, { answer: 'decline', reason: 'no' })
  await vi.waitFor(async () => expect(await alarms()).toEqual([[declined, 'declined']]), { interval: 10 })
  app.clock.advance(25 * hour)
  await app.workspaces.sweep()
  await vi.waitFor(async () => expect(await alarms()).toContainEqual([waiting, 'unaccepted']), { interval: 10 })
  await dana.post(`/assignments/${waiting}/answer`, { answer: 'accept' })
  await vi.waitFor(async () => expect(await alarms()).toHaveLength(1), { interval: 10 })
  await admin.delete(`/people/${dana.person.id}/grants?role=developer`)
  await vi.waitFor(async () => expect(await alarms()).toContainEqual([waiting, 'no_role']), { interval: 10 })
})

test('duties are held on AI systems, too, with their own grid, alarm and handover', async () => {
  const { app, admin, dana, vera, accept, alarms } = await world()
  await admin.post('/systems', { name: 'Hiring', purpose: 'Rank applications.' })
  await admin.put('/systems/Hiring/models/wage')
  const propose = (by: TestClient, duty: string, who: TestClient) =>
    by.post('/assignments', { system: 'Hiring', duty, person: who.person.id })
  const cell = async (duty: string) => {
    const { rows } = (await admin.get('/duties?type=system&name=Hiring')).json()
    return rows[0].cells.find((each: { duty: string }) => each.duty === duty)
  }
  expect((await cell('accountable_owner')).state).toBe('gap')
  expect((await propose(vera, 'operator', vera)).json()).toMatchObject({ status: 403, permission: 'duty.write' })
  const owner = (await propose(admin, 'accountable_owner', dana)).json()
  expect(owner.subject).toMatchObject({ type: 'system', name: 'Hiring' })
  await accept(dana, owner.id)
  expect((await cell('accountable_owner')).state).toBe('accepted')
  // Its accountable owner assigns duties on the system, and on none of its models.
  const asked = (await propose(dana, 'validator', vera)).json()
  const onModel = { model: 'wage', duty: 'operator', person: vera.person.id }
  expect((await dana.post('/assignments', onModel)).status).toBe(403)
  await accept(vera, asked.id)
  await accept(dana, (await propose(admin, 'validator', dana)).json().id)
  expect((await cell('validator')).state).toBe('conflicted')

  // A role on the model that serves it shows the system; one on another model does not.
  const onWage = await app.as([{ role: 'developer', model: 'wage' }])
  const onChurn = await app.as([{ role: 'developer', model: 'churn' }])
  expect((await onWage.get(`/assignments/${owner.id}`)).status).toBe(200)
  expect((await onChurn.get(`/assignments/${owner.id}`)).status).toBe(404)
  expect((await onChurn.get('/duties?type=system')).json().rows).toEqual([])
  expect((await propose(admin, 'operator', onChurn)).json()).toMatchObject({ status: 409, rule: 'no-role' })
  expect((await admin.get('/assignments?system=Hiring')).json().assignments).toHaveLength(3)
  const load = (await admin.get('/duties/load')).json().load
  expect(load[0]).toMatchObject({ person: dana.person.id, accepted: 2, models: 0, systems: 1 })

  await admin.post(`/people/${dana.person.id}/disable`, { leave_duties: true })
  await vi.waitFor(async () => expect((await alarms()).length).toBe(2), { interval: 10 })
  expect(await cell('accountable_owner')).toMatchObject({ state: 'orphaned', alarm: 'left' })
  const { proposed, skipped } = (
    await admin.post('/duties/handover', {
      from: dana.person.id,
      to: vera.person.id,
      reason: 'left',
      systems: ['Hiring'],
    })
  ).json()
  expect([proposed.length, skipped.length]).toEqual([1, 1])
  await accept(vera, proposed[0].id)
  expect((await cell('accountable_owner')).assignments).toMatchObject([{ person: vera.person.id, state: 'accepted' }])
  expect((await app.trail(`system:${owner.subject.id}`)).map(({ action }) => action)).toContain('duty.alarm_raised')
})

test('the duties of one model are asked for by its exact name, however many have names like it', async () => {
  const { admin, dana, give } = await world()
  for (let i = 0; i < 3; i++) await admin.post('/models', { name: `a wage ${i}` })
  await give('operator', dana)
  expect((await admin.get('/duties?search=wage&limit=1')).json().rows[0].subject.name).toBe('a wage 0')
  const { rows, total } = (await admin.get('/duties?name=wage&limit=1')).json()
  expect([total, rows[0].subject.name]).toEqual([1, 'wage'])
})
