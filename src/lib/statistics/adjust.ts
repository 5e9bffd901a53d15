/** Indices of p-values in ascending order, equal ones by position. */
function ascending(p: readonly number[]): number[] {
  return p.map((_, i) => i).sort((i, j) => (p[i] ?? 0) - (p[j] ?? 0) || i - j)
}

/** Holm's step-down adjusted p-values of one family, in the order given (Holm 1979; R p.adjust "holm"). */
export function holm(p: readonly number[]): number[] {
  const adjusted = new Array<number>(p.length).fill(1)
  let worst = 0
  for (const [rank, i] of ascending(p).entries()) {
    worst = Math.max(worst, Math.min(1, (p.length - rank) * (p[i] ?? 1)))
    adjusted[i] = worst
  }
  return adjusted
}

/** Benjamini and Hochberg's adjusted p-values of one family, in the order given (R p.adjust "BH"). */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const adjusted = new Array<number>(p.length).fill(1)
  let best = 1
  for (const [back, i] of ascending(p).reverse().entries()) {
    best = Math.min(best, (p.length / (p.length - back)) * (p[i] ?? 1))
    adjusted[i] = best
  }
  return adjusted
}

/** Bonferroni's adjusted p-values. */
export function bonferroni(p: readonly number[]): number[] {
  return p.map((each) => Math.min(1, each * p.length))
}

/** Benjamini and Yekutieli's adjusted p-values, for tests that depend on each other in any way (R p.adjust "BY"). */
export function benjaminiYekutieli(p: readonly number[]): number[] {
  const factor = p.reduce((sum, _, i) => sum + 1 / (i + 1), 0)
  return benjaminiHochberg(p.map((each) => each * factor))
}

/** Šidák's adjusted p-values, for independent tests. */
export function sidak(p: readonly number[]): number[] {
  return p.map((each) => -Math.expm1(p.length * Math.log1p(-each)))
}
