/** A group's value that may take part in a comparison. */
export type GroupValue = { readonly group: string; readonly value: number }

export type Extremes = { readonly highest: GroupValue; readonly lowest: GroupValue }

/** Groups with the highest and lowest value, the first in order among equals; undefined below two groups. */
export function extremes(values: readonly GroupValue[]): Extremes | undefined {
  let [highest, lowest] = [values[0], values[0]]
  if (!highest || !lowest || values.length < 2) return undefined
  for (const each of values) {
    if (each.value > highest.value) highest = each
    if (each.value < lowest.value) lowest = each
  }
  return { highest, lowest }
}

/** max - min (fairlearn "between_groups"); undefined below two values. */
export function spread(values: ArrayLike<number>): number | undefined {
  if (values.length < 2) return undefined
  const { low, high } = range(values)
  return high - low
}

/** min / max (fairlearn "between_groups"); undefined below two values or where the maximum is 0. */
export function quotient(values: ArrayLike<number>): number | undefined {
  if (values.length < 2) return undefined
  const { low, high } = range(values)
  return high === 0 ? undefined : low / high
}

/** Largest |g - overall| (fairlearn "to_overall"); undefined without values. */
export function spreadToOverall(values: ArrayLike<number>, overall: number): number | undefined {
  if (values.length === 0) return undefined
  const { low, high } = range(values)
  return Math.max(Math.abs(high - overall), Math.abs(overall - low))
}

/** Smallest of g / overall and overall / g (fairlearn "to_overall"); undefined without values or for overall 0. */
export function quotientToOverall(values: ArrayLike<number>, overall: number): number | undefined {
  if (values.length === 0 || overall === 0) return undefined
  const { low, high } = range(values)
  return Math.min(low / overall, high === 0 ? Number.POSITIVE_INFINITY : overall / high)
}

/** Parts put together: the worst and the mean of those that are defined, and whether one was missing. */
export function combine(
  parts: readonly (number | undefined)[],
  worst: 'max' | 'min',
): { readonly worst: number; readonly mean: number; readonly partial: boolean } | undefined {
  const defined = parts.filter((part) => part !== undefined)
  if (defined.length === 0) return undefined
  return {
    worst: worst === 'max' ? Math.max(...defined) : Math.min(...defined),
    mean: defined.reduce((sum, each) => sum + each, 0) / defined.length,
    partial: defined.length < parts.length,
  }
}

function range(values: ArrayLike<number>): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low, high }
}
