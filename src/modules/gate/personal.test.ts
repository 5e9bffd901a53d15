import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenModel, givenVersion, governedName } from '../../testing/governed.ts'

const standing = `/models/${governedName}/versions/1/standing?environment=prod`

test('the path speaks to whoever asks: by their roles, and by separation of duties', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  await givenModel(developer)
  await givenVersion(developer)
  const pathFor = async (who: typeof developer) => {
    const { path, sentence, yours } = (await who.get(standing)).json()
    expect(sentence.toLowerCase()).toContain(path.toLowerCase())
    return [path, yours.length]
  }
  expect(await pathFor(developer)).toEqual(['3 items: 2 yours, 1 for a validator', 5])
  const validator = await app.as('validator')
  expect(await pathFor(validator)).toEqual(['3 items: 1 yours, 2 for the developer', 1])
  expect(await pathFor(await app.as('auditor'))).toEqual(['3 items: 2 for the developer, 1 for a validator', 0])
  const both = await app.as([
    { role: 'developer', model: null },
    { role: 'validator', model: null },
  ])
  expect(await pathFor(both)).toEqual(['3 items, all yours', 6])
  // Whoever made the version is not independent of it, whatever roles they hold.
  const admin = await app.as('administrator')
  await admin.post(`/people/${developer.person.id}/grants`, { role: 'validator', model: null })
  app.clock.advance(2000)
  expect(await pathFor(developer)).toEqual(['3 items: 2 yours, 1 for a validator', 5])

  const cli = await commandsOf(app, validator.token)
  const told = await cli('gate', 'check', `${governedName}@1`, '--env', 'prod')
  expect([told.status, told.stdout]).toEqual([3, expect.stringContaining('3 items: 1 yours, 2 for the developer')])
  expect(told.stdout).toContain('You can meet this')
  // What is signed and stored speaks to nobody in particular.
  const verdict = (await validator.get('/gate/verdicts')).json().verdicts[0]
  expect(verdict.path).toBe('3 items: 2 for the developer, 1 for a validator')
})
