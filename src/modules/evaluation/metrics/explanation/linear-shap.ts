/** A linear model: the intercept and a coefficient a feature. */
export type Linear = { readonly intercept: number; readonly coefficients: Float64Array }

/**
 * Shapley values of a linear model in closed form: coefficient times the distance from the background's mean
 * (Lundberg & Lee 2017, corollary 1). Rows and background are matrices in rows of the features.
 */
export function linearShap(
  { intercept, coefficients }: Linear,
  rows: readonly (readonly number[])[],
  background: readonly (readonly number[])[],
): { readonly base: number; readonly values: Float64Array[] } {
  const means = coefficients.map((_, j) => background.reduce((sum, row) => sum + (row[j] ?? 0), 0) / background.length)
  const base = coefficients.reduce((sum, coefficient, j) => sum + coefficient * (means[j] ?? 0), intercept)
  return { base, values: rows.map((row) => coefficients.map((c, j) => c * ((row[j] ?? 0) - (means[j] ?? 0)))) }
}
