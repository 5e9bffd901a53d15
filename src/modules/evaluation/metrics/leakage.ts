import { aucValue, scoreSteps } from './ranking.ts'

export type LeakColumn = {
  readonly name: string
  readonly numbers: Float64Array | null
  readonly words: readonly (string | null)[] | null
}

export type Leak = {
  readonly column: string
  readonly kind: 'label' | 'identifier'
  /** AUC of the column alone, the better direction; or the share of values that occur once. */
  readonly value: number
  readonly sentence: string
}

/** A column that alone tells the label this well was hardly known before the outcome. */
const tooGood = 0.98
const mostlyUnique = 0.95

/**
 * Columns that give the label away or name the row: signs that a model learned what it will not have, or who somebody is.
 * `y` is 0 or 1, in the order of the columns' rows.
 */
export function findLeaks(y: Uint8Array, columns: readonly LeakColumn[]): Leak[] {
  return columns.flatMap((column): Leak[] => {
    const score = column.numbers ? filled(column.numbers) : rateByValue(y, column.words ?? [])
    const area = aucValue(scoreSteps(y, score)) ?? 0.5
    const strength = Math.max(area, 1 - area)
    const unique = shareOfUnique(column)
    const isWhole = column.numbers === null || column.numbers.every((value) => !(value % 1))
    return [
      ...(strength >= tooGood && (column.numbers || unique < mostlyUnique)
        ? [
            {
              column: column.name,
              kind: 'label' as const,
              value: strength,
              sentence: `${column.name} alone tells the label with an AUC of ${strength.toFixed(3)}`,
            },
          ]
        : []),
      ...(unique >= mostlyUnique && isWhole
        ? [
            {
              column: column.name,
              kind: 'identifier' as const,
              value: unique,
              sentence: `${Math.round(unique * 100)} of 100 rows have a value of ${column.name} that no other row has`,
            },
          ]
        : []),
    ]
  })
}

/** Missing values are one value of their own, below the others. */
const filled = (values: Float64Array) =>
  values.map((value) => (Number.isFinite(value) ? value : Number.MIN_SAFE_INTEGER))

/** The rate of the label among the other rows with the same word, so that a word that occurs once tells nothing. */
function rateByValue(y: Uint8Array, words: readonly (string | null)[]): Float64Array {
  const sums = new Map<string | null, { n: number; positives: number }>()
  for (const [row, word] of words.entries()) {
    const held = sums.get(word) ?? { n: 0, positives: 0 }
    held.n++
    held.positives += y[row] ?? 0
    sums.set(word, held)
  }
  const base = y.reduce((sum, label) => sum + label, 0) / y.length
  return Float64Array.from(words, (word, row) => {
    const { n, positives } = sums.get(word) ?? { n: 0, positives: 0 }
    return n > 1 ? (positives - (y[row] ?? 0)) / (n - 1) : base
  })
}

function shareOfUnique({ numbers, words }: LeakColumn): number {
  const values: ArrayLike<unknown> = numbers ?? words ?? []
  if (values.length === 0) return 0
  const counts = new Map<unknown, number>()
  for (let i = 0; i < values.length; i++) counts.set(values[i], (counts.get(values[i]) ?? 0) + 1)
  return [...counts.values()].filter((count) => count === 1).length / values.length
}
