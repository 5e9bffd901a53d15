import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenReview, governedName } from '../../testing/governed.ts'

test('an auditor draws from decisions, verdicts, versions in use and findings of the scope, and the draw is on record', async () => {
  const app = await testApp()
  const review = await givenReview(app)
  await review.decide(review.validator)
  const admin = await app.as('administrator')
  const verdict = { model: governedName, version: 1, environment: 'prod' }
  for (let i = 0; i < 4; i++) expect((await admin.post('/gate/checks', verdict)).status).toBe(200)
  await admin.post('/models', { name: 'other' })
  const ina = await app.as([])
  const ends_at = new Date(app.clock.now().getTime() + 86_400_000).toISOString()
  const input = { person: ina.person.id, models: [governedName], reason: 'Audit', ends_at }
  const seat = (await admin.post('/seats', input)).json()

  const draw = (query: string, who = ina) => who.get(`/auditor/sample?${query}`)
  const random = 'population=verdicts&size=2&seed=audit%202026'
  const drawn = await draw(random)
  expect(drawn.status).toBe(200)
  const sample = drawn.json()
  expect(sample).toMatchObject({ method: 'random', size: 2, seed: 'audit 2026', population_size: 4 })
  expect(sample.rows).toHaveLength(2)
  expect(sample.rows[0]).toMatchObject({ model: governedName, tier: 'high', version: 1, environment: 'prod' })
  // Another person, another time: the same sample.
  app.clock.advance(1000)
  expect((await draw(random, admin)).json().rows).toEqual(sample.rows)
  const whole = (await draw('population=verdicts&method=all')).json()
  expect(whole.population_digest).toBe(sample.population_digest)
  expect(whole.rows).toHaveLength(4)
  const decisions = (await draw('population=decisions&size=5&seed=1&by_tier=true')).json()
  expect(decisions.strata).toEqual([{ tier: 'high', size: 1, drawn: 1 }])
  expect((await draw('population=versions&method=all')).json().population_size).toBe(0)
  expect((await draw('population=findings&method=all')).json().rows).toEqual([])
  const past = 'population=verdicts&method=all&until=2000-01-01T00:00:00.000Z'
  expect((await draw(past)).json().population_size).toBe(0)
  expect((await draw('population=versions&method=all&from=2000-01-01T00:00:00.000Z')).status).toBe(200)

  expect((await draw(`${random}&model=other`)).status).toBe(404)
  expect((await draw('population=verdicts&size=2')).status).toBe(400)
  expect((await draw('population=verdicts&method=all&seed=1')).status).toBe(400)
  expect((await draw('population=people&method=all')).status).toBe(400)
  expect((await draw(random, await app.as('developer'))).status).toBe(403)

  await app.workspaces.get('main')?.auditors.tick()
  const reads = (await app.trail(`seat:${seat.id}`)).flatMap(({ detail }) => detail.reads ?? []) as { path: string }[]
  expect(reads.map(({ path }) => path)).toContain(`/api/v1/auditor/sample?${random}`)
})
