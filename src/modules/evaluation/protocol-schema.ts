import { z } from 'zod'
import { Digest } from '../../lib/ids.ts'

export const EvidenceKind = z.enum([
  'performance',
  'fairness',
  'mitigation',
  'slices',
  'explanation',
  'robustness',
  'privacy',
])
export type EvidenceKind = z.infer<typeof EvidenceKind>

const column = z.string().min(1).max(500)

/** Columns of a table that has what the model said of each row. The column of a score is the one of the favourable class. */
export const PredictionColumns = z.strictObject({
  score: column.optional(),
  /** The label that was predicted. */
  label: column.optional(),
  /** The predicted number of a regression. */
  value: column.optional(),
  /** Class → column of its probability. */
  scores: z.record(column, column).optional(),
})
export type PredictionColumns = z.infer<typeof PredictionColumns>

/** The worst sub-populations: which columns to cut by, how many conditions a slice may have, and from how many rows on. */
export const SliceSettings = z.strictObject({
  /** The model's inputs and the protected attributes, if left out. */
  columns: z.array(column).min(1).max(100).optional(),
  depth: z.int().min(1).max(3).default(2),
  fewest: z.int().min(10).max(1_000_000).default(30),
  most: z.int().min(1).max(100).default(20),
  /** Rows that are searched; more are sampled. */
  rows: z.int().min(100).max(200_000).default(50_000),
})
export type SliceSettings = z.infer<typeof SliceSettings>

export const ExplanationSettings = z.strictObject({
  /** Seeded shuffles of each column. */
  repeats: z.int().min(2).max(50).default(5),
  /** Rows that importance is measured on; more are sampled. */
  rows: z.int().min(50).max(100_000).default(2000),
  /** Rows that stand for what the model does not know, in Shapley values. */
  background: z.int().min(5).max(500).default(50),
  /** Rows whose Shapley values are averaged. */
  explained: z.int().min(1).max(1000).default(100),
  /** Features whose partial dependence is drawn, the most important first. */
  dependence: z.int().min(0).max(20).default(5),
  /** Single curves of each of them. */
  curves: z.int().min(0).max(100).default(20),
  /** Decisions whose reason codes are kept with the evidence, where the protocol names an id. */
  decisions: z.int().min(0).max(5000).default(200),
})
export type ExplanationSettings = z.infer<typeof ExplanationSettings>

export const Disturbance = z.enum(['noise', 'missing', 'out_of_range', 'swapped'])
export const MetamorphicRule = z.strictObject({
  column,
  direction: z.enum(['up', 'down']),
  /** In standard deviations of the column. */
  by: z.number().positive().max(10).default(1),
  expect: z.enum(['not_lower', 'not_higher', 'same']),
})
export const RobustnessSettings = z.strictObject({
  kinds: z.array(Disturbance).min(1).default(['noise', 'missing', 'out_of_range', 'swapped']),
  /** What must hold for every row, such as that a higher income does not lower the score. */
  rules: z.array(MetamorphicRule).max(50).default([]),
  rows: z.int().min(10).max(100_000).default(1000),
  resamples: z.int().min(10).max(1000).default(100),
})
export type RobustnessSettings = z.infer<typeof RobustnessSettings>

export const PrivacySettings = z.strictObject({
  /** The stored dataset that the model was trained on. The one that the version's run names for training, if left out. */
  training: Digest.optional(),
  /** Rows of each side; more are sampled. */
  rows: z.int().min(100).max(100_000).default(20_000),
})
export type PrivacySettings = z.infer<typeof PrivacySettings>

/** A server that scores rows: MLflow's `/invocations`, or `…/infer` of the Open Inference Protocol, version 2. */
export const ScoringEndpoint = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2000),
  speaks: z.enum(['mlflow', 'v2']),
  /** Columns that are sent, in this order; those of the version's signature, if left out. */
  columns: z.array(column).min(1).max(2000).optional(),
  /** Rows of one request. */
  rows: z.int().min(1).max(10_000).default(500),
  /** Of several outputs (v2) the one with the predictions; the first, if left out. */
  output: z.string().min(1).max(200).optional(),
})
export type ScoringEndpoint = z.infer<typeof ScoringEndpoint>

/** Which tables an evaluation may rest on: these bytes, or every stored table that covers enough. */
export const DatasetRule = z.union([
  z.strictObject({ digest: Digest }),
  z.strictObject({
    /** Any version of this dataset. */
    name: z.string().min(1).max(200).optional(),
    /** At least so many rows. */
    rows: z.int().min(1).optional(),
    columns: z.array(column).min(1).max(2000).optional(),
    /** Column → at least so many distinct values. */
    distinct: z.record(column, z.int().min(1)).optional(),
    /** Column → at most this share of its values missing. */
    missing: z.record(column, z.number().min(0).max(1)).optional(),
  }),
])
export type DatasetRule = z.infer<typeof DatasetRule>

/** A figure of the evidence and its limit. Evidence says of each whether it holds; a policy decides what follows. */
export const FigureLimit = z.strictObject({
  evidence: EvidenceKind,
  /** Dotted path in the result, as policies write it. */
  figure: z.string().min(1).max(300),
  is: z.enum(['at_least', 'at_most']),
  limit: z.number(),
})
export type FigureLimit = z.infer<typeof FigureLimit>

const shared = {
  /** Model input name → dataset column; inputs that are missing here take the column of their own name. */
  inputs: z.record(z.string(), z.string()).default({}),
  protected: z.array(z.string()).max(8).default([]),
  /** One of them has to admit the table; every table is admitted, if left out. */
  datasets: z.array(DatasetRule).min(1).max(50).optional(),
  intersections: z.boolean().default(true),
  confidence: z.number().min(0.5).max(0.999).default(0.95),
  seed: z.int().min(0).default(1),
  bootstrap: z.int().min(0).max(10_000).default(1000),
  /** Needed for a prediction table. */
  prediction: PredictionColumns.optional(),
  /** Needed where an endpoint scores. */
  endpoint: ScoringEndpoint.optional(),
  /** Names a row, so that one decision can be looked up. */
  id: column.optional(),
  slices: SliceSettings.optional(),
  explanation: ExplanationSettings.optional(),
  robustness: RobustnessSettings.optional(),
  privacy: PrivacySettings.optional(),
  /** Columns that nobody can change, such as age: counterfactuals leave them as they are, and the protected attributes too. */
  fixed: z.array(column).max(200).optional(),
  limits: z.array(FigureLimit).max(200).optional(),
}

const value = z.union([z.string(), z.number()])

/** Two classes. The label value `positive` is the favourable one (1). */
export const BinaryProtocol = z.strictObject({
  task: z.literal('binary'),
  label: z.string(),
  positive: value,
  threshold: z.number().min(0).max(1).default(0.5),
  ...shared,
})
export type BinaryProtocol = z.infer<typeof BinaryProtocol>

/** Several classes. With a favourable one, groups are compared by who gets it. */
export const MulticlassProtocol = z.strictObject({
  task: z.literal('multiclass'),
  label: z.string(),
  positive: value.optional(),
  ...shared,
})
export type MulticlassProtocol = z.infer<typeof MulticlassProtocol>

/** A number. With a threshold, from which on it is favourable, groups are compared by who reaches it. */
export const RegressionProtocol = z.strictObject({
  task: z.literal('regression'),
  label: z.string(),
  threshold: z.number().optional(),
  ...shared,
})
export type RegressionProtocol = z.infer<typeof RegressionProtocol>

/** Scores without a truth to compare them with: only how often each group is selected can be said. */
export const ScoresProtocol = z.strictObject({
  task: z.literal('scores'),
  /** The value of a predicted label that counts as favourable, where the table has labels and not scores. */
  positive: value.optional(),
  threshold: z.number().default(0.5),
  ...shared,
})
export type ScoresProtocol = z.infer<typeof ScoresProtocol>

/** How a model is examined. Versioned per model: a new text is a new version, old ones stay. */
export const Protocol = z.discriminatedUnion('task', [
  BinaryProtocol,
  MulticlassProtocol,
  RegressionProtocol,
  ScoresProtocol,
])
export type Protocol = z.infer<typeof Protocol>
