import { normalSf } from './normal.ts'
import { chi2Sf } from './tails.ts'

/** Probabilities within this relative slack of the observed one count as equal (scipy.stats.fisher_exact). */
const slack = 1e-7

/**
 * Fisher's exact test of x1 of n1 against x2 of n2, two-sided: the sum over the tables with the same margins that are
 * no more probable than the observed one. Weights are taken relative to the most probable table, so no logarithm of a
 * factorial limits the precision. O(min(n1, x1 + x2)).
 */
export function fisherExact(x1: number, n1: number, x2: number, n2: number): number {
  const successes = x1 + x2
  const low = Math.max(0, successes - n2)
  const high = Math.min(n1, successes)
  const mode = Math.min(high, Math.max(low, Math.floor(((n1 + 1) * (successes + 1)) / (n1 + n2 + 2))))
  const weights = new Float64Array(high - low + 1)
  weights[mode - low] = 1
  let weight = 1
  for (let k = mode; k < high; k++) {
    weight *= ((n1 - k) / (k + 1)) * ((successes - k) / (n2 - successes + k + 1))
    weights[k + 1 - low] = weight
  }
  weight = 1
  for (let k = mode; k > low; k--) {
    weight *= (k / (n1 - k + 1)) * ((n2 - successes + k) / (successes - k + 1))
    weights[k - 1 - low] = weight
  }
  const limit = (weights[x1 - low] ?? 0) * (1 + slack)
  let total = 0
  let extreme = 0
  for (const each of weights) {
    total += each
    if (each <= limit) extreme += each
  }
  return Math.min(1, extreme / total)
}

/**
 * Two-proportion z test with pooled variance, two-sided (statsmodels proportions_ztest).
 * When nobody or everybody succeeds there is no variance and no evidence: z 0, p 1.
 */
export function twoProportionZ(x1: number, n1: number, x2: number, n2: number): { z: number; p: number } {
  const pooled = (x1 + x2) / (n1 + n2)
  const variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
  if (variance === 0) return { z: 0, p: 1 }
  const z = (x1 / n1 - x2 / n2) / Math.sqrt(variance)
  return { z, p: Math.min(1, 2 * normalSf(Math.abs(z))) }
}

export type ProportionTest = { readonly test: 'two_proportion_z' | 'fisher_exact'; readonly p: number }

/** z test when all four expected counts are at least 5, else Fisher's exact test. */
export function compareProportions(x1: number, n1: number, x2: number, n2: number): ProportionTest {
  const rarer = Math.min(x1 + x2, n1 + n2 - x1 - x2)
  const expected = (Math.min(n1, n2) * rarer) / (n1 + n2)
  if (expected >= 5) return { test: 'two_proportion_z', p: twoProportionZ(x1, n1, x2, n2).p }
  return { test: 'fisher_exact', p: fisherExact(x1, n1, x2, n2) }
}

/** Chi-square test of a table of counts (rows of equal length), without continuity correction; empty margins are left out. */
export function chi2Homogeneity(table: readonly (readonly number[])[]): { statistic: number; p: number; dof: number } {
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0))
  const columns = (table[0] ?? []).map((_, j) => table.reduce((sum, row) => sum + (row[j] ?? 0), 0))
  const total = rows.reduce((sum, count) => sum + count, 0)
  const dof = (rows.filter((n) => n > 0).length - 1) * (columns.filter((n) => n > 0).length - 1)
  if (dof <= 0) return { statistic: 0, p: 1, dof: 0 }
  let statistic = 0
  for (const [i, row] of table.entries())
    for (const [j, count] of row.entries()) {
      const expected = ((rows[i] ?? 0) * (columns[j] ?? 0)) / total
      if (expected > 0) statistic += (count - expected) ** 2 / expected
    }
  return { statistic, p: chi2Sf(statistic, dof), dof }
}

/** Chi-square test of a 2 x 2 table with Yates' correction. */
export function chi2Yates(
  x1: number,
  n1: number,
  x2: number,
  n2: number,
): { statistic: number; p: number; dof: number } {
  const [b, d, total] = [n1 - x1, n2 - x2, n1 + n2]
  const margins = n1 * n2 * (x1 + x2) * (b + d)
  if (margins === 0) return { statistic: 0, p: 1, dof: 0 }
  const apart = Math.max(0, Math.abs(x1 * d - b * x2) - total / 2)
  const statistic = (total * apart * apart) / margins
  return { statistic, p: chi2Sf(statistic, 1), dof: 1 }
}

/** Odds ratio of the sample, (x1 failures2) / (failures1 x2); infinite or NaN where a product is 0. */
export function oddsRatio(x1: number, n1: number, x2: number, n2: number): number {
  return (x1 * (n2 - x2)) / ((n1 - x1) * x2)
}
