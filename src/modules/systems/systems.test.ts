import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

test('an AI system is there before its models, is changed in the open, and retires when nothing runs', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const developer = await app.as('developer')
  const made = (
    await developer.post('/systems', { name: 'Hiring', purpose: 'Rank applications.', tier: 'high' })
  ).json()
  expect(made).toMatchObject({ name: 'Hiring', tier: 'high', models: [], jurisdictions: [], retired_at: null })
  expect((await developer.post('/systems', { name: 'Hiring' })).status).toBe(409)
  expect((await developer.post('/systems', { name: ' ' })).status).toBe(400)
  expect((await (await app.as('approver')).post('/systems', { name: 'Other' })).status).toBe(403)
  await developer.post('/models', { name: 'wage', tier: 'high' })
  expect((await developer.put('/systems/Hiring/models/wage')).json().models).toEqual(['wage'])
  expect((await developer.put('/systems/Hiring/models/wage')).status).toBe(409)
  expect((await developer.put('/systems/Hiring/models/none')).status).toBe(404)

  const change = (by: typeof admin, set: object, name = 'Hiring') => by.request('PATCH', `/systems/${name}`, set)
  expect((await change(developer, { tier: 'low' })).json()).toMatchObject({ status: 403, permission: 'policy.write' })
  const changed = await change(admin, { tier: 'medium', jurisdictions: ['EU', 'CH'], name: 'Hiring in Europe' })
  expect(changed.json()).toMatchObject({ name: 'Hiring in Europe', tier: 'medium', jurisdictions: ['EU', 'CH'] })
  expect((await admin.get('/systems/Hiring')).status).toBe(404)
  const trail = await app.trail(`system:${made.id}`)
  expect(trail.at(-1)).toMatchObject({
    action: 'system.updated',
    detail: { before: { name: 'Hiring', tier: 'high', jurisdictions: [] }, after: { tier: 'medium' } },
  })

  const onWage = await app.as([{ role: 'developer', model: 'wage' }])
  const outsider = await app.as([{ role: 'developer', model: 'none' }])
  const name = encodeURIComponent('Hiring in Europe')
  expect((await onWage.get(`/systems/${name}`)).json()).toMatchObject({
    system: { models: ['wage'] },
    serving: [{ model: 'wage', tier: 'high', aliases: [], running: [] }],
  })
  expect((await outsider.get(`/systems/${name}`)).status).toBe(404)
  expect((await outsider.get('/systems')).json().systems).toEqual([])
  expect((await onWage.post('/systems', { name: 'Mine' })).status).toBe(403)
  expect((await admin.get('/systems?search=rank&tier=medium&model=wage')).json().systems).toHaveLength(1)
  expect((await admin.get('/systems?tier=none')).json().systems).toEqual([])

  expect((await admin.delete(`/systems/${name}/models/wage`)).json().models).toEqual([])
  expect((await admin.post(`/systems/${name}/retire`, { reason: 'Bought instead.' })).json().retired_at).not.toBeNull()
  expect((await admin.post(`/systems/${name}/retire`, { reason: 'again' })).status).toBe(409)
  expect((await change(admin, { purpose: 'x' }, name)).status).toBe(409)
  expect(
    (await admin.post('/assignments', { system: 'Hiring in Europe', duty: 'operator', person: admin.person.id }))
      .status,
  ).toBe(404)
})
