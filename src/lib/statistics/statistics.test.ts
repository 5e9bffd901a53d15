import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeShared, readSharedJson } from '../../testing/shared.ts'
import {
  benjaminiHochberg,
  betaCdf,
  betaQuantile,
  binomial,
  chi2Homogeneity,
  chi2Sf,
  clopperPearson,
  compareProportions,
  fisherExact,
  gammaP,
  holm,
  kolmogorovSf,
  logRatio,
  multinomial,
  newcombe,
  normalCdf,
  normalQuantile,
  normalSf,
  quantileSorted,
  scoreDifference,
  seeded,
  tSf,
  twoProportionZ,
  wilson,
} from './index.ts'

type Row = readonly number[]
type Reference = {
  readonly [name in
    | 'beta_cdf'
    | 'beta_ppf'
    | 'chi2_sf'
    | 'gammainc'
    | 't_sf'
    | 'norm_sf'
    | 'norm_ppf'
    | 'kolm_sf'
    | 'wilson'
    | 'clopper_pearson'
    | 'quantile_linear']: readonly Row[]
} & {
  readonly fisher: readonly (readonly [readonly [readonly [number, number], readonly [number, number]], number])[]
  readonly chi2_cont: { obs: number[][]; chi2: number; p: number; dof: number }
  readonly ks2: { a: number[] }
}

const close = (value: number, expected: number, rel = 1e-9) =>
  expect(Math.abs(value - expected), `${value} against ${expected}`).toBeLessThanOrEqual(
    Math.max(1e-15, rel * Math.abs(expected)),
  )

describeShared('reference distribution values', ['vectors', 'statistics', 'reference-values.json'], () => {
  const reference = readSharedJson<Reference>('vectors', 'statistics', 'reference-values.json')
  const functions: [Exclude<keyof Reference, 'fisher' | 'chi2_cont' | 'ks2'>, (...args: number[]) => number | Row][] = [
    ['beta_cdf', (x = 0, a = 0, b = 0) => betaCdf(x, a, b)],
    ['beta_ppf', (p = 0, a = 0, b = 0) => betaQuantile(p, a, b)],
    ['chi2_sf', (x = 0, dof = 0) => chi2Sf(x, dof)],
    ['gammainc', (a = 0, x = 0) => gammaP(a, x)],
    ['t_sf', (t = 0, dof = 0) => tSf(t, dof)],
    ['norm_sf', (z = 0) => normalSf(z)],
    ['norm_ppf', (p = 0) => normalQuantile(p)],
    ['kolm_sf', (x = 0) => kolmogorovSf(x)],
    ['wilson', (x = 0, n = 0) => Object.values(wilson(x, n))],
    ['clopper_pearson', (x = 0, n = 0) => Object.values(clopperPearson(x, n))],
  ]
  test.each(functions)('%s', (name, compute) => {
    for (const row of reference[name]) {
      const answer = [compute(...row)].flat()
      for (const [i, expected] of row.slice(-answer.length).entries()) close(answer[i] ?? Number.NaN, expected)
    }
  })
  test('fisher, chi-square and quantiles', () => {
    for (const [[[a, b], [c, d]], p] of reference.fisher) close(fisherExact(a, a + b, c, c + d), p)
    const chi2 = chi2Homogeneity(reference.chi2_cont.obs)
    close(chi2.statistic, reference.chi2_cont.chi2)
    close(chi2.p, reference.chi2_cont.p)
    expect(chi2.dof).toBe(reference.chi2_cont.dof)
    const sorted = reference.ks2.a.toSorted((x, y) => x - y)
    for (const [q = 0, expected = 0] of reference.quantile_linear) close(quantileSorted(sorted, q), expected)
  })
})

const proportion = fc.nat(500).chain((n) =>
  fc.tuple(
    fc.nat(n + 1).map((x) => Math.min(x, n + 1)),
    fc.constant(n + 1),
  ),
)

describe('laws', () => {
  test('the quantile inverts the distribution function', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
        (p) => void close(normalCdf(normalQuantile(p)), p),
      ),
    )
  })
  test('wilson lies in [0, 1] and holds the rate', () => {
    fc.assert(
      fc.property(proportion, ([x, n]) => {
        const { low, high } = wilson(x, n)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(low <= x / n && x / n <= high).toBe(true)
      }),
    )
  })
  test('differences are antisymmetric, ratios reciprocal, tests symmetric', () => {
    fc.assert(
      fc.property(proportion, proportion, ([a, m], [b, n]) => {
        const there = newcombe(a, m, b, n)
        const back = newcombe(b, n, a, m)
        expect(there.low).toBeCloseTo(-back.high, 12)
        close(logRatio(a, m, b, n).low, 1 / logRatio(b, n, a, m).high)
        close(fisherExact(a, m, b, n), fisherExact(b, n, a, m))
        close(twoProportionZ(a, m, b, n).p, twoProportionZ(b, n, a, m).p)
        const { p } = compareProportions(a, m, b, n)
        expect(p >= 0 && p <= 1).toBe(true)
      }),
    )
  })
  test('holm is at least the p-value, at most one, and Benjamini-Hochberg is never stricter', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (p) => {
        const strict = holm(p)
        const lenient = benjaminiHochberg(p)
        for (const [i, each] of p.entries()) {
          expect(strict[i]).toBeGreaterThanOrEqual(each)
          expect(strict[i]).toBeLessThanOrEqual(1)
          expect(lenient[i]).toBeLessThanOrEqual((strict[i] ?? 0) + 1e-12)
        }
      }),
    )
  })
})

describe('random numbers', () => {
  test('a seed fixes the sequence and other seeds differ', () => {
    const draw = (seed: number) => {
      const random = seeded(seed)
      return Array.from({ length: 5 }, () => random.word())
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })
  test.each([
    [20, 0.1],
    [1000, 0.3],
    [1_000_000, 0.7],
  ])('binomial(%d, %d) has its mean and variance', (n, p) => {
    const random = seeded(7)
    const draws = Array.from({ length: 20_000 }, () => binomial(random, n, p))
    const mean = draws.reduce((sum, k) => sum + k, 0) / draws.length
    const variance = draws.reduce((sum, k) => sum + (k - mean) ** 2, 0) / draws.length
    const spread = n * p * (1 - p)
    expect(Math.abs(mean - n * p)).toBeLessThan(4 * Math.sqrt(spread / draws.length))
    expect(Math.abs(variance / spread - 1)).toBeLessThan(0.05)
  })
  test('multinomial counts keep the total and leave empty cells empty', () => {
    const into = new Float64Array(4)
    multinomial(seeded(3), Float64Array.of(10, 0, 25, 5), into)
    expect(into.reduce((sum, k) => sum + k, 0)).toBe(40)
    expect(into[1]).toBe(0)
  })
})

describe('refusals', () => {
  test('what is not a probability, a proportion or a sample is refused', () => {
    expect(() => normalQuantile(1)).toThrow(RangeError)
    expect(() => wilson(3, 0)).toThrow(RangeError)
    expect(() => wilson(4, 3)).toThrow(RangeError)
    expect(() => betaCdf(2, 1, 1)).toThrow(RangeError)
    expect(() => betaQuantile(-1, 1, 1)).toThrow(RangeError)
    expect(() => gammaP(0, 1)).toThrow(RangeError)
    expect(() => quantileSorted([], 0.5)).toThrow(RangeError)
  })
})

test('a score interval has the published limits', () => {
  // Newcombe 1998, table II, example (a), method 6.
  const { low, high } = scoreDifference(56, 70, 48, 80)
  expect(low).toBeCloseTo(0.0528, 4)
  expect(high).toBeCloseTo(0.3382, 4)
})
