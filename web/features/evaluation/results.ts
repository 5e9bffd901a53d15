import { z } from 'zod'
import { Differential, Individual, ThresholdEffects } from '../../../src/modules/evaluation/schema.ts'

/** One computed number with its interval, or the reason why there is none. */
export const Figure = z.union([
  z.object({
    state: z.literal('ok'),
    value: z.number(),
    low: z.number().optional(),
    high: z.number().optional(),
    count: z.number().optional(),
    n: z.number().optional(),
  }),
  z.object({ state: z.enum(['undefined', 'suppressed']), reason: z.string().default('no figure') }),
])
export type Figure = z.infer<typeof Figure>

const Confusion = z.object({ tp: z.number(), fp: z.number(), tn: z.number(), fn: z.number() })
export type Confusion = z.infer<typeof Confusion>

const Bound = z.number().optional()
const CalibrationBins = z.object({
  bins: z.array(
    z.object({ n: z.number(), mean_score: z.number(), observed_rate: z.number(), low: Bound, high: Bound }),
  ),
  ece: z.number(),
})
const RocPoint = z.object({
  fpr: z.number(),
  tpr: z.number(),
  threshold: z.number().nullish(),
  precision: z.number().nullish(),
  low: Bound,
  high: Bound,
})
const LiftPart = z.object({
  decile: z.number(),
  n: z.number(),
  positives: z.number(),
  rate: z.number(),
  low: Bound,
  high: Bound,
  lift: z.number().nullable(),
  cumulative_capture: z.number().nullable(),
  cumulative_lift: z.number().nullable(),
})
const Cut = Confusion.extend({ threshold: z.number() })

/** As much of a performance result as the page draws. */
export const Performance = z.object({
  n: z.number(),
  threshold: z.number().optional(),
  confusion: Confusion.optional(),
  figures: z.record(z.string(), Figure),
  roc: z.array(RocPoint).default([]),
  lift: z.array(LiftPart).default([]),
  thresholds: z.array(Cut).default([]),
  calibration: z.object({ equal_width: CalibrationBins.nullish(), equal_mass: CalibrationBins.nullish() }).optional(),
  flags: z.array(z.string()).default([]),
})
export type Performance = z.infer<typeof Performance>

const Gap = z.object({
  difference: Figure,
  ratio: Figure,
  highest: z.string().nullish(),
  lowest: z.string().nullish(),
})
const GroupTest = z.object({
  group: z.string(),
  versus: z.string(),
  difference: Figure,
  ratio: Figure,
  test: z.string(),
  p: z.number(),
  p_adjusted: z.number(),
})
export type GroupTest = z.infer<typeof GroupTest>
const Disparity = Gap.extend({
  rests_on_small: z.boolean().default(false),
  established: Gap.optional(),
  p_adjusted: z.number().nullish(),
  /** Every group against the highest. */
  comparisons: z.array(GroupTest).default([]),
})
export type Disparity = z.infer<typeof Disparity>

const GroupRow = z.object({
  group: z.string(),
  n: z.number(),
  share: z.number().optional(),
  state: z.enum(['ok', 'small', 'suppressed']).catch('ok'),
  counts: Confusion.nullish(),
  rates: z.record(z.string(), Figure).default({}),
})
export type GroupRow = z.infer<typeof GroupRow>

const ImpactRow = z.object({
  group: z.string(),
  n: z.number(),
  share: z.number(),
  state: z.string(),
  selected: z.number().nullable(),
  selection_rate: Figure,
  versus: z.string().nullable(),
  impact_ratio: Figure,
  passes: z.boolean().nullable(),
  shortfall: z.number().nullable(),
  p_adjusted: z.number().nullable(),
})
export type ImpactRow = z.infer<typeof ImpactRow>

const AttributeFairness = z.object({
  name: z.string().optional(),
  groups: z.array(GroupRow),
  empty: z.array(z.string()).default([]),
  impact: z.array(ImpactRow).default([]),
  thresholds: ThresholdEffects.nullish(),
  differential: Differential.nullish(),
  /** Equalised odds stand beside the rates in another shape, so entries are read one by one. */
  disparities: z.record(z.string(), z.unknown()).default({}),
})
export type AttributeFairness = z.infer<typeof AttributeFairness>

export const Fairness = z.object({
  n: z.number(),
  individual: Individual.nullish(),
  parameters: z
    .object({ suppress_below: z.number(), flag_below: z.number(), adjustment: z.string(), confidence: z.number() })
    .partial()
    .default({}),
  attributes: z.record(z.string(), AttributeFairness),
  intersection: AttributeFairness.nullish(),
})
export type Fairness = z.infer<typeof Fairness>

export function disparityOf(attribute: AttributeFairness, rate: string): Disparity | undefined {
  return Disparity.safeParse(attribute.disparities[rate]).data
}

/** Every attribute, and their intersection last, each with the name that a page shows. */
export function attributesOf(result: Fairness): { name: string; key: string; fairness: AttributeFairness }[] {
  const single = Object.entries(result.attributes).map(([name, fairness]) => ({ name, key: name, fairness }))
  if (!result.intersection) return single
  const joined = result.intersection.name ?? Object.keys(result.attributes).join('|')
  return [...single, { name: joined.replaceAll('|', ' and '), key: 'intersection', fairness: result.intersection }]
}

export const rateTitles: Record<string, string> = {
  selection_rate: 'Selection rate',
  tpr: 'True positive rate',
  fpr: 'False positive rate',
  fnr: 'False negative rate',
  tnr: 'True negative rate',
  ppv: 'Precision',
  fdr: 'False discovery rate',
  npv: 'Negative predictive value',
  for: 'False omission rate',
  accuracy: 'Accuracy',
  base_rate: 'Base rate',
}

const figureTitles: Record<string, string> = {
  roc_auc: 'ROC AUC',
  gini: 'Gini',
  average_precision: 'Average precision',
  pr_auc_trapezoid: 'Area under precision and recall',
  ks: 'Kolmogorov–Smirnov distance',
  ece: 'Expected calibration error',
  brier: 'Brier score',
  brier_skill: 'Brier skill',
  d2_log_loss: 'Explained log loss',
  log_loss: 'Log loss',
  mcc: 'Matthews correlation',
  cohen_kappa: "Cohen's kappa",
  f1: 'F1',
  f0_5: 'F0.5',
  f2: 'F2',
  fpr: 'False positive rate',
  fnr: 'False negative rate',
  npv: 'Negative predictive value',
  fdr: 'False discovery rate',
  lr_plus: 'Positive likelihood ratio',
  lr_minus: 'Negative likelihood ratio',
  partial_auc_0_1: 'Partial AUC up to 0.1',
  calibration_slope: 'Calibration slope',
  rmse: 'Root mean square error',
  mse: 'Mean square error',
  mae: 'Mean absolute error',
  median_ae: 'Median absolute error',
  max_error: 'Largest error',
  mape: 'Mean relative error',
  smape: 'Symmetric relative error',
  wape: 'Absolute error by size',
  bias: 'Mean error',
  error_std: 'Deviation of the error',
  r2: 'Explained share of the variance (R²)',
  pearson: 'Correlation',
  d2_absolute: 'Explained absolute error',
  brier_multiclass: 'Brier score',
  roc_auc_ovr_macro: 'ROC AUC, one against the rest',
  roc_auc_ovr_weighted: 'ROC AUC, one against the rest, by support',
  roc_auc_ovo_macro: 'ROC AUC, pairs of classes',
  roc_auc_ovo_weighted: 'ROC AUC, pairs of classes, by support',
  precision_macro: 'Precision, mean of classes',
  precision_weighted: 'Precision, by support',
  recall_macro: 'Recall, mean of classes',
  recall_weighted: 'Recall, by support',
  f1_macro: 'F1, mean of classes',
  f1_weighted: 'F1, by support',
}

export function figureTitle(key: string): string {
  const words = key.replaceAll('_', ' ')
  return figureTitles[key] ?? words.charAt(0).toUpperCase() + words.slice(1)
}
