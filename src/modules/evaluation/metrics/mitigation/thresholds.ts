import { type ScoreSteps, scoreSteps } from '../ranking.ts'

export const constraints = [
  'demographic_parity',
  'true_positive_rate_parity',
  'false_positive_rate_parity',
  'true_negative_rate_parity',
  'false_negative_rate_parity',
  'equalized_odds',
] as const
export type Constraint = (typeof constraints)[number]
export const objectives = [
  'accuracy',
  'balanced_accuracy',
  'selection_rate',
  'true_positive_rate',
  'true_negative_rate',
] as const
export type Objective = (typeof objectives)[number]

/** A row is selected when its score is above the threshold; infinity selects nobody. */
type Point = { readonly x: number; readonly y: number; readonly threshold: number }

/** Selected with chance `p0` by the first threshold and `p1` by the second; with `p_ignore` by `constant` instead. */
export type GroupRule = {
  readonly p0: number
  readonly threshold0: number
  readonly p1: number
  readonly threshold1: number
  readonly p_ignore: number
  readonly constant: number
}
export type GroupEffect = {
  readonly selection_rate: number
  readonly tpr: number
  readonly fpr: number
  readonly accuracy: number
}

export type ThresholdPlan = {
  readonly constraint: Constraint
  readonly objective: Objective
  readonly rules: Readonly<Record<string, GroupRule>>
  readonly effects: Readonly<Record<string, GroupEffect>>
  /** Share of right decisions over all groups. */
  readonly accuracy: number
  /** The rate that is the same in all groups. */
  readonly common: number
}

const steps = 1000

/**
 * Thresholds by group that make a rate the same in all groups and are best at an objective (Hardt, Price & Srebro 2016;
 * fairlearn's ThresholdOptimizer without flips): the upper hull of each group's trade-off, on a grid of the common rate.
 * Between two thresholds the rule decides by chance. It needs the group at decision time, which law often forbids: a
 * diagnosis of the trade-off, not an action. Undefined when a group has one class only.
 */
export function optimizeThresholds(
  groups: Readonly<Record<string, { readonly y: Uint8Array; readonly score: Float64Array }>>,
  constraint: Constraint,
  objective: Objective,
): ThresholdPlan | undefined {
  const named = Object.entries(groups).map(([name, { y, score }]) => ({ name, steps: scoreSteps(y, score) }))
  if (named.length === 0 || named.some(({ steps: s }) => s.nPositive === 0 || s.nNegative === 0)) return undefined
  const sizes = named.map(({ steps: s }) => s.nPositive + s.nNegative)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const curves = named.map(({ steps: s }) => upperHull(tradeOff(s, constraint, objective)))
  const odds = constraint === 'equalized_odds'
  const positives = named.reduce((sum, { steps: s }) => sum + s.nPositive, 0)

  let [best, at] = [Number.NEGATIVE_INFINITY, 0]
  for (let i = 0; i <= steps; i++) {
    const x = i / steps
    const heights = curves.map((curve) => interpolate(curve, x).y)
    const value = odds
      ? objectiveAt(objective, x, Math.min(...heights), positives, total - positives)
      : heights.reduce((sum, y, g) => sum + (y * (sizes[g] ?? 0)) / total, 0)
    if (value > best) [best, at] = [value, x]
  }
  const found = curves.map((curve) => interpolate(curve, at))
  const floor = Math.min(...found.map(({ y }) => y))
  const rules = found.map(({ p0, p1, first, second, y }): GroupRule => {
    const above = y - at
    const p_ignore = odds && above !== 0 ? (y - floor) / above : 0
    return { p0, threshold0: first.threshold, p1, threshold1: second.threshold, p_ignore, constant: odds ? at : 0 }
  })
  const effects = named.map(({ steps: s }, g) => effectOf(s, rules[g]))
  return {
    constraint,
    objective,
    rules: Object.fromEntries(named.map(({ name }, g) => [name, rules[g] as GroupRule])),
    effects: Object.fromEntries(named.map(({ name }, g) => [name, effects[g] as GroupEffect])),
    accuracy: effects.reduce((sum, effect, g) => sum + (effect.accuracy * (sizes[g] ?? 0)) / total, 0),
    common: at,
  }
}

type Counts = { readonly tp: number; readonly fp: number; readonly positives: number; readonly negatives: number }

/** One point for each way to cut between two scores, from selecting nobody to selecting all. */
function tradeOff(s: ScoreSteps, constraint: Constraint, objective: Objective): Point[] {
  const points: Point[] = []
  let [tp, fp] = [0, 0]
  for (let k = 0; k <= s.score.length; k++) {
    const [above, below] = [s.score[k - 1], s.score[k]]
    const threshold =
      above === undefined
        ? Number.POSITIVE_INFINITY
        : below === undefined
          ? Number.NEGATIVE_INFINITY
          : (above + below) / 2
    const counts = { tp, fp, positives: s.nPositive, negatives: s.nNegative }
    points.push({ threshold, ...pointOf(counts, constraint, objective) })
    tp += s.positives[k] ?? 0
    fp += s.negatives[k] ?? 0
  }
  return points
}

function pointOf({ tp, fp, positives, negatives }: Counts, constraint: Constraint, objective: Objective) {
  const [tpr, fpr] = [tp / positives, fp / negatives]
  const n = positives + negatives
  switch (constraint) {
    case 'equalized_odds':
      return { x: fpr, y: tpr }
    case 'demographic_parity':
      return { x: (tp + fp) / n, y: objectiveAt(objective, fpr, tpr, positives, negatives) }
    case 'true_positive_rate_parity':
      return { x: tpr, y: objectiveAt(objective, fpr, tpr, positives, negatives) }
    case 'false_negative_rate_parity':
      return { x: 1 - tpr, y: objectiveAt(objective, fpr, tpr, positives, negatives) }
    case 'false_positive_rate_parity':
      return { x: fpr, y: objectiveAt(objective, fpr, tpr, positives, negatives) }
    case 'true_negative_rate_parity':
      return { x: 1 - fpr, y: objectiveAt(objective, fpr, tpr, positives, negatives) }
  }
}

function objectiveAt(objective: Objective, fpr: number, tpr: number, positives: number, negatives: number): number {
  const n = positives + negatives
  switch (objective) {
    case 'accuracy':
      return (tpr * positives + (1 - fpr) * negatives) / n
    case 'balanced_accuracy':
      return (tpr + 1 - fpr) / 2
    case 'selection_rate':
      return (tpr * positives + fpr * negatives) / n
    case 'true_positive_rate':
      return tpr
    case 'true_negative_rate':
      return 1 - fpr
  }
}

/** The upper convex hull, by ascending x (Andrew 1979). */
function upperHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y)
  const hull: Point[] = []
  for (const point of sorted) {
    while (hull.length >= 2) {
      const [a, b] = [hull[hull.length - 2], hull[hull.length - 1]]
      if (!a || !b || (b.y - a.y) * (point.x - b.x) > (point.y - b.y) * (b.x - a.x)) break
      hull.pop()
    }
    const last = hull[hull.length - 1]
    if (hull.length === 1 && last && last.x === point.x) hull.pop()
    hull.push(point)
  }
  return hull
}

/** A point of the hull as a mixture of its two neighbours. */
function interpolate(hull: readonly Point[], x: number) {
  let i = 0
  while (i < hull.length - 2 && (hull[i + 1]?.x ?? 1) < x) i++
  const first = hull[i] as Point
  const second = hull[i + 1] ?? first
  const p1 = second.x > first.x ? (x - first.x) / (second.x - first.x) : 0
  return { p0: 1 - p1, p1, first, second, y: (1 - p1) * first.y + p1 * second.y }
}

function effectOf(s: ScoreSteps, rule: GroupRule | undefined): GroupEffect {
  const [positives, negatives] = [s.nPositive, s.nNegative]
  const selected = (threshold: number) => {
    let [tp, fp] = [0, 0]
    for (let k = 0; k < s.score.length && (s.score[k] ?? 0) > threshold; k++) {
      tp += s.positives[k] ?? 0
      fp += s.negatives[k] ?? 0
    }
    return { tpr: tp / positives, fpr: fp / negatives }
  }
  const { p0 = 1, p1 = 0, threshold0 = 0, threshold1 = 0, p_ignore = 0, constant = 0 } = rule ?? {}
  const [a, b] = [selected(threshold0), selected(threshold1)]
  const mixed = (rate: 'tpr' | 'fpr') => p_ignore * constant + (1 - p_ignore) * (p0 * a[rate] + p1 * b[rate])
  const [tpr, fpr] = [mixed('tpr'), mixed('fpr')]
  const n = positives + negatives
  return {
    tpr,
    fpr,
    selection_rate: (tpr * positives + fpr * negatives) / n,
    accuracy: (tpr * positives + (1 - fpr) * negatives) / n,
  }
}
