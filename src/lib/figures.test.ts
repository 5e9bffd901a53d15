import { expect, test } from 'vitest'
import { findFigures } from './figures.ts'

test('a star stands for each key, and for each entry of a list under its own words', () => {
  const result = {
    attributes: { sex: { ratio: 0.8 }, age: { ratio: { state: 'undefined', reason: 'one group' } } },
    disturbances: [
      { column: 'income', by: 'noise', flipped: { state: 'ok', value: 0.1 } },
      { column: 'income', by: 'missing', flipped: 0.3 },
    ],
    plain: [{ value: 1 }, { value: 2 }],
  }
  expect(findFigures(result, 'attributes.*.ratio').map(({ of, reading }) => [of, reading.state])).toEqual([
    ['sex', 'ok'],
    ['age', 'withheld'],
  ])
  const values = (path: string) =>
    findFigures(result, path).map(({ of, reading }) => [of, reading.state === 'ok' ? reading.value : null])
  expect(values('disturbances.*.flipped')).toEqual([
    ['income noise', 0.1],
    ['income missing', 0.3],
  ])
  expect(values('plain.*.value')).toEqual([
    ['0', 1],
    ['1', 2],
  ])
  expect(values('plain.*')).toEqual([[null, null]])
})
