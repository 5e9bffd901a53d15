/** One row of the results: what we take or reach, and what a reference does in the same run on the same machine. */
export type Measurement = {
  work: string
  /** What it is measured against; `–` where the goal is absolute. */
  against: string
  ours: number
  /** Null where the goal is absolute. */
  reference: number | null
  /** Ours over the reference; null where the goal is absolute. */
  ratio: number | null
  /** For the ratio, or for our own figure where there is no reference; null where the figure only shows how it grows. */
  goal: number | null
  unit: string
  /** Which way is better, for the ratio or the absolute figure. */
  better: 'higher' | 'lower'
}

export function holds({ ours, ratio, goal, better }: Measurement): boolean {
  if (goal === null) return true
  const value = ratio ?? ours
  return better === 'higher' ? value >= goal : value <= goal
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** Nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN
}

/** A row without a reference. */
export function absolute(work: string, ours: number, unit: string, goal: number | null): Measurement {
  return { work, against: '–', ours, reference: null, ratio: null, goal, unit, better: 'lower' }
}

/** A row of speeds, of which more is better: the median round of each. */
export function speeds(
  row: Pick<Measurement, 'work' | 'against' | 'goal' | 'unit'>,
  ours: readonly number[],
  reference: readonly number[],
): Measurement {
  const mine = median(ours)
  const theirs = median(reference)
  return { ...row, ours: mine, reference: theirs, ratio: mine / theirs, better: 'higher' }
}
