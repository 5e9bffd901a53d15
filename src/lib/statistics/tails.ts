import { betaCdf } from './beta.ts'
import { gammaQ } from './gamma.ts'

/** Upper tail of the chi-square distribution, x >= 0, dof > 0 (scipy.stats.chi2.sf). */
export function chi2Sf(x: number, dof: number): number {
  return gammaQ(dof / 2, x / 2)
}

/** Upper tail of Student's t distribution, dof > 0 (scipy.stats.t.sf). */
export function tSf(t: number, dof: number): number {
  const tail = betaCdf(dof / (dof + t * t), dof / 2, 0.5) / 2
  return t < 0 ? 1 - tail : tail
}

/** Upper tail of Kolmogorov's limiting distribution (scipy.special.kolmogorov); 1 for x <= 0. */
export function kolmogorovSf(x: number): number {
  if (!(x > 0)) return 1
  if (x < 1) {
    // The alternating series needs many terms here, the theta-function form only a few.
    let sum = 0
    for (let k = 1; k <= 20; k++) sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * x * x))
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum
  }
  let sum = 0
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x)
  return Math.min(1, Math.max(0, 2 * sum))
}
