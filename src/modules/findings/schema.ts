import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { EnvironmentName, Severity, VersionNumber, VersionNumberText } from '../registry/schema.ts'

export const FindingId = idSchema('fnd')
export type FindingId = z.infer<typeof FindingId>

/** `resolved` is what the fixer says; `closed` is what somebody else has verified. */
export const FindingState = z.enum(['open', 'in_progress', 'resolved', 'closed'])
export type FindingState = z.infer<typeof FindingState>

const Title = z.string().trim().min(5, 'say what is wrong in at least five characters').max(200)
const Text = z.string().trim().max(20_000)
const Said = Text.min(10, 'say it in at least ten characters')

export const FindingInput = z.strictObject({
  model: z.string().min(1),
  /** Left out for a finding on the whole model. */
  version: VersionNumber.optional(),
  title: Title,
  description: Text.default(''),
  severity: Severity,
  /** Whoever mends it: the person who opens it, unless another is named. */
  owner: PersonId.optional(),
  due_at: Moment,
})
export type FindingInput = z.infer<typeof FindingInput>

/** What is left out stays as it is. */
export const FindingUpdate = z.strictObject({
  title: Title.optional(),
  description: Text.optional(),
  severity: Severity.optional(),
  owner: PersonId.optional(),
  due_at: Moment.optional(),
})
export type FindingUpdate = z.infer<typeof FindingUpdate>

export const PlanInput = z.strictObject({ cause: Said, plan: Said })
export type PlanInput = z.infer<typeof PlanInput>
export const ResolveInput = z.strictObject({ proof: Said })
export const VerifyInput = z.strictObject({ note: Said })
export const ReopenInput = z.strictObject({ reason: Said })
export const CommentInput = z.strictObject({ text: Text.min(1) })

export const Finding = z.object({
  id: FindingId,
  model: z.string(),
  version: z.int().nullable(),
  version_id: z.string().nullable(),
  title: z.string(),
  description: z.string(),
  severity: Severity,
  state: FindingState,
  owner: PersonId,
  due_at: Moment,
  /** Its day has passed and nobody has verified that it is mended. */
  overdue: z.boolean(),
  cause: z.string(),
  plan: z.string(),
  opened_by: z.union([PersonId, z.literal('server')]),
  opened_at: Moment,
  proof: z.string().nullable(),
  resolved_by: PersonId.nullable(),
  resolved_at: Moment.nullable(),
  verification: z.string().nullable(),
  verified_by: PersonId.nullable(),
  closed_at: Moment.nullable(),
})
export type Finding = z.infer<typeof Finding>

export const FindingComment = z.object({
  id: idSchema('cmt'),
  text: z.string(),
  said_by: PersonId,
  said_at: Moment,
})
export type FindingComment = z.infer<typeof FindingComment>

const Reason = z.object({ rule: z.string(), message: z.string() })

/** A finding on another model that says much the same. */
export const SimilarFinding = Finding.pick({
  id: true,
  title: true,
  model: true,
  version: true,
  severity: true,
  state: true,
})
export type SimilarFinding = z.infer<typeof SimilarFinding>

/** A finding with what was said about it, the environments whose gate it blocks, and why the asker may not verify it. */
export const FindingSheet = z.object({
  finding: Finding,
  comments: z.array(FindingComment),
  blocks: z.array(EnvironmentName),
  /** What runs where it blocks: the gate denies it from now on. */
  running: z.array(z.object({ version: z.int(), environment: EnvironmentName })),
  /** The most alike first. */
  similar: z.array(SimilarFinding),
  conflicts: z.array(Reason),
})
export type FindingSheet = z.infer<typeof FindingSheet>

export const VerifyResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('closed'), finding: Finding }),
  z.object({ outcome: z.literal('refused'), reasons: z.array(Reason).min(1) }),
])
export type VerifyResult = z.infer<typeof VerifyResult>

export const FindingQuery = z.strictObject({
  /** `open` is everything that nobody has verified yet. */
  state: z.enum(['open', 'closed', 'all']).default('open'),
  model: z.string().optional(),
  /** Findings on this version and on its whole model. */
  version: VersionNumberText.optional(),
  /** A person's id, or `me`. */
  owner: z.string().optional(),
})
export type FindingQuery = z.infer<typeof FindingQuery>
