import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

test('a workspace defines roles, people hold them, and what the role says holds for them at once', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const input = { name: 'gate-keeper', description: 'Asks the gate.', permissions: ['gate.check', 'registry.read'] }
  const defined = await admin.post('/roles', input)
  expect(defined.json()).toMatchObject({ name: 'gate-keeper', built_in: false, version: 1, holders: 0 })
  expect((await admin.post('/roles', input)).status).toBe(409)
  expect((await admin.post('/roles', { ...input, name: 'developer' })).status).toBe(409)
  expect((await admin.post('/roles', { ...input, name: 'x', permissions: ['everything'] })).status).toBe(400)

  const keeper = await app.as([{ role: 'gate-keeper', model: null }])
  expect((await keeper.get('/models')).status).toBe(200)
  expect((await keeper.get('/policies')).status).toBe(403)
  expect((await keeper.get('/session')).json().permissions).toEqual(['registry.read', 'gate.check'])

  const change = { description: '', permissions: ['registry.read', 'policy.read'], version: 1 }
  expect((await admin.put('/roles/gate-keeper', change)).json().version).toBe(2)
  expect((await admin.put('/roles/gate-keeper', change)).json().detail).toContain('is at version 2')
  expect((await admin.put('/roles/developer', change)).status).toBe(409)
  expect((await admin.put('/roles/nothing', change)).status).toBe(404)
  expect((await keeper.get('/policies')).status).toBe(200)

  const refused = await admin.delete('/roles/gate-keeper')
  expect(refused.json()).toMatchObject({
    status: 409,
    holders: [{ id: keeper.person.id, login: keeper.person.login, model: null }],
  })
  expect((await admin.delete('/roles/developer')).status).toBe(409)
  await admin.delete(`/people/${keeper.person.id}/grants?role=gate-keeper`)
  expect((await admin.delete('/roles/gate-keeper')).status).toBe(204)
  expect((await keeper.get('/models')).status).toBe(403)
  expect((await admin.post(`/people/${keeper.person.id}/grants`, { role: 'gate-keeper' })).status).toBe(400)

  const { events } = await app.systemAudit.events({ about: 'role:main/gate-keeper', limit: 10 })
  expect(events.map(({ body }) => body.action)).toEqual(['role.removed', 'role.changed', 'role.defined'])
  expect(events[1]?.body.detail).toMatchObject({
    version: 2,
    before: { permissions: ['registry.read', 'gate.check'] },
    after: { permissions: ['registry.read', 'policy.read'] },
  })
})

test('nobody gives, defines or takes away what they may not do themselves', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const permissions = ['access.read', 'access.write', 'registry.read', 'gate.check']
  await admin.post('/roles', { name: 'people-desk', permissions })
  await admin.post('/roles', { name: 'asker', permissions: ['gate.check'] })
  const desk = await app.as([{ role: 'people-desk', model: null }])
  const other = await app.as('developer')
  const grants = `/people/${other.person.id}/grants`
  const refusal = { status: 403, rule: 'no-escalation' }

  expect((await desk.post(grants, { role: 'asker' })).status).toBe(200)
  expect((await desk.post(grants, { role: 'administrator' })).json()).toMatchObject(refusal)
  expect(
    (await desk.post(`/people/${desk.person.id}/grants`, { role: 'auditor', model: 'wage' })).json(),
  ).toMatchObject(refusal)
  const account = { login: 'eve', name: 'Eve', grants: [{ role: 'administrator', model: null }] }
  expect((await desk.post('/people', account)).json()).toMatchObject(refusal)
  expect((await desk.post('/people', { ...account, grants: [{ role: 'asker' }] })).status).toBe(200)
  // Permissions that ride along in the body of a grant are refused, not believed.
  const forged = { role: 'asker', permissions: ['policy.write'] }
  expect((await desk.post(grants, forged)).status).toBe(400)
  expect((await desk.post('/people', { ...account, login: 'mallory', grants: [forged] })).status).toBe(400)
  expect((await desk.post('/roles', { name: 'more', permissions: ['policy.write'] })).json()).toMatchObject(refusal)
  const widened = { permissions: [...permissions, 'policy.write'], version: 1 }
  expect((await desk.put('/roles/people-desk', widened)).json()).toMatchObject(refusal)
  expect((await desk.delete(`/people/${admin.person.id}/grants?role=administrator`)).json()).toMatchObject(refusal)
  expect((await desk.post(`/people/${admin.person.id}/disable`)).json()).toMatchObject(refusal)
  const ends_at = new Date(app.clock.now().getTime() + 86_400_000).toISOString()
  expect((await desk.post('/seats', { person: other.person.id, reason: 'x', ends_at })).json()).toMatchObject(refusal)

  const narrow = await app.as('administrator', { scopes: ['access.write', 'access.read'] })
  expect((await narrow.post(grants, { role: 'administrator' })).json()).toMatchObject(refusal)
})
