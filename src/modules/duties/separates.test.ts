import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenReview, governedName } from '../../testing/governed.ts'

test('a deputy of the developer, and whoever accepted to develop the model, decide nothing; the simulator says so first', async () => {
  const app = await testApp()
  const { developer, validator, decide, version } = await givenReview(app)
  const admin = await app.as('administrator')
  const other = await app.as('validator')
  const third = await app.as('validator')
  const give = async (duty: string, who: typeof developer) => {
    const body = { model: governedName, duty, person: who.person.id }
    const { id } = (await admin.post('/assignments', body)).json()
    await who.post(`/assignments/${id}/answer`, { answer: 'accept' })
    return id
  }
  const explain = async (login: string, more = '') =>
    (await admin.get(`/access/explain?login=${login}&model=${governedName}${more}`)).json()
  const may = async (who: typeof developer) => {
    const { decisions } = await explain(who.person.login, `&version=${version.version}&environment=prod`)
    return decisions[0]
  }
  expect(await may(validator)).toMatchObject({ allowed: true, conflicts: [] })
  expect(await may(developer)).toMatchObject({ allowed: false })

  // As operator of the model, not as its developer: a deputy counts as the person, whatever the duty.
  const duty = await give('operator', developer)
  const ends_at = new Date(app.clock.now().getTime() + 3_600_000).toISOString()
  await developer.post(`/assignments/${duty}/deputies`, { person: validator.person.id, ends_at })
  const refused = await decide(validator)
  expect(refused.json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'requester' }, { rule: 'developer' }] })
  expect(refused.text).toContain('You are the deputy of a developer of record')
  const { conflicts, sentence } = await may(validator)
  expect(conflicts.map(({ rule }: { rule: string }) => rule)).toEqual(['requester', 'developer'])
  expect(conflicts[1].message).toContain('They are the deputy of a developer of record')
  expect(sentence).toContain('requester, developer')
  expect((await explain(validator.person.login)).duties).toMatchObject([
    { duty: 'operator', stands_in_for: developer.person.id, until: ends_at },
  ])
  // What happened while the version was there does not become undone by the end of the time.
  app.clock.advance(2 * 3_600_000)
  expect((await decide(validator)).json().outcome).toBe('refused')

  // Whoever develops the system that the model serves has built a part of what is decided about.
  const integrator = await app.as('validator')
  await admin.post('/systems', { name: 'Hiring' })
  await admin.put(`/systems/Hiring/models/${governedName}`)
  const body = { system: 'Hiring', duty: 'developer', person: integrator.person.id }
  const { id } = (await admin.post('/assignments', body)).json()
  await integrator.post(`/assignments/${id}/answer`, { answer: 'accept' })
  expect((await decide(integrator)).json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'developer' }] })

  const declared = await give('developer', other)
  expect((await decide(other)).json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'developer' }] })
  await other.post(`/assignments/${declared}/end`, { reason: 'changed my mind' })
  expect((await decide(other)).json().outcome).toBe('refused')
  expect((await decide(third)).json().outcome).toBe('recorded')
})

test('the simulator names what gives a permission, or what is missing and who could give it', async () => {
  const app = await testApp()
  const admin = await app.as('administrator', { name: 'Ada' })
  await admin.post('/models', { name: 'wage' })
  await admin.post('/roles', { name: 'asker', permissions: ['gate.check'] })
  const dana = await app.as([
    { role: 'asker', model: null },
    { role: 'developer', model: 'wage' },
  ])
  const asked = async (query: string) => (await admin.get(`/access/explain?login=${dana.person.login}${query}`)).json()
  const one = async (action: string, more = '') => (await asked(`&action=${action}${more}`)).permissions[0]

  expect(await one('gate.check')).toMatchObject({ allowed: true, by: [{ role: 'asker', built_in: false }] })
  expect((await one('gate.check', '&model=wage')).by).toHaveLength(2)
  expect(await one('registry.write', '&model=wage')).toMatchObject({
    allowed: true,
    sentence: 'Yes, by the role developer on wage.',
  })
  const elsewhere = await one('registry.write')
  expect(elsewhere).toMatchObject({ allowed: false, missing: 'other_model', givers: [{ login: admin.person.login }] })
  expect(elsewhere.roles).toEqual(['administrator', 'developer'])
  expect(await one('policy.write')).toMatchObject({ allowed: false, missing: 'no_role' })

  const scoped = await dana.post('/tokens', { name: 'ci', scopes: ['gate.check'] })
  const token = scoped.json().token.id
  const own = (query: string) => dana.get(`/access/explain?login=${dana.person.login}&token=${token}${query}`)
  const { permissions } = (await own('&model=wage')).json()
  const narrowed = permissions.find((each: { permission: string }) => each.permission === 'registry.write')
  expect(narrowed).toMatchObject({ allowed: false, missing: 'token_scope', by: [{ role: 'developer' }] })
  expect((await own('&token=x')).status).toBe(400)
  await dana.delete(`/tokens/${token}`)
  expect((await own('&action=gate.check')).json().permissions[0].missing).toBe('token_ended')

  // What it says is what the server does, for every permission that a route takes.
  const everything = (await asked('')).permissions
  const session = (await dana.get('/session')).json().permissions
  expect(
    everything
      .filter((each: { allowed: boolean }) => each.allowed)
      .map((each: { permission: string }) => each.permission),
  ).toEqual(session)

  expect((await admin.get('/access/explain?login=nobody')).status).toBe(404)
  expect((await asked('&model=none')).status).toBe(404)
  expect((await asked('&version=1')).status).toBe(400)
  const outsider = await app.as([{ role: 'developer', model: 'churn' }])
  expect((await outsider.get(`/access/explain?login=${dana.person.login}&model=wage`)).status).toBe(404)
  await admin.post(`/people/${dana.person.id}/disable`)
  expect(await one('gate.check')).toMatchObject({ allowed: false, missing: 'disabled' })
})

test('connections are tried, and what was never used is unknown', async () => {
  const app = await testApp({ config: { scoringHosts: ['scoring.example.com'] } })
  const admin = await app.as('administrator')
  const { connections } = (await admin.get('/connections')).json()
  const states = connections.map(({ kind, state }: { kind: string; state: string }) => [kind, state])
  expect(states).toEqual([
    ['database', 'met'],
    ['accounts', 'met'],
    ['blobs', 'met'],
    ['trail', 'met'],
    ['keys', 'met'],
    ['scoring', 'unknown'],
    ['backup', 'unknown'],
    ['backup', 'unknown'],
  ])
  expect(connections[2].proof.what).toBe('wrote bytes and read them back')
  const hook = { name: 'chat', url: 'https://example.com/hook', events: ['model.created'] }
  const { webhook } = (await admin.post('/webhooks', hook)).json()
  expect((await admin.get('/connections')).json().connections).toContainEqual(
    expect.objectContaining({ kind: 'webhook', webhook: webhook.id, state: 'unknown' }),
  )
})
