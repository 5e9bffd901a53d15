import { type Interval, multinomial, seeded } from '../../../lib/statistics/index.ts'
import { type BootstrapOptions, Replicates } from './binary-bootstrap.ts'
import { compositeValue, rateValue } from './confusion.ts'
import { numberOf } from './figure.ts'
import { agreement, oneAgainstRest } from './multiclass.ts'

/** Wider tables get no intervals: every round looks at each class. */
const mostClasses = 100

/**
 * Percentile intervals of the figures that the confusion matrix alone gives (means over classes, Matthews correlation,
 * kappa): a multinomial draw of its cells has the distribution of resampling all rows.
 */
export function multiclassIntervals(
  confusion: readonly (readonly number[])[],
  { seed, rounds }: BootstrapOptions,
): Readonly<Record<string, Interval>> {
  const size = confusion.length
  if (size === 0 || size > mostClasses) return {}
  const cells = Float64Array.from(confusion.flat())
  const drawn = new Float64Array(cells.length)
  const random = seeded(seed)
  const replicates = new Replicates()
  const names = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    multinomial(random, cells, drawn)
    const table = Array.from({ length: size }, (_, k) => drawn.subarray(k * size, (k + 1) * size))
    for (const [name, value] of Object.entries(figuresOf(table))) {
      names.add(name)
      replicates.add(name, value)
    }
  }
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const interval = replicates.interval(name, rounds)
      return interval ? [[name, interval]] : []
    }),
  )
}

function figuresOf(table: readonly Float64Array[]): Record<string, number | undefined> {
  const classes = table.map((_, k) => oneAgainstRest(table, k))
  const n = table.reduce((sum, row) => sum + row.reduce((total, each) => total + each, 0), 0)
  const support = classes.map(({ tp, fn }) => tp + fn)
  const values = {
    precision: classes.map((each) => rateValue('ppv', each)),
    recall: classes.map((each) => rateValue('tpr', each)),
    f1: classes.map((each) => compositeValue('f1', each)),
  }
  const means = Object.entries(values).flatMap(([name, own]) => [
    [
      `${name}_macro`,
      meanOf(
        own,
        own.map(() => 1),
      ),
    ],
    [`${name}_weighted`, meanOf(own, support)],
  ])
  const { mcc, cohen_kappa } = agreement(table, n)
  return {
    ...Object.fromEntries(means),
    balanced_accuracy: meanOf(
      values.recall,
      values.recall.map(() => 1),
    ),
    mcc: numberOf(mcc),
    cohen_kappa: numberOf(cohen_kappa),
  }
}

/** Over the classes that have the figure, as the figure itself is. */
function meanOf(values: readonly (number | undefined)[], weights: readonly number[]): number | undefined {
  let [sum, weight] = [0, 0]
  for (const [k, value] of values.entries()) {
    if (value === undefined) continue
    sum += value * (weights[k] ?? 0)
    weight += weights[k] ?? 0
  }
  return weight === 0 ? undefined : sum / weight
}
