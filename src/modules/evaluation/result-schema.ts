import { z } from 'zod'
import { Digest } from '../../lib/ids.ts'
import { Figure } from './figure-schema.ts'
import { Disturbance, FigureLimit, MetamorphicRule } from './protocol-schema.ts'

// What evidence of each kind holds in `result`. Those of performance and fairness of two classes are wider than this.

/** `limits` of any result: what the protocol demands of this kind, passes and failures alike. */
export const LimitOutcome = FigureLimit.extend({
  /** Null where the figure has no number. */
  passes: z.boolean().nullable(),
  value: z.number().nullable(),
  /** What a `*` in the path stood for in the worst case. */
  of: z.string().nullable(),
  reason: z.string().nullable(),
})
export type LimitOutcome = z.infer<typeof LimitOutcome>
const limits = { limits: z.array(LimitOutcome).optional() }

const ClassRow = z.object({
  label: z.string(),
  support: z.number(),
  precision: Figure,
  recall: Figure,
  f1: Figure,
  roc_auc: Figure,
  average_precision: Figure,
})
export const MulticlassResult = z.object({
  task: z.literal('multiclass'),
  n: z.number(),
  labels: z.array(z.string()),
  /** Rows are labels, columns predictions. */
  confusion: z.array(z.array(z.number())),
  figures: z.record(z.string(), Figure),
  classes: z.array(ClassRow),
  left_out: z.record(z.string(), z.array(z.string())),
  ...limits,
})
export type MulticlassResult = z.infer<typeof MulticlassResult>

export const RegressionResult = z.object({
  task: z.literal('regression'),
  n: z.number(),
  zero_targets: z.number(),
  figures: z.record(z.string(), Figure),
  residual_quantiles: z.array(z.object({ q: z.number(), value: z.number() })),
  /** Rows by tenths of the prediction: what was predicted, what was true, and how far residuals spread. */
  residuals: z.array(
    z.object({
      n: z.number(),
      mean_prediction: z.number(),
      mean_target: z.number(),
      mean_error: z.number(),
      low: z.number(),
      median: z.number(),
      high: z.number(),
    }),
  ),
  ...limits,
})
export type RegressionResult = z.infer<typeof RegressionResult>

/** Fairness of scores without labels: selection rates and nothing else. */
export const SelectionResult = z.object({
  task: z.literal('scores'),
  n: z.number(),
  rates: z.object({ selection_rate: Figure }),
  attributes: z.record(z.string(), z.json()),
  intersection: z.json().nullable(),
  ...limits,
})
export type SelectionResult = z.infer<typeof SelectionResult>

const Effect = z.object({
  selection_rate: z.number(),
  tpr: z.number(),
  fpr: z.number(),
  accuracy: z.number(),
})
/** A score has to be above the threshold; `nobody` and `everybody` stand for the ends. */
const Cut = z.union([z.number(), z.enum(['nobody', 'everybody'])])
export const ThresholdPlanRow = z.object({
  constraint: z.string(),
  objective: z.string(),
  accuracy: z.number(),
  /** The rate that is the same in all groups. */
  common: z.number(),
  rules: z.record(
    z.string(),
    z.object({
      p0: z.number(),
      threshold0: Cut,
      p1: z.number(),
      threshold1: Cut,
      p_ignore: z.number(),
      constant: z.number(),
    }),
  ),
  effects: z.record(z.string(), Effect),
})
export const MitigationResult = z.object({
  n: z.number(),
  attributes: z.record(
    z.string(),
    z.object({
      /** A weight for each group and label, for training again. */
      reweighing: z.array(
        z.object({ group: z.string(), label: z.union([z.literal(0), z.literal(1)]), n: z.number(), weight: Figure }),
      ),
      /** As the model decides now. */
      now: z.object({ accuracy: z.number(), groups: z.record(z.string(), Effect) }),
      plans: z.array(ThresholdPlanRow),
      /** Groups left out of the plans: too few rows, or one class only. */
      left_out: z.array(z.string()),
    }),
  ),
  ...limits,
})
export type MitigationResult = z.infer<typeof MitigationResult>

export const SliceRow = z.object({
  conditions: z.array(z.object({ column: z.string(), label: z.string() })),
  n: z.number(),
  mean_loss: z.number(),
  other_loss: z.number(),
  /** In pooled standard deviations. */
  effect: z.number(),
  /** One-sided, adjusted for everything that was looked at. */
  p: z.number(),
})
export const SliceChangeRow = z.object({
  column: z.string(),
  label: z.string(),
  n: z.number(),
  before: z.number(),
  after: z.number(),
  change: z.number(),
  /** Two-sided, paired, adjusted for all. */
  p: z.number(),
})
const Search = { slices: z.array(SliceRow), looked_at: z.number(), mean_loss: z.number() }
export const SlicesResult = z.object({
  n: z.number(),
  searched: z.number(),
  loss: z.enum(['log_loss', 'zero_one', 'absolute_error']),
  columns: z.array(z.string()),
  ...Search,
  /** Against the version before, on the same rows, value by value of each column; worse first. Null without one to score. */
  regressions: z
    .object({ version: z.number(), before: z.number(), after: z.number(), changes: z.array(SliceChangeRow) })
    .nullable(),
  no_regressions: z.string().nullable(),
  ...limits,
})
export type SlicesResult = z.infer<typeof SlicesResult>

export const DependenceCurve = z.object({
  feature: z.string(),
  grid: z.array(z.union([z.number(), z.string()])),
  average: z.array(z.number()),
  ice: z.array(z.array(z.number())),
})
export const ExplanationResult = z.object({
  n: z.number(),
  /** What the explained number is. */
  explains: z.string(),
  importance: z.object({
    rows: z.number(),
    repeats: z.number(),
    score: z.string(),
    baseline: z.number(),
    /** Most important first. */
    features: z.array(z.object({ feature: z.string(), mean: z.number(), std: z.number(), drops: z.array(z.number()) })),
  }),
  shapley: z.object({
    method: z.enum(['exact_trees', 'exact_linear', 'exact_coalitions', 'sampled_orders']),
    scale: z.enum(['output', 'log_odds']),
    rows: z.number(),
    background: z.number(),
    base: z.number(),
    /** Mean of the absolute values, largest first; `error` is the mean standard error where orders are sampled. */
    features: z.array(z.object({ feature: z.string(), mean_absolute: z.number(), error: z.number() })),
    /** Largest |base + values - prediction| over the rows, and whether that is rounding only. */
    additivity: z.object({ largest: z.number(), holds: z.boolean() }),
  }),
  dependence: z.array(DependenceCurve),
  /** Pairs of columns whose ranks move together (|rho| above 0.8): they share importance, and curves leave the data. */
  correlated: z.array(z.object({ columns: z.array(z.string()), rho: z.number() })),
  /**
   * Decisions whose reason codes lie beside the evidence: how many, by which column they are found, and the digest of them
   * all. They are personal data, which is why looking one up is recorded and the result does not hold them. Null where
   * the protocol names no id.
   */
  decisions: z.object({ column: z.string(), n: z.number(), of: z.number(), digest: Digest }).nullable().optional(),
  warnings: z.array(z.string()),
  ...limits,
})
export type ExplanationResult = z.infer<typeof ExplanationResult>

export const RobustnessResult = z.object({
  n: z.number(),
  rows: z.number(),
  disturbances: z.array(
    z.object({
      column: z.string(),
      disturbance: Disturbance,
      mean_change: z.number(),
      largest_change: z.number(),
      flipped: Figure,
    }),
  ),
  rules: z.array(
    MetamorphicRule.extend({
      sentence: z.string(),
      violated: Figure,
      worst: z.array(z.object({ row: z.number(), before: z.number(), after: z.number() })),
    }),
  ),
  /** A figure of performance on halves of the rows, drawn again and again. */
  stability: z.object({
    figure: z.string(),
    resamples: z.number(),
    mean: z.number(),
    std: z.number(),
    low: z.number(),
    high: z.number(),
  }),
  warnings: z.array(z.string()),
  ...limits,
})
export type RobustnessResult = z.infer<typeof RobustnessResult>

export const PrivacyResult = z.object({
  n: z.number(),
  leaks: z.array(
    z.object({ column: z.string(), kind: z.enum(['label', 'identifier']), value: z.number(), sentence: z.string() }),
  ),
  membership: z
    .object({
      n: z.object({ train: z.number(), holdout: z.number() }),
      auc: Figure,
      advantage: Figure,
      tpr_at_1_percent: Figure,
      mean_loss: z.object({ train: z.number(), holdout: z.number() }),
      /** Training rows, counted from 0, that the model is surer of than of nearly every other row. */
      memorised: z.array(z.object({ row: z.number(), loss: z.number() })),
      /** Share of the rows of the dataset that stand in the training data too, inputs and label alike. */
      overlap: Figure,
    })
    .nullable(),
  no_membership: z.string().nullable(),
  ...limits,
})
export type PrivacyResult = z.infer<typeof PrivacyResult>

/** Why one row got its prediction, and what would change it. */
export const ReasonCode = z.object({
  feature: z.string(),
  value: z.union([z.string(), z.number()]).nullable(),
  /** Its Shapley value, on the scale that is named. */
  contribution: z.number(),
  error: z.number(),
  sentence: z.string(),
})
export const CounterfactualRow = z.object({
  changes: z.array(
    z.object({
      feature: z.string(),
      from: z.union([z.string(), z.number()]).nullable(),
      to: z.union([z.string(), z.number()]).nullable(),
    }),
  ),
  prediction: z.number(),
  distance: z.number(),
  sentence: z.string(),
})
const Reasons = z.object({
  method: ExplanationResult.shape.shapley.shape.method,
  scale: ExplanationResult.shape.shapley.shape.scale,
  base: z.number(),
  background: z.number(),
  additivity: z.number(),
  /** Largest contribution first. */
  codes: z.array(ReasonCode),
})
export const DecisionResult = z.object({
  row: z.number(),
  explains: z.string(),
  prediction: z.number(),
  /** At or above it the decision is favourable; null where there is no decision. */
  threshold: z.number().nullable(),
  favourable: z.boolean().nullable(),
  reasons: Reasons.nullable(),
  counterfactuals: z.array(CounterfactualRow).nullable(),
  fixed: z.array(z.string()),
})
export type DecisionResult = z.infer<typeof DecisionResult>

/** A decision whose reason codes lie beside the evidence of an explanation. */
export const StoredDecision = z.object({ id: z.string(), result: DecisionResult })
export type StoredDecision = z.infer<typeof StoredDecision>

/** Tables that a result holds, each as CSV; which of them there are depends on the kind and the task. */
export const ResultTable = z.enum([
  'figures',
  'limits',
  'roc',
  'calibration',
  'lift',
  'confusion',
  'classes',
  'residuals',
  'groups',
  'tests',
  'thresholds',
  'impact',
  'weights',
  'plans',
  'slices',
  'regressions',
  'importance',
  'shapley',
  'disturbances',
])
export type ResultTable = z.infer<typeof ResultTable>
