import { seeded } from '../src/lib/statistics/index.ts'
import type { WageRow } from './wages.ts'

/**
 * Reweighing (Kamiran & Calders 2012): each row weighs what its group and outcome would be expected to have, were they
 * independent, over what they have. With these weights the outcome no longer depends on the group.
 */
export function reweigh(rows: readonly WageRow[], groupOf: (row: WageRow) => string): number[] {
  const groups = countBy(rows, groupOf)
  const outcomes = countBy(rows, (row) => String(row.high_wage))
  const both = countBy(rows, (row) => `${groupOf(row)}\n${row.high_wage}`)
  return rows.map((row) => {
    const expected = (groups(groupOf(row)) * outcomes(String(row.high_wage))) / rows.length
    return expected / both(`${groupOf(row)}\n${row.high_wage}`)
  })
}

/**
 * Draws `count` rows in proportion to their weights, for a learner that takes none. Systematic: one random start and then
 * equal steps along the summed weights, so every row appears its expected number of times, rounded down or up.
 */
export function resample<T>(rows: readonly T[], weights: readonly number[], count: number, seed: number): T[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const start = seeded(seed).uniform()
  const drawn: T[] = []
  let reached = 0
  rows.forEach((row, i) => {
    reached += weights[i] ?? 0
    while (drawn.length < count && ((drawn.length + start) / count) * total < reached) drawn.push(row)
  })
  return drawn
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): (key: string) => number {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return (key) => counts.get(key) ?? 0
}
