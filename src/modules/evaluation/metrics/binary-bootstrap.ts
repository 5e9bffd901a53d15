import { type Interval, multinomial, percentileInterval, seeded } from '../../../lib/statistics/index.ts'
import { type Confusion, fromCells } from './confusion.ts'
import type { ScoreSteps } from './ranking.ts'

export type BootstrapOptions = { readonly seed: number; readonly rounds: number }

/** Replicates of named measures; a round in which a measure is undefined adds none. */
export class Replicates {
  readonly #values = new Map<string, number[]>()

  add(name: string, value: number | undefined): void {
    if (value === undefined || !Number.isFinite(value)) return
    const values = this.#values.get(name)
    if (values) values.push(value)
    else this.#values.set(name, [value])
  }

  /** Percentile interval; undefined where the measure had no value in more than one round out of twenty. */
  interval(name: string, rounds: number): Interval | undefined {
    const values = this.#values.get(name)
    if (!values || values.length < 0.95 * rounds) return undefined
    return percentileInterval(Float64Array.from(values))
  }
}

/**
 * Resamples rows with replacement, seen only through their confusion cell: a multinomial draw of four counts, which has
 * the distribution of resampling all rows at a cost that does not depend on their number.
 */
export function resampleConfusion(
  c: Confusion,
  { seed, rounds }: BootstrapOptions,
  each: (c: Confusion) => void,
): void {
  const random = seeded(seed)
  const cells = Float64Array.of(c.tn, c.fp, c.fn, c.tp)
  const drawn = new Float64Array(4)
  for (let round = 0; round < rounds; round++) {
    multinomial(random, cells, drawn)
    each(fromCells(drawn, 0))
  }
}

/** Resamples rows with replacement, seen through label and distinct score. O(rounds * rows). */
export function resampleSteps(
  steps: ScoreSteps,
  { seed, rounds }: BootstrapOptions,
  each: (s: ScoreSteps) => void,
): void {
  const size = steps.score.length
  const cellOfRow = new Uint32Array(steps.nPositive + steps.nNegative)
  let row = 0
  for (let k = 0; k < size; k++) {
    for (let i = 0; i < (steps.positives[k] ?? 0); i++) cellOfRow[row++] = k
    for (let i = 0; i < (steps.negatives[k] ?? 0); i++) cellOfRow[row++] = size + k
  }
  const random = seeded(seed)
  const counts = new Float64Array(2 * size)
  const positives = counts.subarray(0, size)
  const negatives = counts.subarray(size)
  for (let round = 0; round < rounds; round++) {
    counts.fill(0)
    let nPositive = 0
    for (let i = 0; i < row; i++) {
      const cell = cellOfRow[random.below(row)] ?? 0
      counts[cell] = (counts[cell] ?? 0) + 1
      if (cell < size) nPositive++
    }
    each({ score: steps.score, positives, negatives, nPositive, nNegative: row - nPositive })
  }
}
