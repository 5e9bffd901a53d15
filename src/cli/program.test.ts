import { expect, test } from 'vitest'
import { createProgram } from './program.ts'

test('a command is the same whether it is loaded alone or with all others', async () => {
  const all = await createProgram()
  expect(all.commands.length).toBeGreaterThan(25)
  for (const command of all.commands) {
    const alone = (await createProgram(command.name())).commands.find((each) => each.name() === command.name())
    expect(alone?.helpInformation()).toBe(command.helpInformation())
  }
})
