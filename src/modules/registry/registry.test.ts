import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

test('PATCH of the tier stands in the trail with before and after', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const made = await developer.post('/models', { name: 'wages' })
  expect(made.json()).toMatchObject({ name: 'wages', tier: null, aliases: [] })

  const changed = await developer.patch('/models/wages', { tier: 'high' })
  expect(changed.json()).toMatchObject({ tier: 'high' })
  const { id } = made.json()
  const events = await app.trail(`model:${id}`)
  expect(events.at(-1)).toMatchObject({
    action: 'model.updated',
    actor: { id: developer.person.id },
    detail: { before: { tier: null }, after: { tier: 'high' } },
  })

  const before = events.length
  expect((await developer.patch('/models/wages', { tier: 'high' })).status).toBe(200)
  expect(await app.trail(`model:${id}`)).toHaveLength(before)
  expect((await developer.patch('/models/wages', { tier: 'enormous' })).status).toBe(400)
  expect((await developer.patch('/models/nothing', { tier: 'high' })).status).toBe(404)
  const auditor = await app.as('auditor')
  expect((await auditor.patch('/models/wages', { tier: 'low' })).status).toBe(403)
})
