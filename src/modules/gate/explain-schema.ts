import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { EvidenceKind } from '../evaluation/schema.ts'
import { Assessment, Outcome, Requirement } from '../policy/schema.ts'
import { EnvironmentName, GateMode } from '../registry/schema.ts'

const Keys = z.string().max(50_000).optional()

/** What to assume, each as `policy/requirement` with commas between them, and for which moment to answer. */
export const ExplanationQuery = z.strictObject({
  environment: EnvironmentName.optional(),
  met: Keys,
  waived: Keys,
  unmet: Keys,
  /** A moment to come: evidence, approvals and waivers that end before it no longer count. */
  at: Moment.optional(),
})
export type ExplanationQuery = z.infer<typeof ExplanationQuery>

export const Assumed = z.enum(['met', 'waived', 'unmet'])
export type Assumed = z.infer<typeof Assumed>

/** What a requirement was judged on. */
export const GroundFact = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('evidence'),
    id: z.string(),
    evidence: EvidenceKind,
    digest: Digest,
    source: z.enum(['server', 'client', 'person']),
    collected_at: Moment,
    /** When it stops counting under this policy, if it does. */
    until: Moment.nullable(),
    method: z.string(),
    inputs: z.array(z.object({ role: z.string(), name: z.string(), digest: Digest })),
  }),
  z.object({
    kind: z.literal('decision'),
    id: z.string(),
    decided_by: PersonId,
    decided_at: Moment,
    outcome: z.string(),
    covers: z.boolean(),
    differences: z.array(z.string()),
  }),
  /** The sealed version itself. */
  z.object({ kind: z.literal('content'), digest: Digest, files: z.int() }),
])
export type GroundFact = z.infer<typeof GroundFact>

export const ExplainedRequirement = z.object({
  requirement: Requirement,
  assumed: Assumed.nullable(),
  /** The rule as a risk officer reads it. */
  sentence: z.string().nullable(),
  facts: z.array(GroundFact),
})
export type ExplainedRequirement = z.infer<typeof ExplainedRequirement>

/** The gate's answer as a tree, from the answer over policies and requirements to facts. Nothing is issued or recorded. */
export const Explanation = z.object({
  model: z.string(),
  version: z.int(),
  digest: Digest,
  environment: EnvironmentName,
  mode: GateMode,
  at: Moment,
  /** Whether anything was assumed, or a moment to come was asked about. */
  hypothetical: z.boolean(),
  /** The answer without what is assumed, now. */
  now: z.object({ outcome: Outcome, path: z.string() }),
  outcome: Outcome,
  proceed: z.boolean(),
  /** For whoever asks: "2 items, both yours". */
  path: z.string(),
  counts: Assessment.shape.counts,
  /** How long such an answer would hold; null for a denial. */
  until: Moment.nullable(),
  scope_digest: Digest,
  policies: z.array(
    z.object({
      name: z.string(),
      version: z.int(),
      title: z.string(),
      digest: Digest.nullable(),
      requirements: z.array(ExplainedRequirement),
    }),
  ),
  /** What is not met and whoever asks can meet, each as `policy/requirement`. */
  yours: z.array(z.string()),
})
export type Explanation = z.infer<typeof Explanation>

export const CallersQuery = z.strictObject({
  environment: EnvironmentName.optional(),
  days: z.coerce.number().int().min(1).max(366).default(30),
})
export type CallersQuery = z.infer<typeof CallersQuery>

/** Who asked about a model's versions, those who asked last first. */
export const GateCaller = z.object({
  asked_by: PersonId,
  asked: z.int(),
  denied: z.int(),
  last_at: Moment,
  last: z.object({
    verdict: idSchema('vrd'),
    version: z.int(),
    environment: EnvironmentName,
    outcome: Outcome,
    proceed: z.boolean(),
  }),
})
export type GateCaller = z.infer<typeof GateCaller>
