import { describe, expect, test } from 'vitest'
import { seeded } from '../../../lib/statistics/index.ts'
import {
  counterfactuals,
  type Frame,
  importanceByOrders,
  type Predict,
  shapleyValues,
  shuffle,
  takeRows,
  treeShap,
} from './explanation/index.ts'
import { findLeaks } from './leakage.ts'
import { membershipInference } from './membership.ts'
import { checkRules, disturb } from './robustness.ts'
import { compareSlices, cutNumbers, cutWords, findSlices } from './slices.ts'

const random = seeded(7)
const uniform = (n: number) => Float64Array.from({ length: n }, random.uniform)

/** A score that rises with x, falls with age, and jumps for one kind. */
const predict: Predict = async ({ rows, columns: [x, age, kind] }) =>
  Float64Array.from({ length: rows }, (_, i) => {
    const [a, b] = [Number(x?.values[i]), Number(age?.values[i])]
    const bonus = kind?.values[i] === 'gold' ? 0.2 : 0
    return Math.min(1, Math.max(0, 0.3 + 0.5 * (Number.isNaN(a) ? 0 : a) - 0.2 * b + bonus))
  })

const frame: Frame = {
  rows: 400,
  columns: [
    { name: 'x', values: uniform(400) },
    { name: 'age', values: uniform(400) },
    { name: 'kind', values: Array.from({ length: 400 }, (_, i) => ['gold', 'silver', null][i % 3] ?? null) },
  ],
}

describe('slices', () => {
  const n = 2000
  const age = uniform(n).map((value) => 20 + Math.floor(value * 50))
  const region = Array.from({ length: n }, (_, i) => ['north', 'south', 'east'][i % 3] ?? null)
  const isBad = (i: number) => region[i] === 'south' && (age[i] ?? 0) > 60
  const losses = Float64Array.from({ length: n }, (_, i) => 0.2 + 0.1 * random.uniform() + (isBad(i) ? 0.5 : 0))
  const columns = [cutNumbers('age', age), cutWords('region', region)]

  test('a planted fault is found as the combination in which it lies, and named first', () => {
    const { slices, looked_at } = findSlices(losses, columns)
    expect(looked_at).toBeGreaterThan(10)
    const [first] = slices
    expect(first?.conditions.map(({ column }) => column).sort()).toEqual(['age', 'region'])
    expect(first?.conditions.find(({ column }) => column === 'region')?.label).toBe('south')
    expect(first?.p).toBeLessThan(1e-6)
  })

  test('noise has no slices', () => {
    expect(findSlices(uniform(n), columns, { level: 0.01 }).slices).toEqual([])
  })

  test('a version that got worse for one value is told apart from one that did not', () => {
    const after = losses.map((loss, i) => loss + (region[i] === 'east' ? 0.1 : 0))
    const [worst, ...others] = compareSlices(losses, after, columns)
    expect(worst).toMatchObject({ column: 'region', label: 'east' })
    expect(worst?.change).toBeCloseTo(0.1, 10)
    expect(others.find(({ label }) => label === 'north')?.change).toBe(0)
  })
})

describe('explanations', () => {
  test('sampled Shapley values of many features lie within their error of the exact ones', async () => {
    const features = 14
    const linear: Predict = async ({ rows, columns }) =>
      Float64Array.from({ length: rows }, (_, i) =>
        columns.reduce((sum, { values }, j) => sum + (j + 1) * Number(values[i]), 0),
      )
    const wide: Frame = {
      rows: 30,
      columns: Array.from({ length: features }, (_, j) => ({ name: `f${j}`, values: uniform(30) })),
    }
    const [found] = await shapleyValues(takeRows(wide, [0]), wide, linear, { seed: 3, pairs: 8 })
    for (const [j, { values }] of wide.columns.entries()) {
      const mean = [...(values as Float64Array)].reduce((sum, value) => sum + value, 0) / 30
      expect(found?.values[j]).toBeCloseTo((j + 1) * (Number(values[0]) - mean), 6)
    }
    expect(found?.additivity).toBeLessThan(1e-9)
  })

  test('importance asks the model about each row with each other value once, and says what asking every time says', async () => {
    const orders = Array.from({ length: 20 }, () => shuffle(frame.rows, random.below))
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
    const asked: number[] = []
    const found = await importanceByOrders(
      frame,
      (some, which) => {
        asked.push(which.length)
        expect(some.columns[1]?.values.length).toBe(which.length)
        return predict(some)
      },
      mean,
      orders,
    )
    const kind = frame.columns[2]?.values ?? []
    for (const [i, order] of orders.entries()) {
      const shuffled = frame.columns.with(2, { name: 'kind', values: Array.from(order, (row) => kind[row]) })
      const after = mean(await predict({ rows: frame.rows, columns: shuffled }))
      expect(found.features[2]?.drops[i]).toBeCloseTo(found.baseline - after, 12)
    }
    // All rows, then two columns of distinct values in every order, then a column of three values: two others a row.
    const first = asked.reduce((sum, rows) => sum + rows, 0) - frame.rows
    expect(first).toBeLessThanOrEqual(2 * 20 * frame.rows + 2 * frame.rows)
  })

  test('a background without rows is refused', async () => {
    const none = takeRows(frame, [])
    await expect(shapleyValues(takeRows(frame, [0]), none, predict, { seed: 1 })).rejects.toThrow('background')
    expect(() => treeShap({ base: 0, trees: [] }, [[1]], [])).toThrow('background')
  })

  test('counterfactuals change few features, never a fixed one, and cross the threshold', async () => {
    const scores = await predict(frame)
    const row = [...scores.keys()].find((i) => (scores[i] ?? 1) < 0.4) ?? 0
    const found = await counterfactuals(frame, row, predict, { threshold: 0.5, fixed: ['age'] })
    expect(found.length).toBeGreaterThan(0)
    for (const { changes, prediction } of found) {
      expect(prediction).toBeGreaterThanOrEqual(0.5)
      expect(changes.map(({ feature }) => feature)).not.toContain('age')
    }
    expect(found.map(({ distance }) => distance)).toEqual(found.map(({ distance }) => distance).sort((a, b) => a - b))
  })
})

describe('robustness', () => {
  test('disturbing a column that counts moves predictions, and words are neither noisy nor out of range', async () => {
    const results = await disturb(frame, predict, { threshold: 0.5, seed: 1 })
    const of = (column: string) => results.filter((result) => result.column === column)
    expect(of('kind').map(({ disturbance }) => disturbance)).toEqual(['missing', 'swapped'])
    const noise = of('x').find(({ disturbance }) => disturbance === 'noise')
    const swapped = of('x').find(({ disturbance }) => disturbance === 'swapped')
    expect(noise?.mean_change).toBeGreaterThan(0)
    expect(swapped?.mean_change).toBeGreaterThan(noise?.mean_change ?? 1)
  })

  test('a rule that holds has no violations, and its contrary is broken with examples', async () => {
    const rule = { column: 'x', direction: 'up', by: 1 } as const
    const [holds, broken] = await checkRules(frame, predict, [
      { ...rule, expect: 'not_lower' },
      { ...rule, expect: 'not_higher' },
    ])
    expect(holds?.violated).toMatchObject({ count: 0, n: 400 })
    expect(broken?.worst).toHaveLength(5)
    expect(broken?.sentence).toBe('Raising x by 1 standard deviations does not raise the score')
    await expect(checkRules(frame, predict, [{ ...rule, column: 'kind', expect: 'same' }])).rejects.toThrow('numbers')
  })
})

describe('privacy of a model', () => {
  test('losses that are lower in training give members away, equal ones do not', () => {
    const [holdout, train] = [uniform(2000), uniform(2000)]
    const safe = membershipInference(train, holdout, 1, 200)
    expect(safe.auc).toMatchObject({ state: 'ok' })
    if (safe.auc.state === 'ok') expect(Math.abs(safe.auc.value - 0.5)).toBeLessThan(0.03)
    const told = membershipInference(
      train.map((loss) => loss / 2),
      holdout,
      1,
      200,
    )
    expect(told.advantage.state === 'ok' && told.advantage.value).toBeGreaterThan(0.4)
    expect(membershipInference(train.subarray(0, 50), holdout, 1).auc.state).toBe('undefined')
  })

  test('a column that tells the label and a column that names the row are found, others are not', () => {
    const n = 500
    const y = Uint8Array.from({ length: n }, (_, i) => i % 2)
    const leaks = findLeaks(y, [
      { name: 'outcome_date', numbers: Float64Array.from(y, (label, i) => label * 10 + (i % 7)), words: null },
      { name: 'customer', numbers: null, words: Array.from({ length: n }, (_, i) => `c${i}`) },
      { name: 'income', numbers: uniform(n), words: null },
    ])
    expect(leaks.map(({ column, kind }) => [column, kind])).toEqual([
      ['outcome_date', 'label'],
      ['customer', 'identifier'],
    ])
  })
})
