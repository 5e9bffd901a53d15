import { expect, test } from 'vitest'
import { z } from 'zod'
import { plainly } from './plain-words.ts'

const said = (schema: z.ZodType, value: unknown) => plainly(schema.safeParse(value).error?.issues[0]?.message ?? '')

test('what a request lacks or has too much of is said in plain words, and a schema’s own words stay', () => {
  expect(said(z.string().max(3), 'abcd')).toBe('at most 3 characters')
  expect(said(z.string().min(10), 'a')).toBe('at least 10 characters')
  expect(said(z.string().min(1), '')).toBe('must not be empty')
  expect(said(z.array(z.int()).max(1), [1, 2])).toBe('at most 1 item')
  expect(said(z.array(z.int()).length(2), [1])).toBe('exactly 2 items')
  expect(said(z.number().max(366), 400)).toBe('at most 366')
  expect(said(z.number().positive(), 0)).toBe('more than 0')
  expect(said(z.object({ a: z.string() }), {})).toBe('is missing')
  expect(said(z.string().min(4, 'four letters'), 'a')).toBe('four letters')
  expect(said(z.email(), 'a')).toBe('Invalid email address')
})
