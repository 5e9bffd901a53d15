import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenReview, governedName } from '../../testing/governed.ts'
import { AuditorRequest, RequestSheet } from './schema.ts'

const day = 86_400_000

async function audited() {
  const app = await testApp()
  const review = await givenReview(app)
  const admin = await app.as('administrator')
  const other = (await admin.post('/models', { name: 'other' })).json()
  const later = (days: number) => new Date(app.clock.now().getTime() + days * day).toISOString()
  const seatFor = async (person: { person: { id: string } }, models: string[] | null, days = 10) =>
    (
      await admin.post('/seats', { person: person.person.id, models, reason: 'Audit 2026', ends_at: later(days) })
    ).json()
  const ina = await app.as([])
  const seat = await seatFor(ina, [governedName])
  const model = `model:${(await admin.get(`/models/${governedName}`)).json().id}`
  const input = { title: 'Access reviews', text: 'Please show the last **three**.', objects: [model] }
  const ask = (more: object = {}, who = ina) => who.post('/auditor/requests', { ...input, due_at: later(5), ...more })
  const asked = async (more: object = {}) => AuditorRequest.parse((await ask(more)).json())
  const at = (id: string, step = '') => `/auditor/requests/${id}${step}`
  const listed = async (who: typeof ina, query = '') =>
    (await who.get(`/auditor/requests${query}`)).json().requests as AuditorRequest[]
  const told = async (who: typeof ina) =>
    ((await who.get('/notices')).json().notices as { kind: string; text: string }[]).map(({ kind }) => kind)
  return { ...review, app, admin, ina, seat, seatFor, model, other, later, ask, asked, at, listed, told }
}

test('an auditor asks, is answered, sends back, is answered again and closes; every round stays, and the trail has each step', async () => {
  const { app, admin, ina, seat, review, model, asked, at, later, listed, told } = await audited()
  const objects = [model, `review:${review.id}`, model]
  const request = await asked({ objects })
  expect(request).toMatchObject({ state: 'asked', round: 1, seat: seat.id, asked_by: ina.person.id, overdue: false })
  expect(request.objects).toMatchObject([
    { thing: model, label: governedName, link: `/models/${governedName}` },
    { label: `review for prod, ${governedName} 1`, link: `/reviews/${review.id}` },
  ])
  expect(await told(admin)).toEqual(['request_asked'])
  expect(await listed(admin)).toEqual([request])

  const workOf = async (who: typeof ina) => (await who.get('/work')).json()
  const waiting = { kind: 'audit_request', link: `/auditor?tab=requests&request=${request.id}`, due_at: request.due_at }
  expect((await workOf(admin)).mine).toContainEqual(expect.objectContaining({ ...waiting, consequence: 'waits' }))
  expect((await workOf(ina)).others).toMatchObject([waiting])

  const size = (await ina.get('/auditor/room')).json().trail.size as number
  const event = (await ina.get('/auditor/events')).json().events[0].index as number
  expect(event).toBeLessThan(size)
  const answer = { text: 'Here they are.', objects: [`review:${review.id}`, `event:${event}`] }
  const answered = RequestSheet.parse((await admin.post(at(request.id, '/answers'), answer)).json())
  expect(answered.steps).toEqual(['answer', 'assign'])
  expect(answered.entries[1]?.objects[1]).toMatchObject({ kind: 'event', link: `/trail?event=${event}` })
  expect(await told(ina)).toEqual(['request_answered'])
  expect((await workOf(ina)).mine).toMatchObject([{ kind: 'audit_request', minutes: 10, due_at: null }])
  expect((await workOf(admin)).mine.filter(({ kind }: { kind: string }) => kind === 'audit_request')).toEqual([])
  // Until the auditor has looked, an answer can be added to.
  expect((await admin.post(at(request.id, '/answers'), { text: 'And one more.' })).status).toBe(200)

  const due_at = later(7)
  const back = await ina.post(at(request.id, '/return'), { text: 'The third is missing.', due_at })
  expect(back.json()).toMatchObject({ request: { state: 'returned', round: 2, due_at }, steps: ['withdraw'] })
  expect(await told(admin)).toContain('request_returned')
  expect((await admin.post(at(request.id, '/answers'), { text: 'Now all three.' })).status).toBe(200)
  expect((await ina.post(at(request.id, '/close'), {})).json()).toMatchObject({
    request: { state: 'closed' },
    steps: [],
  })

  const sheet = RequestSheet.parse((await ina.get(at(request.id))).json())
  expect(sheet.entries.map(({ kind, round }) => [kind, round])).toEqual([
    ['asked', 1],
    ['answered', 1],
    ['answered', 1],
    ['returned', 2],
    ['answered', 2],
    ['closed', 2],
  ])
  expect(sheet.entries.map(({ text }) => text)).toContain('The third is missing.')
  expect(await listed(ina)).toEqual([])
  expect(await listed(ina, '?state=all')).toHaveLength(1)

  const trail = await app.trail(`auditor_request:${request.id}`)
  expect(trail.map(({ action }) => action).toSorted()).toEqual(
    ['asked', 'answered', 'answered', 'returned', 'answered', 'closed']
      .map((step) => `auditor_request.${step}`)
      .toSorted(),
  )
  // Its words are for those whom it concerns; the trail keeps their digest.
  expect(JSON.stringify(trail)).not.toContain('Access reviews')
  expect(trail.every(({ detail, about }) => /^sha256:/.test(String(detail.digest)) && !about.includes(model))).toBe(
    true,
  )
  await app.workspaces.get('main')?.auditors.tick()
  const reads = (await app.trail(`seat:${seat.id}`)).flatMap(({ detail }) => detail.reads ?? []) as { path: string }[]
  expect(reads.map(({ path }) => path)).toContain(`/api/v1/auditor/requests/${request.id}`)
})

test('nobody but the auditor, the hosts and whoever is asked sees a request, and each takes only their own steps', async () => {
  const { app, admin, ina, developer, validator, other, seatFor, ask, asked, at, listed, told, model } = await audited()
  const eva = await app.as([])
  await seatFor(eva, null)
  const request = await asked({ assignee: developer.person.id })
  expect(await told(developer)).toContain('request_asked')
  expect(await told(admin)).not.toContain('request_asked')

  for (const stranger of [validator, eva, await app.as('auditor')]) {
    expect(await listed(stranger, '?state=all')).toEqual([])
    expect((await stranger.get(at(request.id))).status).toBe(404)
  }
  expect((await validator.post(at(request.id, '/answers'), { text: 'I know.' })).status).toBe(404)
  expect((await eva.post(at(request.id, '/withdraw'), { reason: 'Not mine' })).status).toBe(404)
  expect(await listed(developer)).toHaveLength(1)
  // A scope that the whole workspace is in does not show what another seat asks, either.
  const seen = JSON.stringify((await eva.get(`/auditor/events?model=${governedName}`)).json())
  expect(seen).not.toContain(request.id)

  const refusal = (reply: { json(): { status: number; rule?: string } }) => {
    const { status, rule } = reply.json()
    return [status, rule]
  }
  expect(refusal(await admin.post(at(request.id, '/close'), {}))).toEqual([403, 'request-step'])
  expect(refusal(await developer.put(at(request.id, '/assignee'), { assignee: null }))).toEqual([403, 'request-step'])
  expect((await ina.post(at(request.id, '/answers'), { text: 'Myself' })).status).toBe(403)
  expect((await developer.post(at(request.id, '/close'), {})).status).toBe(403)
  expect(refusal(await ina.post(at(request.id, '/close'), {}))).toEqual([409, 'request-state'])
  expect(refusal(await ina.post(at(request.id, '/return'), { text: 'What?' }))).toEqual([409, 'request-state'])
  const elsewhere = { text: 'See this.', objects: [`model:${other.id}`] }
  expect(refusal(await developer.post(at(request.id, '/answers'), elsewhere))).toEqual([400, 'scope'])

  const assign = (assignee: string | null) => admin.put(at(request.id, '/assignee'), { assignee })
  expect((await assign(developer.person.id)).status).toBe(409)
  expect((await assign(eva.person.id)).json()).toMatchObject({ status: 409, permission: 'audit.answer' })
  expect((await assign(`per_${'0'.repeat(24)}`)).status).toBe(404)
  expect((await assign(validator.person.id)).json().request.assignee).toBe(validator.person.id)
  expect((await developer.get(at(request.id))).status).toBe(404)
  expect(await told(validator)).toContain('request_asked')
  const declined = await validator.post(at(request.id, '/decline'), { reason: 'Outside of what was agreed.' })
  expect(declined.json()).toMatchObject({ request: { state: 'declined' }, steps: [] })
  expect(await told(ina)).toContain('request_ended')
  expect(refusal(await admin.post(at(request.id, '/answers'), { text: 'Still' }))).toEqual([409, 'request-state'])

  const second = await asked()
  const withdrawn = await ina.post(at(second.id, '/withdraw'), { reason: 'Found it.' })
  expect(withdrawn.json().request.state).toBe('withdrawn')
  expect(refusal(await ina.post(at(second.id, '/withdraw'), { reason: 'Again' }))).toEqual([409, 'request-state'])

  // Asking takes a seat, its scope, and a day that it lasts to see.
  expect(refusal(await ask({}, await app.as('auditor')))).toEqual([403, 'no-seat'])
  expect(refusal(await ask({}, admin))).toEqual([403, 'no-seat'])
  expect(refusal(await ask({ seat: `seat_${'0'.repeat(24)}` }))).toEqual([403, 'no-seat'])
  expect((await ask({}, developer)).status).toBe(403)
  expect(refusal(await ask({ objects: [`model:${other.id}`] }))).toEqual([400, 'scope'])
  expect(refusal(await ask({ objects: [model, 'event:999999'] }))).toEqual([400, 'scope'])
  expect(refusal(await ask({ objects: [`decision:dec_${'0'.repeat(24)}`] }))).toEqual([400, 'scope'])
  expect((await ask({ objects: ['people:all'] })).status).toBe(400)
  expect((await ask({ due_at: new Date(0).toISOString() })).status).toBe(400)
  expect((await ask({ due_at: '2099-01-01T00:00:00.000Z' })).status).toBe(400)
  expect((await ask({ title: ' ' })).status).toBe(400)
  expect((await ask({ assignee: eva.person.id })).json()).toMatchObject({ status: 409, permission: 'audit.answer' })
  expect((await ask({ objects: [`model:${other.id}`] }, eva)).status).toBe(200)
})

test('whoever is asked is reminded, and what is open ends with its seat', async () => {
  const { app, admin, ina, seat, developer, asked, ask, at, listed, told } = await audited()
  const watch = () => app.workspaces.get('main')?.auditorRequests.watch.tick()
  const request = await asked({ assignee: developer.person.id })
  const hosted = await asked({ title: 'Second', objects: [] })
  await watch()
  expect(await told(developer)).not.toContain('reminder')
  app.clock.advance(3 * day)
  await watch()
  await watch()
  expect((await told(developer)).filter((kind) => kind === 'reminder')).toHaveLength(1)
  expect(await told(admin)).toContain('reminder')
  app.clock.advance(2 * day + 1)
  await watch()
  expect((await told(developer)).filter((kind) => kind === 'overdue')).toHaveLength(1)
  expect((await listed(admin)).map(({ overdue }) => overdue)).toEqual([true, true])
  expect((await developer.get('/work')).json().mine).toContainEqual(
    expect.objectContaining({ kind: 'audit_request', consequence: 'overdue' }),
  )

  expect((await admin.post(`/seats/${seat.id}/close`, { reason: 'The report is in.' })).status).toBe(200)
  expect((await ina.get(at(request.id))).status).toBe(403)
  expect((await ask()).status).toBe(403)
  expect((await ina.post(at(request.id, '/withdraw'), { reason: 'Late' })).status).toBe(403)
  const answer = await admin.post(at(hosted.id, '/answers'), { text: 'Too late.' })
  expect(answer.json()).toMatchObject({ status: 409, rule: 'seat-ended' })
  expect(await listed(admin)).toEqual([])
  const kept = await listed(admin, `?state=all&seat=${seat.id}`)
  expect(kept.map(({ state, overdue }) => [state, overdue])).toEqual([
    ['ended', false],
    ['ended', false],
  ])
  expect((await admin.get(at(request.id))).json()).toMatchObject({ request: { state: 'ended' }, steps: [] })
  app.clock.advance(day)
  await watch()
  expect((await told(developer)).filter((kind) => kind === 'overdue')).toHaveLength(1)
})
