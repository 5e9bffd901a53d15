import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { VersionNumber } from '../registry/schema.ts'
import { EvidenceKind, Protocol } from './protocol-schema.ts'
import { DecisionResult } from './result-schema.ts'

export * from './compare-schema.ts'
export * from './fairness-schema.ts'
export * from './figure-schema.ts'
export * from './protocol-schema.ts'
export * from './result-schema.ts'

export const EvidenceId = idSchema('evi')
export type EvidenceId = z.infer<typeof EvidenceId>
export const EvaluationId = idSchema('evl')
export type EvaluationId = z.infer<typeof EvaluationId>

export const ProtocolVersion = z.object({
  model: z.string(),
  version: z.int(),
  digest: Digest,
  protocol: Protocol,
  created_at: Moment,
  created_by: PersonId,
})
export type ProtocolVersion = z.infer<typeof ProtocolVersion>

/** DESIGN's evidence: immutable; same inputs and method give the same digest (id, source and moments are outside it). */
export const Evidence = z.object({
  id: EvidenceId,
  kind: EvidenceKind,
  subject: z.object({ type: z.literal('version'), id: z.string(), digest: Digest }),
  inputs: z.array(z.object({ role: z.string(), name: z.string(), digest: Digest })),
  method: z.object({ name: z.string(), version: z.string(), parameters: z.record(z.string(), z.json()) }),
  result: z.record(z.string(), z.json()),
  source: z.enum(['server', 'client', 'person']),
  collected_at: Moment,
  valid_until: Moment.nullable(),
  collected_by: z.string(),
  digest: Digest,
})
export type Evidence = z.infer<typeof Evidence>

/** Where predictions come from: the server scores the version's ONNX file, a table has them already, or an endpoint gives them. */
export const EvaluationSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('model') }),
  z.strictObject({
    kind: z.literal('predictions'),
    /** Path of the table among the artifacts of the version's run (CSV, Parquet, or JSON as `mlflow.log_table` writes it). */
    artifact: z.string().min(1).max(1024).optional(),
  }),
  /** The one of the protocol. What it answers may change, so evidence is not reproducible bit by bit, and says so. */
  z.strictObject({ kind: z.literal('endpoint') }),
])
export type EvaluationSource = z.infer<typeof EvaluationSource>

export const EvaluationInput = z.strictObject({
  model: z.string(),
  version: VersionNumber,
  /** Digest of a stored dataset version: what the model scores, or the prediction table. Left out for an artifact. */
  dataset: Digest.optional(),
  source: EvaluationSource.default({ kind: 'model' }),
  kinds: z.array(EvidenceKind).min(1).default(['performance', 'fairness']),
})
export type EvaluationInput = z.infer<typeof EvaluationInput>

export const Evaluation = z.object({
  id: EvaluationId,
  model: z.string(),
  version: z.int(),
  version_id: z.string(),
  dataset: Digest,
  source: EvaluationSource,
  protocol_version: z.int(),
  kinds: z.array(EvidenceKind),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  progress: z.number().min(0).max(1),
  phase: z.string(),
  error: z.string().nullable(),
  evidence: z.array(EvidenceId),
  requested_by: PersonId,
  created_at: Moment,
  finished_at: Moment.nullable(),
})
export type Evaluation = z.infer<typeof Evaluation>

/** Recomputing evidence either gives the same digest or says which figures moved and by how much. */
export const Reproduction = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('identical'), evidence: EvidenceId, digest: Digest }),
  z.object({
    outcome: z.literal('different'),
    evidence: EvidenceId,
    recorded: Digest,
    recomputed: Digest,
    differences: z.array(z.object({ path: z.string(), recorded: z.json(), recomputed: z.json() })),
  }),
])
export type Reproduction = z.infer<typeof Reproduction>

/** One decision, looked up by the value of a column that names rows, or by its row counted from 0. */
export const ExplainInput = z.strictObject({
  /** May be left out where evidence keeps the reason codes of this decision. */
  dataset: Digest.optional(),
  /** The protocol's `id`, if left out. */
  column: z.string().min(1).max(500).optional(),
  id: z.union([z.string(), z.number()]).optional(),
  row: z.int().min(0).optional(),
  kinds: z
    .array(z.enum(['reasons', 'counterfactuals']))
    .min(1)
    .default(['reasons', 'counterfactuals']),
  /** Computes it even where evidence keeps the answer. */
  anew: z.boolean().default(false),
})
export type ExplainInput = z.infer<typeof ExplainInput>

export const DecisionExplanation = z.object({
  model: z.string(),
  version: z.int(),
  dataset: Digest,
  protocol_version: z.int(),
  /** The same bytes, row and protocol give the same digest. */
  digest: Digest,
  /** Where the reason codes were kept with evidence, and not computed for this request. */
  evidence: EvidenceId.nullable(),
  result: DecisionResult,
})
export type DecisionExplanation = z.infer<typeof DecisionExplanation>

/** A protocol as far as data and signature say it, for a person to confirm. */
export const ProtocolGuess = z.object({
  /** Null where no label could be told. */
  protocol: Protocol.nullable(),
  source: z.enum(['model', 'predictions']),
  reasons: z.array(
    z.object({ field: z.string(), value: z.json(), reason: z.string(), sure: z.enum(['yes', 'likely', 'guess']) }),
  ),
  /** What there is to choose from. Values are listed where they are few, the commonest first. */
  columns: z.array(
    z.object({
      name: z.string(),
      numeric: z.boolean(),
      distinct: z.int(),
      missing: z.int(),
      values: z.array(z.string()),
    }),
  ),
  /** Further columns, which nobody looked at. */
  more_columns: z.int(),
})
export type ProtocolGuess = z.infer<typeof ProtocolGuess>
export const GuessInput = z.strictObject({ dataset: Digest, version: VersionNumber.optional() })
export type GuessInput = z.infer<typeof GuessInput>
