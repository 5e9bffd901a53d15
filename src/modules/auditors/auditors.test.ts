import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

const day = 86_400_000

test('an auditor’s seat reads its scope until its end, changes nothing, and every read stands in the trail', async () => {
  const app = await testApp()
  const later = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString()
  const admin = await app.as('administrator')
  for (const name of ['wage', 'other']) await admin.post('/models', { name })
  const ina = await app.as([])
  expect((await ina.get('/models/wage')).status).toBe(403)
  const input = { person: ina.person.id, models: ['wage'], reason: 'Audit 2026', ends_at: later(2 * day) }

  const opened = await admin.post('/seats', input)
  expect(opened.status).toBe(200)
  const seat = opened.json()
  expect((await ina.get('/models/wage')).status).toBe(200)
  expect([403, 404]).toContain((await ina.get('/models/other')).status)
  expect((await ina.patch('/models/wage', { purpose: 'mine' })).status).toBe(403)
  expect((await ina.get('/audit/events')).status).toBe(403)

  const room = (await ina.get('/auditor/room')).json()
  expect(room).toMatchObject({ models: ['wage'], seats: [{ id: seat.id, ends_at: input.ends_at }] })
  expect(room.host).toEqual([{ id: admin.person.id, name: admin.person.name }])
  expect(room.population.map((row: { model: string }) => row.model)).toEqual(['wage'])
  const trail = (await ina.get('/auditor/events')).json()
  expect(trail.events.map((event: { action: string }) => event.action)).toEqual(['model.created'])
  const index = trail.events[0].index
  expect((await ina.get(`/auditor/proofs/inclusion?index=${index}`)).json().checkpoint).toContain('modelkeep/')
  expect((await ina.get(`/auditor/proofs/inclusion?index=${index + 1}`)).json()).toMatchObject({ rule: 'scope' })
  expect((await ina.get('/auditor/events?model=other')).status).toBe(404)

  const reads = (await admin.get(`/seats/${seat.id}/reads`)).json().reads
  expect(reads).toHaveLength(9)
  expect(reads.at(-1)).toMatchObject({ method: 'GET', path: '/api/v1/models/wage', status: 200, in_trail: false })
  expect((await ina.get(`/seats/${seat.id}/reads`)).status).toBe(403)
  await app.workspaces.get('main')?.auditors.tick()
  const [event, ...more] = (await app.trail(`seat:${seat.id}`)).filter(({ action }) => action === 'seat.read')
  expect(more).toEqual([])
  // The last of them is the refused look at the reads themselves.
  expect(event?.detail.count).toBe(10)
  expect(event?.about).toContain(`person:${ina.person.id}`)
  expect((await admin.get(`/seats/${seat.id}/reads`)).json().reads[0].in_trail).toBe(true)
  // Whose model was looked at finds it there.
  const about = await app.trail((await admin.get('/models/wage')).json().id.replace(/^/, 'model:'))
  expect(about.map(({ action }) => action)).toContain('seat.read')

  app.clock.advance(2 * day)
  const ended = await ina.get('/models/wage')
  expect(ended.json()).toMatchObject({ status: 403, rule: 'seat-ended', ended_at: input.ends_at })
  expect((await admin.post(`/seats/${seat.id}/close`, { reason: 'done' })).status).toBe(409)
})

test('a seat is refused where it would not be one', async () => {
  const app = await testApp()
  const later = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString()
  const admin = await app.as('administrator')
  const developer = await app.as('developer')
  const ina = await app.as([])
  const input = { person: ina.person.id, reason: 'Audit', ends_at: later(day) }
  const asked = async (more: object) => (await admin.post('/seats', { ...input, ...more })).json()
  expect(await asked({ person: developer.person.id })).toMatchObject({ status: 409, rule: 'auditor-seat' })
  expect(await asked({ person: admin.person.id })).toMatchObject({ status: 409 })
  expect(await asked({ person: `per_${'0'.repeat(24)}` })).toMatchObject({ status: 404 })
  expect(await asked({ ends_at: later(-1) })).toMatchObject({ status: 400 })
  expect(await asked({ ends_at: later(400 * day) })).toMatchObject({ status: 400 })
  expect(await asked({ models: [] })).toMatchObject({ status: 400 })
  expect(await asked({ reason: ' ' })).toMatchObject({ status: 400 })

  const seat = await asked({})
  expect((await ina.get('/audit/events')).status).toBe(200)
  const role = await admin.post(`/people/${ina.person.id}/grants`, { role: 'developer' })
  expect(role.json()).toMatchObject({ status: 409, rule: 'auditor-seat' })
  expect((await admin.post(`/seats/${seat.id}/close`, { reason: 'Report is in.' })).json().closed_at).not.toBeNull()
  expect((await ina.get('/audit/events')).status).toBe(403)
  expect((await admin.post(`/people/${ina.person.id}/grants`, { role: 'developer' })).status).toBe(200)
  expect((await admin.get(`/seats/seat_${'0'.repeat(24)}/reads`)).status).toBe(404)
  expect((await admin.get(`/seats?person=${ina.person.id}`)).json().seats).toHaveLength(1)
})
