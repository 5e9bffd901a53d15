/** Favourable outcomes of a group, and its rows. */
export type Outcomes = { readonly favourable: number; readonly n: number }

/**
 * Smoothed empirical differential fairness (Foulds et al. 2020; AIF360): the largest difference of log shares between any
 * two groups, of favourable or of other outcomes, after a Dirichlet prior of the given concentration. 0 is equal.
 */
export function differentialFairness(groups: readonly Outcomes[], concentration = 1): number {
  const shares = groups.map(({ favourable, n }) => (favourable + concentration / 2) / (n + concentration))
  const widest = (values: readonly number[]) => Math.max(...values) - Math.min(...values)
  return Math.max(widest(shares.map(Math.log)), widest(shares.map((share) => Math.log(1 - share))))
}

/** How much more the decisions differ between groups than the labels do; negative where they differ less. */
export function biasAmplification(
  decisions: readonly Outcomes[],
  labels: readonly Outcomes[],
  concentration = 1,
): number {
  return differentialFairness(decisions, concentration) - differentialFairness(labels, concentration)
}
