import { rateDifference, rateRatio } from './comparison.ts'
import type { Confusion, RateName } from './confusion.ts'
import { type Figure, none, numberOf, ok } from './figure.ts'

/** 1 - accuracy as a confusion matrix whose accuracy is the error rate. */
const wrong = ({ tp, fp, tn, fn }: Confusion): Confusion => ({ tp: fn, fp: tn, tn: fp, fn: tp })

/** Sum of confusion matrices. */
export function addCounts(parts: readonly Confusion[]): Confusion {
  const sum = (of: (c: Confusion) => number) => parts.reduce((total, c) => total + of(c), 0)
  return { tp: sum((c) => c.tp), fp: sum((c) => c.fp), tn: sum((c) => c.tn), fn: sum((c) => c.fn) }
}

/**
 * Signed measures of an unprivileged against a privileged group, named and defined as in AIF360's ClassificationMetric:
 * differences unprivileged - privileged, ratios unprivileged / privileged. Undefined if either side is.
 */
export function parity(unprivileged: Confusion, privileged: Confusion): Record<string, Figure> {
  const difference = (name: RateName) => rateDifference(name, unprivileged, privileged)
  const ratio = (name: RateName) => rateRatio(name, unprivileged, privileged)
  const tpr = difference('tpr')
  const fpr = difference('fpr')
  const both = (of: (tpr: number, fpr: number) => number) => meanOf(tpr, fpr, of)
  return {
    statistical_parity_difference: difference('selection_rate'),
    disparate_impact: ratio('selection_rate'),
    equal_opportunity_difference: tpr,
    average_odds_difference: both((t, f) => (t + f) / 2),
    average_abs_odds_difference: both((t, f) => (Math.abs(t) + Math.abs(f)) / 2),
    equalized_odds_difference: both((t, f) => Math.max(Math.abs(t), Math.abs(f))),
    average_predictive_value_difference: meanOf(difference('ppv'), difference('for'), (p, f) => (p + f) / 2),
    true_positive_rate_difference: tpr,
    false_positive_rate_difference: fpr,
    false_negative_rate_difference: difference('fnr'),
    false_omission_rate_difference: difference('for'),
    false_discovery_rate_difference: difference('fdr'),
    error_rate_difference: rateDifference('accuracy', wrong(unprivileged), wrong(privileged)),
    error_rate_ratio: rateRatio('accuracy', wrong(unprivileged), wrong(privileged)),
    false_positive_rate_ratio: ratio('fpr'),
    false_negative_rate_ratio: ratio('fnr'),
    false_omission_rate_ratio: ratio('for'),
    false_discovery_rate_ratio: ratio('fdr'),
    'labels.statistical_parity_difference': difference('base_rate'),
    'labels.disparate_impact': ratio('base_rate'),
  }
}

function meanOf(first: Figure, second: Figure, of: (a: number, b: number) => number): Figure {
  const [a, b] = [numberOf(first), numberOf(second)]
  return a === undefined || b === undefined ? none('one of its two parts is undefined') : ok(of(a, b))
}
