import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenReview, governedName } from '../../testing/governed.ts'
import { Calendar, MyWork } from './schema.ts'

const day = 86_400_000

test('a review waits for whoever may decide, and for others because of whoever asked; each sees only their own', async () => {
  const app = await testApp()
  const { developer, validator, review, decide, base } = await givenReview(app)
  const workOf = async (who: typeof developer) => MyWork.parse((await who.get('/work')).json())

  expect((await workOf(validator)).mine).toMatchObject([
    { kind: 'decision', link: `/reviews/${review.id}`, environment: 'prod', model: governedName, version: 1 },
  ])
  const asked = await workOf(developer)
  expect(asked.mine).toEqual([])
  expect(asked.others).toMatchObject([{ kind: 'review', link: `/reviews/${review.id}` }])
  // Whoever may not decide has nothing to do about it.
  expect((await workOf(await app.as('auditor'))).mine).toEqual([])

  // What blocks comes before what is only asked.
  const due_at = new Date(app.clock.now().getTime() + 3 * day).toISOString()
  const finding = { model: governedName, version: 1, title: 'The ratio is low', severity: 'high', due_at }
  const opened = (await validator.post('/findings', { ...finding, owner: developer.person.id })).json()
  const assignment = { model: governedName, duty: 'developer', person: developer.person.id }
  const admin = await app.as('administrator')
  expect((await admin.post('/assignments', assignment)).status).toBe(200)
  expect((await workOf(developer)).mine.map(({ kind, consequence }) => [kind, consequence])).toEqual([
    ['finding', 'blocks'],
    ['duty', 'waits'],
  ])
  expect((await workOf(admin)).others.map(({ kind }) => kind)).toEqual(['duty'])
  app.clock.advance(4 * day)
  expect((await workOf(developer)).mine[0]).toMatchObject({ kind: 'finding', consequence: 'overdue' })
  await developer.post(`/findings/${opened.id}/resolve`, { proof: 'Reweighed the rows and evaluated again.' })
  expect((await workOf(validator)).mine.map(({ kind }) => kind)).toContain('verification')
  expect((await workOf(developer)).others.map(({ kind }) => kind)).toContain('verification')
  await validator.post(`/findings/${opened.id}/verify`, { note: 'Computed the ratio again.' })

  expect((await decide(validator)).status).toBe(200)
  expect((await workOf(validator)).mine.filter(({ kind }) => kind === 'decision')).toEqual([])
  expect((await workOf(developer)).others).toEqual([])
  expect((await developer.get(base)).json().state).toBe('approved')
})

test('what is allowed now and ends by itself is on the calendar, with whoever validates the model, and then in their work', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  expect((await decide(validator)).status).toBe(200)
  const calendarOf = async (who: typeof developer, days = 3660) =>
    Calendar.parse((await who.get(`/work/calendar?days=${days}`)).json())

  const found = await calendarOf(developer)
  expect(found.complete).toBe(true)
  const [renewal] = found.renewals.filter(({ environment }) => environment === 'prod')
  if (!renewal) throw new Error('nothing ends')
  expect(renewal).toMatchObject({ model: governedName, version: 1, tier: 'high', running: false, validators: [] })
  expect(renewal.causes.map(({ at }) => at)).toEqual(renewal.causes.map(({ at }) => at).toSorted())
  expect(renewal.due_at).toBe(renewal.causes[0]?.at)
  expect(found.load.map(({ person }) => person)).toEqual([null])

  const admin = await app.as('administrator')
  const duty = { model: governedName, duty: 'validator', person: validator.person.id }
  const asked = (await admin.post('/assignments', duty)).json()
  await validator.post(`/assignments/${asked.id}/answer`, { answer: 'accept' })
  const after = await calendarOf(developer)
  expect(after.renewals[0]?.validators).toEqual([validator.person.id])
  expect(after.load[0]).toMatchObject({ person: validator.person.id, total: after.renewals.length })

  app.clock.advance(Date.parse(renewal.due_at) - app.clock.now().getTime() - 10 * day)
  const work = MyWork.parse((await developer.get('/work')).json())
  expect(work.next?.due_at).toBe(renewal.due_at)
  expect(work.lapsing.map(({ environment }) => environment)).toContain('prod')
  expect(work.mine.find(({ kind }) => kind === 'renewal')).toMatchObject({ consequence: 'lapses' })
  app.clock.advance(11 * day)
  expect((await calendarOf(developer)).renewals.filter(({ environment }) => environment === 'prod')).toEqual([])
  expect((await developer.get('/work/calendar?days=0')).status).toBe(400)
})
