import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRange } from './ranges.ts'

test.each([
  ['bytes=0-0', 10, { kind: 'part', start: 0, end: 0 }],
  ['bytes=2-5', 10, { kind: 'part', start: 2, end: 5 }],
  ['bytes=7-', 10, { kind: 'part', start: 7, end: 9 }],
  ['bytes=7-99', 10, { kind: 'part', start: 7, end: 9 }],
  ['bytes=-3', 10, { kind: 'part', start: 7, end: 9 }],
  ['bytes=-99', 10, { kind: 'part', start: 0, end: 9 }],
  ['Bytes= 2-5 ', 10, { kind: 'part', start: 2, end: 5 }],
  ['bytes=2-99999999999999999999999999', 10, { kind: 'part', start: 2, end: 9 }],
])('%s of %d bytes is a part', (header, size, range) => {
  expect(parseRange(header, size)).toEqual(range)
})

test.each([
  ['bytes=10-', 10],
  ['bytes=99999999999999999999999999-', 10],
  ['bytes=-0', 10],
  ['bytes=0-', 0],
])('%s of %d bytes cannot be satisfied', (header, size) => {
  expect(parseRange(header, size)).toEqual({ kind: 'unsatisfiable' })
})

test.each([
  undefined,
  '',
  'bytes=',
  'bytes=-',
  'bytes=5-2',
  'bytes=0-1,4-5',
  'bytes=a-b',
  'bytes=1.5-3',
  'bytes=--3',
  'items=0-1',
])('%s is ignored', (header) => {
  expect(parseRange(header, 10)).toEqual({ kind: 'full' })
})

test('the last bytes of nothing are all of it', () => {
  expect(parseRange('bytes=-5', 0)).toEqual({ kind: 'full' })
})

test('a part always lies inside, whatever the header says', () => {
  const header = fc.tuple(fc.option(fc.nat()), fc.option(fc.nat())).map(([a, b]) => `bytes=${a ?? ''}-${b ?? ''}`)
  fc.assert(
    fc.property(fc.oneof(header, fc.string()), fc.nat({ max: 1000 }), (text, size) => {
      const range = parseRange(text, size)
      if (range.kind !== 'part') return
      expect(range.start).toBeGreaterThanOrEqual(0)
      expect(range.end).toBeGreaterThanOrEqual(range.start)
      expect(range.end).toBeLessThan(size)
    }),
  )
})
