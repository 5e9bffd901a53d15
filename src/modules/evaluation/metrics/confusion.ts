import { wilson } from '../../../lib/statistics/index.ts'
import { type Figure, none, ok } from './figure.ts'

/** Rows by label and prediction, seen from the positive (favourable) class. */
export type Confusion = { readonly tp: number; readonly fp: number; readonly tn: number; readonly fn: number }

/** Counts of y (0 or 1 per row) against predicted (the same), one pass. */
export function confusion(y: Uint8Array, predicted: Uint8Array): Confusion {
  const cells = new Float64Array(4)
  for (let i = 0; i < y.length; i++) {
    const cell = ((y[i] ?? 0) << 1) | (predicted[i] ?? 0)
    cells[cell] = (cells[cell] ?? 0) + 1
  }
  return fromCells(cells, 0)
}

/** Reads the cells at `offset` in the order tn, fp, fn, tp: index = 2 label + prediction. */
export function fromCells(cells: Float64Array, offset: number): Confusion {
  const [tn = 0, fp = 0, fn = 0, tp = 0] = cells.subarray(offset, offset + 4)
  return { tp, fp, tn, fn }
}

type Share = (c: Confusion) => readonly [count: number, of: number]
type RateDefinition = { readonly share: Share; readonly empty: string }

const rows = ({ tp, fp, tn, fn }: Confusion) => tp + fp + tn + fn
const noRows = 'no rows'
const noPositives = 'no positives'
const noNegatives = 'no negatives'
const nobodySelected = 'nobody selected'
const everybodySelected = 'everybody selected'

const definitions = {
  selection_rate: { share: (c) => [c.tp + c.fp, rows(c)], empty: noRows },
  tpr: { share: (c) => [c.tp, c.tp + c.fn], empty: noPositives },
  fnr: { share: (c) => [c.fn, c.tp + c.fn], empty: noPositives },
  fpr: { share: (c) => [c.fp, c.fp + c.tn], empty: noNegatives },
  tnr: { share: (c) => [c.tn, c.fp + c.tn], empty: noNegatives },
  ppv: { share: (c) => [c.tp, c.tp + c.fp], empty: nobodySelected },
  fdr: { share: (c) => [c.fp, c.tp + c.fp], empty: nobodySelected },
  npv: { share: (c) => [c.tn, c.tn + c.fn], empty: everybodySelected },
  for: { share: (c) => [c.fn, c.tn + c.fn], empty: everybodySelected },
  accuracy: { share: (c) => [c.tp + c.tn, rows(c)], empty: noRows },
  base_rate: { share: (c) => [c.tp + c.fn, rows(c)], empty: noRows },
} satisfies Record<string, RateDefinition>

export type RateName = keyof typeof definitions
export const rateNames = Object.keys(definitions) as readonly RateName[]

/** Numerator and denominator of a rate. */
export function share(name: RateName, c: Confusion): readonly [count: number, of: number] {
  return definitions[name].share(c)
}

/** A rate as a bare number; undefined where its denominator is 0. */
export function rateValue(name: RateName, c: Confusion): number | undefined {
  const [count, of] = share(name, c)
  return of === 0 ? undefined : count / of
}

/** A rate with its Wilson interval, or undefined with the reason. */
export function rate(name: RateName, c: Confusion): Figure {
  const [count, of] = share(name, c)
  return of === 0 ? none(definitions[name].empty) : ok(count / of, { interval: wilson(count, of), count, n: of })
}

const quotient = (a: number, b: number) => (b === 0 ? undefined : a / b)

/** Measures of a confusion matrix that are no rate of counts; formulas as in scikit-learn, undefined where it would divide by 0. */
const compositeDefinitions = {
  balanced_accuracy: {
    value: (c: Confusion) => {
      const tpr = quotient(c.tp, c.tp + c.fn)
      const tnr = quotient(c.tn, c.tn + c.fp)
      return tpr === undefined || tnr === undefined ? undefined : (tpr + tnr) / 2
    },
    reason: 'only one class among the labels',
  },
  f1: { value: (c: Confusion) => fBeta(c, 1), reason: 'no positives, and nobody selected' },
  f0_5: { value: (c: Confusion) => fBeta(c, 0.5), reason: 'no positives, and nobody selected' },
  f2: { value: (c: Confusion) => fBeta(c, 2), reason: 'no positives, and nobody selected' },
  jaccard: { value: (c: Confusion) => quotient(c.tp, c.tp + c.fp + c.fn), reason: 'no positives, and nobody selected' },
  mcc: { value: (c: Confusion) => (rows(c) === 0 ? undefined : (mcc(c) ?? 0)), reason: noRows },
  cohen_kappa: { value: kappa, reason: 'labels and predictions are one and the same class' },
  lr_plus: {
    value: (c: Confusion) => ratioOf(rateValue('tpr', c), rateValue('fpr', c)),
    reason: 'false positive rate is 0 or undefined',
  },
  lr_minus: {
    value: (c: Confusion) => ratioOf(rateValue('fnr', c), rateValue('tnr', c)),
    reason: 'true negative rate is 0 or undefined',
  },
} as const

export type CompositeName = keyof typeof compositeDefinitions
export const compositeNames = Object.keys(compositeDefinitions) as readonly CompositeName[]

/** A composite measure as a bare number, or undefined. */
export function compositeValue(name: CompositeName, c: Confusion): number | undefined {
  return compositeDefinitions[name].value(c)
}

/** A composite measure without an interval; the bootstrap adds one. */
export function composite(name: CompositeName, c: Confusion): Figure {
  const value = compositeValue(name, c)
  return value === undefined ? none(compositeDefinitions[name].reason) : ok(value, { n: rows(c) })
}

function fBeta({ tp, fp, fn }: Confusion, beta: number): number | undefined {
  const weight = beta * beta
  return quotient((1 + weight) * tp, (1 + weight) * tp + weight * fn + fp)
}

/** Matthews correlation; undefined where a margin is 0 (shown as 0 with a flag, as scikit-learn does). */
export function mcc({ tp, fp, tn, fn }: Confusion): number | undefined {
  const margins = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn)
  return quotient(tp * tn - fp * fn, margins)
}

function kappa(c: Confusion): number | undefined {
  const { tp, fp, tn, fn } = c
  return quotient(2 * (tp * tn - fn * fp), (tp + fp) * (fp + tn) + (tp + fn) * (fn + tn))
}

function ratioOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : quotient(a, b)
}
