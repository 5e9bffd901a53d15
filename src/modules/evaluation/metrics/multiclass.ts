import { badRequest } from '../../../lib/errors.ts'
import type { Confusion } from './confusion.ts'
import { compositeValue, rate } from './confusion.ts'
import { type Figure, none, numberOf, ok } from './figure.ts'
import { requireFinite, requireLength } from './input.ts'
import { pointLogLoss } from './loss.ts'
import { auc, aucValue, averagePrecision, mergeSteps, scoreSteps } from './ranking.ts'

export type MulticlassInput = {
  readonly labels: readonly string[]
  /** Class index per row. */
  readonly y: Uint8Array | Uint16Array | Int32Array
  readonly predicted: Uint8Array | Uint16Array | Int32Array
  /** One column of probabilities per class, one value per row. */
  readonly scores?: readonly Float64Array[]
}

export type ClassFigures = {
  readonly label: string
  readonly support: number
  readonly precision: Figure
  readonly recall: Figure
  readonly f1: Figure
  readonly roc_auc: Figure
  readonly average_precision: Figure
}

export type MulticlassPerformance = {
  readonly n: number
  readonly labels: readonly string[]
  /** Rows are labels, columns predictions. */
  readonly confusion: readonly (readonly number[])[]
  readonly figures: Readonly<Record<string, Figure>>
  readonly classes: readonly ClassFigures[]
  /** Classes left out of a macro mean because their figure is undefined. */
  readonly left_out: Readonly<Record<string, readonly string[]>>
}

/**
 * Quality of a classifier with several classes: accuracy with Wilson's interval, one against the rest, means over classes
 * (macro, weighted by support), Matthews correlation and kappa as in scikit-learn. A class without rows is left out of the
 * means and named; a class with rows whose figure is undefined (it is never predicted) makes the mean undefined, because
 * leaving it out would flatter. Throws bad_request on lengths that differ, no rows, and indices without a label.
 */
export function multiclassPerformance({ labels, y, predicted, scores }: MulticlassInput): MulticlassPerformance {
  requireLength('predicted', predicted.length, y.length)
  if (y.length === 0) throw badRequest('no rows')
  if (scores) requireLength('scores', scores.length, labels.length)
  for (const [k, column] of (scores ?? []).entries()) {
    requireLength(`scores of ${labels[k]}`, column.length, y.length)
    requireFinite(`scores of ${labels[k]}`, column)
  }
  const table = tableOf(y, predicted, labels.length)
  const against = labels.map((_, k) => oneAgainstRest(table, k))
  const classes = labels.map((label, k) => classFigures(label, k, against[k] ?? empty, y, scores?.[k]))
  const correct = table.reduce((sum, row, k) => sum + (row[k] ?? 0), 0)
  const n = y.length
  const left_out: Record<string, string[]> = {}
  const averaged: Record<string, Figure> = {}
  for (const name of ['precision', 'recall', 'f1', 'roc_auc'] as const) {
    const defined = classes.filter((each) => each[name].state === 'ok')
    const missing = classes.filter((each) => each[name].state !== 'ok').map(({ label }) => label)
    if (missing.length > 0) left_out[name] = missing
    const gap = classes.find((each) => each[name].state !== 'ok' && each.support > 0)
    const as = name === 'roc_auc' ? 'roc_auc_ovr' : name
    const mean = (weight: (each: ClassFigures) => number) =>
      gap
        ? none(`undefined for ${gap.label}`)
        : meanOf(defined.map((each) => [numberOf(each[name]) ?? 0, weight(each)]))
    averaged[`${as}_macro`] = mean(() => 1)
    averaged[`${as}_weighted`] = mean(({ support }) => support)
  }
  const accuracy = rate('accuracy', { tp: correct, fp: n - correct, tn: 0, fn: 0 })
  return {
    n,
    labels,
    confusion: table.map((row) => [...row]),
    figures: {
      accuracy,
      balanced_accuracy: averaged.recall_macro ?? none('no class'),
      ...averaged,
      ...agreement(table, n),
      ...(scores ? scoreFigures(scores, y) : {}),
    },
    classes,
    left_out,
  }
}

const empty: Confusion = { tp: 0, fp: 0, tn: 0, fn: 0 }

function tableOf(y: ArrayLike<number>, predicted: ArrayLike<number>, size: number): Float64Array[] {
  const table = Array.from({ length: size }, () => new Float64Array(size))
  for (let i = 0; i < y.length; i++) {
    const row = table[y[i] ?? -1]
    const column = predicted[i] ?? -1
    if (!row || column < 0 || column >= size) throw badRequest(`no label for the class in row ${i}`)
    row[column] = (row[column] ?? 0) + 1
  }
  return table
}

/** Counts of one class against all others. */
export function oneAgainstRest(table: readonly Float64Array[], k: number): Confusion {
  let [n, ofClass, asClass] = [0, 0, 0]
  for (const [i, row] of table.entries()) {
    asClass += row[k] ?? 0
    for (const count of row) {
      n += count
      if (i === k) ofClass += count
    }
  }
  const tp = table[k]?.[k] ?? 0
  return { tp, fp: asClass - tp, fn: ofClass - tp, tn: n - asClass - ofClass + tp }
}

function classFigures(
  label: string,
  k: number,
  counts: Confusion,
  y: ArrayLike<number>,
  score: Float64Array | undefined,
): ClassFigures {
  const steps =
    score &&
    scoreSteps(
      Uint8Array.from(y, (each) => (each === k ? 1 : 0)),
      score,
    )
  const f1 = compositeValue('f1', counts)
  const precision = steps && averagePrecision(steps)
  const noScores = none('no scores')
  return {
    label,
    support: counts.tp + counts.fn,
    precision: rate('ppv', counts),
    recall: rate('tpr', counts),
    f1: f1 === undefined ? none('the class neither occurs nor is predicted') : ok(f1),
    roc_auc: steps ? auc(steps) : noScores,
    average_precision: !steps ? noScores : precision === undefined ? none('no positives') : ok(precision),
  }
}

function meanOf(values: readonly (readonly [value: number, weight: number])[]): Figure {
  const weight = values.reduce((sum, [, w]) => sum + w, 0)
  if (weight === 0) return none('undefined for every class')
  return ok(values.reduce((sum, [value, w]) => sum + value * w, 0) / weight)
}

/** Matthews correlation (Gorodkin 2004; 0 where a side is constant) and Cohen's kappa. */
export function agreement(table: readonly Float64Array[], n: number): Record<string, Figure> {
  let [correct, expected, labelSquares, predictedSquares] = [0, 0, 0, 0]
  for (const k of table.keys()) {
    const { tp, fp, fn } = oneAgainstRest(table, k)
    correct += tp
    expected += (tp + fn) * (tp + fp)
    labelSquares += (tp + fn) ** 2
    predictedSquares += (tp + fp) ** 2
  }
  const spread = Math.sqrt(n * n - labelSquares) * Math.sqrt(n * n - predictedSquares)
  const chance = n * n - expected
  return {
    mcc: ok(spread === 0 ? 0 : (correct * n - expected) / spread),
    cohen_kappa:
      chance === 0 ? none('labels and predictions are one and the same class') : ok((correct * n - expected) / chance),
  }
}

/** Log loss and Brier score of the probabilities given, and AUC over pairs of classes (Hand & Till 2001). */
function scoreFigures(scores: readonly Float64Array[], y: ArrayLike<number>): Record<string, Figure> {
  let [loss, squared] = [0, 0]
  for (let i = 0; i < y.length; i++) {
    loss += pointLogLoss(1, scores[y[i] ?? 0]?.[i] ?? 0)
    for (const [k, column] of scores.entries()) squared += ((column[i] ?? 0) - (y[i] === k ? 1 : 0)) ** 2
  }
  const pairs: [value: number, weight: number][] = []
  for (let a = 0; a < scores.length; a++)
    for (let b = a + 1; b < scores.length; b++) {
      const there = pairAuc(scores[a], y, a, b)
      const back = pairAuc(scores[b], y, b, a)
      if (there === undefined || back === undefined) continue
      pairs.push([(there.auc + back.auc) / 2, there.rows])
    }
  return {
    log_loss: ok(loss / y.length),
    brier_multiclass: ok(squared / y.length),
    roc_auc_ovo_macro: meanOf(pairs.map(([value]) => [value, 1])),
    roc_auc_ovo_weighted: meanOf(pairs),
  }
}

function pairAuc(score: Float64Array | undefined, y: ArrayLike<number>, positive: number, negative: number) {
  if (!score) return undefined
  const of = (k: number) => score.filter((_, i) => y[i] === k).sort()
  const steps = mergeSteps(of(positive), of(negative))
  const value = aucValue(steps)
  return value === undefined ? undefined : { auc: value, rows: steps.nPositive + steps.nNegative }
}
