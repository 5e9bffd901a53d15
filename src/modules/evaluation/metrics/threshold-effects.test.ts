import { expect, test } from 'vitest'
import { cutsOf, thresholdEffects } from './threshold-effects.ts'

const rules = { suppressBelow: 2, flagBelow: 3 }

test('every group is counted at every cut, and those who are withheld only among all', () => {
  const attribute = { name: 'g', labels: ['a', 'b', 'c'], codes: Uint8Array.from([0, 0, 0, 1, 1, 2]) }
  const y = Uint8Array.from([1, 0, 1, 1, 0, 1])
  const score = Float64Array.from([0.9, 0.5, 0.2, 0.51, 0.1, 1])
  const { cuts, present, all, groups } = thresholdEffects({ y, score, threshold: 0.5, ...rules }, attribute)
  const at = (cut: number) => cuts.indexOf(cut)
  expect(present).toBe(0.5)
  expect(cuts).toHaveLength(19)
  expect(groups.map(({ group, state, n, n_pos }) => [group, state, n, n_pos])).toEqual([
    ['a', 'ok', 3, 2],
    ['b', 'small', 2, 1],
  ])
  // A score on the cut is selected.
  expect(groups.map(({ selected, tp }) => [selected[at(0.5)], tp[at(0.5)]])).toEqual([
    [2, 1],
    [1, 1],
  ])
  expect([all.n, all.selected[at(0.5)], all.selected[at(0.95)], all.tp[at(0.95)]]).toEqual([6, 4, 1, 1])
})

test('a present threshold between the twentieths is a cut, and numbers that are no probabilities are cut at quantiles', () => {
  expect(cutsOf(Float64Array.from([0.1, 0.9]), 0.33)).toContain(0.33)
  const cuts = cutsOf(
    Float64Array.from({ length: 101 }, (_, i) => i * 10),
    455,
  )
  expect(cuts).toHaveLength(20)
  expect([cuts[0], cuts.at(-1)]).toEqual([50, 950])
})
