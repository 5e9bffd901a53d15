import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { VersionNumber } from '../registry/schema.ts'

export const EvidenceId = idSchema('evi')
export type EvidenceId = z.infer<typeof EvidenceId>
export const EvaluationId = idSchema('evl')
export type EvaluationId = z.infer<typeof EvaluationId>

/** How a model is examined. Versioned per model: a new text is a new version, old ones stay. */
export const Protocol = z.strictObject({
  task: z.literal('binary'),
  label: z.string(),
  /** The label value that counts as favourable (1). */
  positive: z.union([z.string(), z.number()]),
  threshold: z.number().min(0).max(1).default(0.5),
  /** Model input name → dataset column; inputs that are missing here take the column of their own name. */
  inputs: z.record(z.string(), z.string()).default({}),
  protected: z.array(z.string()).max(8).default([]),
  intersections: z.boolean().default(true),
  confidence: z.number().min(0.5).max(0.999).default(0.95),
  seed: z.int().min(0).default(1),
  bootstrap: z.int().min(0).max(10_000).default(1000),
})
export type Protocol = z.infer<typeof Protocol>

export const ProtocolVersion = z.object({
  model: z.string(),
  version: z.int(),
  digest: Digest,
  protocol: Protocol,
  created_at: Moment,
  created_by: PersonId,
})
export type ProtocolVersion = z.infer<typeof ProtocolVersion>

export const EvidenceKind = z.enum(['performance', 'fairness'])
export type EvidenceKind = z.infer<typeof EvidenceKind>

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

export const EvaluationInput = z.strictObject({
  model: z.string(),
  version: VersionNumber,
  /** Digest of a stored dataset version. */
  dataset: Digest,
  kinds: z.array(EvidenceKind).min(1).default(['performance', 'fairness']),
})
export type EvaluationInput = z.infer<typeof EvaluationInput>

export const Evaluation = z.object({
  id: EvaluationId,
  model: z.string(),
  version: z.int(),
  version_id: z.string(),
  dataset: Digest,
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
