import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../lib/json.ts'
import { seeded } from '../../../lib/statistics/index.ts'
import {
  type AttributeFairness,
  auc,
  binaryPerformance,
  calibrationByMass,
  comparePairedAuc,
  type FairnessInput,
  type FairnessOptions,
  groupFairness,
  numberOf,
  scoreSteps,
} from './index.ts'

type Row = {
  readonly y: number
  readonly predicted: number
  readonly score: number
  readonly a: number
  readonly b: number
}

const row: fc.Arbitrary<Row> = fc.record({
  y: fc.nat(1),
  predicted: fc.nat(1),
  score: fc.nat(20).map((k) => k / 20),
  a: fc.nat(2),
  b: fc.nat(1),
})

function inputOf(rows: readonly Row[], options: FairnessOptions = {}, rounds = 20): FairnessInput {
  return {
    y: Uint8Array.from(rows, ({ y }) => y),
    predicted: Uint8Array.from(rows, ({ predicted }) => predicted),
    score: Float64Array.from(rows, ({ score }) => score),
    attributes: [
      { name: 'a', codes: Uint8Array.from(rows, ({ a }) => a), labels: ['x', 'y', 'z'] },
      { name: 'b', codes: Int32Array.from(rows, ({ b }) => b), labels: ['l', 'r'] },
    ],
    intersections: true,
    seed: 5,
    rounds,
    options,
  }
}

/** `n` rows of one group, the first `selected` predicted favourable, every second one labelled so. */
function group(a: number, n: number, selected: number): Row[] {
  return Array.from({ length: n }, (_, i) => ({ y: i % 2, predicted: i < selected ? 1 : 0, score: 0.5, a, b: 0 }))
}

function fairnessOf(rows: readonly Row[], options: FairnessOptions = {}, rounds = 200): AttributeFairness {
  const attribute = groupFairness(inputOf(rows, options, rounds)).attributes.a
  if (!attribute) throw new Error('no attribute a')
  return attribute
}

describe('laws of group fairness', () => {
  test('the order of the rows does not change a byte, and the result is canonical JSON', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 150 }), fc.integer(), (rows, seed) => {
        const random = seeded(seed)
        const shuffled = rows.map((each) => ({ each, key: random.word() })).sort((p, q) => p.key - q.key)
        const there = canonicalJson(groupFairness(inputOf(rows)))
        expect(canonicalJson(groupFairness(inputOf(shuffled.map(({ each }) => each))))).toBe(there)
      }),
      { numRuns: 50 },
    )
  })
  test('an attribute reads the same with and without intersections', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 150 }), (rows) => {
        const input = inputOf(rows)
        const alone = groupFairness({ ...input, intersections: false })
        const together = groupFairness(input)
        expect(canonicalJson(alone.attributes)).toBe(canonicalJson(together.attributes))
        expect(canonicalJson(alone.rates)).toBe(canonicalJson(together.rates))
      }),
      { numRuns: 30 },
    )
  })
  test('every interval holds its rate, groups add up to all rows, complements add up to one', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 150 }), (rows) => {
        const { groups, impact } = fairnessOf(rows, { suppressBelow: 0 }, 5)
        expect(groups.reduce((sum, { n }) => sum + n, 0)).toBe(rows.length)
        for (const { rates } of groups) {
          for (const name of ['selection_rate', 'tpr', 'fpr', 'ppv', 'accuracy'] as const) {
            const figure = rates[name]
            if (figure?.state !== 'ok') continue
            expect((figure.low ?? 2) <= figure.value && figure.value <= (figure.high ?? -1)).toBe(true)
          }
          const [tpr, fnr] = [numberOf(rates.tpr), numberOf(rates.fnr)]
          if (tpr !== undefined) expect(tpr + (fnr ?? 0)).toBeCloseTo(1, 12)
        }
        for (const { impact_ratio } of impact) expect(numberOf(impact_ratio) ?? 0).toBeLessThanOrEqual(1)
      }),
      { numRuns: 50 },
    )
  })
})

describe('rules of group fairness', () => {
  test('a group below ten rows is withheld and enters no comparison', () => {
    const { groups, disparities, impact } = fairnessOf([...group(0, 100, 50), ...group(1, 100, 45), ...group(2, 9, 0)])
    expect(groups[2]).toMatchObject({ group: 'z', n: 9, state: 'suppressed', n_pos: null, selected: null })
    expect(groups[2]?.rates.selection_rate).toMatchObject({ state: 'suppressed' })
    expect(disparities.selection_rate).toMatchObject({ lowest: 'y', suppressed_groups: ['z'], rests_on_small: false })
    expect(numberOf(disparities.selection_rate.difference)).toBeCloseTo(0.05, 12)
    expect(impact[2]).toMatchObject({ impact_ratio: { state: 'suppressed' }, passes: null, shortfall: null })
  })
  test('a small group is shown and flagged, and the established gap leaves it out', () => {
    const { disparities, groups } = fairnessOf([...group(0, 100, 50), ...group(1, 100, 45), ...group(2, 29, 0)])
    expect(groups[2]?.state).toBe('small')
    expect(disparities.selection_rate).toMatchObject({ lowest: 'z', rests_on_small: true })
    expect(numberOf(disparities.selection_rate.difference)).toBe(0.5)
    expect(disparities.selection_rate.established.lowest).toBe('y')
  })
  test('a rate without a denominator is undefined with its reason and leaves the comparison', () => {
    const noPositives = group(2, 40, 20).map((each) => ({ ...each, y: 0 }))
    const { groups, disparities } = fairnessOf([...group(0, 100, 50), ...group(1, 100, 45), ...noPositives])
    expect(groups[2]?.rates.tpr).toEqual({ state: 'undefined', reason: 'no positives' })
    expect(disparities.tpr.undefined_groups).toEqual(['z'])
    expect(disparities.tpr.lowest).toBe('y')
  })
  test('one group alone cannot be compared, and nobody selected leaves no ratio', () => {
    expect(fairnessOf(group(0, 50, 20)).disparities.selection_rate.difference.state).toBe('undefined')
    const nobody = fairnessOf([...group(0, 50, 0), ...group(1, 50, 0)])
    expect(nobody.disparities.selection_rate.ratio.state).toBe('undefined')
    expect(nobody.impact[0]?.impact_ratio).toEqual({ state: 'undefined', reason: 'nobody selected' })
  })
  test('exactly four fifths passes; one selection less fails with a shortfall of one person', () => {
    const exact = fairnessOf([...group(0, 100, 50), ...group(1, 100, 40)]).impact[1]
    expect(exact).toMatchObject({ passes: true, shortfall: 0, versus: 'x' })
    const less = fairnessOf([...group(0, 100, 50), ...group(1, 100, 39)]).impact[1]
    expect(less).toMatchObject({ passes: false, shortfall: 1, test: 'two_proportion_z' })
  })
  test('two groups get the interval of a difference, three a bootstrap one that a seed fixes', () => {
    const two = fairnessOf([...group(0, 400, 200), ...group(1, 400, 190)]).disparities.selection_rate.difference
    expect(two).toMatchObject({ state: 'ok' })
    expect(two.state === 'ok' && (two.low ?? 1) < 0).toBe(true)
    const three = fairnessOf([...group(0, 400, 200), ...group(1, 400, 120), ...group(2, 400, 180)], {}, 1000)
    const { difference } = three.disparities.selection_rate
    if (difference.state !== 'ok') throw new Error('undefined')
    expect(difference.low).toBeCloseTo(0.2 - 1.96 * 0.0339, 1)
    expect(difference.high).toBeCloseTo(0.2 + 1.96 * 0.0339, 1)
  })
  test('a reference group gives signed comparisons; empty intersections are listed', () => {
    const rows = [...group(0, 100, 50), ...group(1, 100, 80)]
    const result = groupFairness(inputOf(rows, { references: { a: 'x' } }))
    const [comparison] = result.attributes.a?.reference?.rates.selection_rate ?? []
    expect(comparison).toMatchObject({ group: 'y', versus: 'x' })
    expect(numberOf(comparison?.difference)).toBeCloseTo(0.3, 12)
    expect(numberOf(result.attributes.a?.reference?.parity.disparate_impact)).toBeCloseTo(1.6, 12)
    expect(result.intersection).toMatchObject({ name: 'a|b', empty: ['x|r', 'y|r', 'z|l', 'z|r'], empty_count: 4 })
  })
})

const scored = fc.array(fc.record({ y: fc.nat(1), s: fc.integer({ min: -8, max: 8 }) }), {
  minLength: 2,
  maxLength: 200,
})

describe('laws of ranking', () => {
  test('the area does not change under a rising transform and mirrors under negation', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const y = Uint8Array.from(rows, (each) => each.y)
        const area = (of: (s: number) => number) =>
          numberOf(
            auc(
              scoreSteps(
                y,
                Float64Array.from(rows, (each) => of(each.s)),
              ),
            ),
          )
        const plain = area((s) => s)
        expect(area((s) => s ** 3 + 5)).toBe(plain)
        if (plain !== undefined) expect(area((s) => -s)).toBeCloseTo(1 - plain, 12)
      }),
    )
  })
  test('a score compared with itself shows no difference', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const y = Uint8Array.from(rows, (each) => each.y)
        const score = Float64Array.from(rows, (each) => each.s)
        const compared = comparePairedAuc(y, score, score)
        if (compared) expect(compared).toMatchObject({ z: 0, p: 1 })
      }),
    )
  })
  test('bins of equal mass differ by at most one row, larger first', () => {
    const bins = calibrationByMass(new Uint8Array(23), new Float64Array(23).fill(0.5), 10)?.bins
    expect(bins?.map(({ n }) => n)).toEqual([3, 3, 3, 2, 2, 2, 2, 2, 2, 2])
  })
})

describe('quality of a binary classifier', () => {
  const y = Uint8Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 1 : 0))
  const score = Float64Array.from({ length: 200 }, (_, i) => ((i * 37) % 100) / 100)

  test('everything carries an interval when asked, and a seed fixes the bytes', () => {
    const run = (seed: number) => binaryPerformance({ y, score, threshold: 0.5, bootstrap: { seed, rounds: 200 } })
    const result = run(3)
    for (const [name, figure] of Object.entries(result.figures))
      expect(figure, name).toMatchObject({ state: 'ok', low: expect.any(Number), high: expect.any(Number) })
    expect(canonicalJson(run(3))).toBe(canonicalJson(result))
    expect(canonicalJson(run(4))).not.toBe(canonicalJson(result))
  })
  test('one class and no rows give reasons, not numbers', () => {
    const one = binaryPerformance({ y: new Uint8Array(5).fill(1), score: new Float64Array(5), threshold: 0.5 })
    expect(one.figures.roc_auc).toEqual({ state: 'undefined', reason: 'only one class among the labels' })
    expect(one.flags).toContain('mcc_degenerate')
    expect(canonicalJson(one)).toContain('"n":5')
    const empty = binaryPerformance({ y: new Uint8Array(), score: new Float64Array(), threshold: 0.5 })
    expect(empty.figures.accuracy).toEqual({ state: 'undefined', reason: 'no rows' })
    expect(canonicalJson(empty)).toContain('"n":0')
  })
  test('a score outside [0, 1] still ranks but is no probability', () => {
    const { figures, flags } = binaryPerformance({ y, score: score.map((s) => 10 * s - 3), threshold: 2 })
    expect(figures.roc_auc.state).toBe('ok')
    expect(figures.log_loss.state).toBe('undefined')
    expect(flags).toContain('score_not_probability')
  })
  test.each([
    ['lengths that differ', { y, score: new Float64Array(3) }],
    ['labels other than 0 and 1', { y: Uint8Array.of(0, 2), score: new Float64Array(2) }],
    ['a score that is not finite', { y: Uint8Array.of(0, 1), score: Float64Array.of(0, Number.NaN) }],
  ])('%s are refused', (_, input) => {
    expect(() => binaryPerformance({ ...input, threshold: 0.5 })).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    )
  })
})

describe('refusals of group fairness', () => {
  const rows = group(0, 20, 10)
  const base = inputOf(rows)
  const codes = new Uint8Array(20)
  test.each<[string, Partial<FairnessInput>]>([
    ['no attribute', { attributes: [] }],
    ['a repeated attribute', { attributes: [...base.attributes, ...base.attributes] }],
    ['a code without a label', { attributes: [{ name: 'a', codes: codes.map(() => 7), labels: ['x'] }] }],
    ['codes of another length', { attributes: [{ name: 'a', codes: new Uint8Array(3), labels: ['x'] }] }],
    ['a repeated label', { attributes: [{ name: 'a', codes, labels: ['x', 'x'] }] }],
    ['predictions other than 0 and 1', { predicted: new Uint8Array(20).fill(3) }],
    ['an unknown reference', { options: { references: { a: 'nobody' } } }],
    [
      'too many intersections',
      {
        attributes: ['a', 'b'].map((name) => ({
          name,
          codes,
          labels: Array.from({ length: 1000 }, (_, i) => `${name}${i}`),
        })),
      },
    ],
  ])('%s is refused', (_, change) => {
    expect(() => groupFairness({ ...base, ...change })).toThrow(expect.objectContaining({ code: 'bad_request' }))
  })
})
