import { expect, test } from 'vitest'
import { createMemory } from './memory.ts'

test('what was read is remembered until it is forgotten, and that there is nothing is not', async () => {
  const memory = createMemory()
  let value: number | undefined = 1
  const read = async () => value
  expect(await memory.recall('key', read)).toBe(1)
  value = 2
  expect(await memory.recall('key', read)).toBe(1)
  expect(await memory.recall('other', read)).toBe(2)
  memory.forget()
  value = undefined
  expect(await memory.recall('key', read)).toBe(undefined)
  value = 3
  expect(await memory.recall('key', read)).toBe(3)
})

test('a read that was under way when something changed is not remembered', async () => {
  const memory = createMemory()
  const slow = Promise.withResolvers<string>()
  const reading = memory.recall('key', () => slow.promise)
  memory.forget()
  slow.resolve('old')
  expect(await reading).toBe('old')
  expect(await memory.recall('key', async () => 'new')).toBe('new')
})
