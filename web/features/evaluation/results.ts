import { z } from 'zod'

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

const CalibrationBins = z.object({
  bins: z.array(z.object({ n: z.number(), mean_score: z.number(), observed_rate: z.number() })),
  ece: z.number(),
})

/** As much of a performance result as the page draws. */
export const Performance = z.object({
  n: z.number(),
  threshold: z.number().optional(),
  confusion: Confusion.optional(),
  figures: z.record(z.string(), Figure),
  roc: z.array(z.object({ fpr: z.number(), tpr: z.number() })).default([]),
  calibration: z.object({ equal_width: CalibrationBins.nullish(), equal_mass: CalibrationBins.nullish() }).optional(),
  flags: z.array(z.string()).default([]),
})
export type Performance = z.infer<typeof Performance>

const Disparity = z.object({
  difference: Figure,
  ratio: Figure,
  highest: z.string().nullish(),
  lowest: z.string().nullish(),
  rests_on_small: z.boolean().default(false),
  p_adjusted: z.number().nullish(),
})
export type Disparity = z.infer<typeof Disparity>

const GroupRow = z.object({
  group: z.string(),
  n: z.number(),
  share: z.number().optional(),
  state: z.enum(['ok', 'small', 'suppressed']).catch('ok'),
  rates: z.record(z.string(), Figure).default({}),
})
export type GroupRow = z.infer<typeof GroupRow>

const AttributeFairness = z.object({
  name: z.string().optional(),
  groups: z.array(GroupRow),
  /** Equalised odds stand beside the rates in another shape, so entries are read one by one. */
  disparities: z.record(z.string(), z.unknown()).default({}),
})
export type AttributeFairness = z.infer<typeof AttributeFairness>

export const Fairness = z.object({
  n: z.number(),
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
}

export function figureTitle(key: string): string {
  const words = key.replaceAll('_', ' ')
  return figureTitles[key] ?? words.charAt(0).toUpperCase() + words.slice(1)
}
