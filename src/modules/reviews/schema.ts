import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { ScanFinding } from '../artifacts/schema.ts'
import { PersonId } from '../audit/schema.ts'
import { Assessment, Snapshot } from '../policy/schema.ts'
import { EnvironmentName } from '../registry/schema.ts'

export const ReviewId = idSchema('rev')
export type ReviewId = z.infer<typeof ReviewId>
export const DecisionId = idSchema('dec')
export type DecisionId = z.infer<typeof DecisionId>

export const ReviewInput = z.strictObject({
  environment: EnvironmentName,
  note: z.string().max(10_000).default(''),
})
export type ReviewInput = z.infer<typeof ReviewInput>

export const Review = z.object({
  id: ReviewId,
  model: z.string(),
  version: z.int(),
  version_id: z.string(),
  environment: EnvironmentName,
  state: z.enum(['open', 'approved', 'rejected', 'withdrawn']),
  requested_by: PersonId,
  requested_at: Moment,
  note: z.string(),
  closed_at: Moment.nullable(),
})
export type Review = z.infer<typeof Review>

export const DecisionInput = z.strictObject({
  outcome: z.enum(['approved', 'rejected']),
  reason: z.string().trim().min(10, 'say why in at least ten characters').max(20_000),
  /** The scope digest that the person saw; a decision about anything else is refused. */
  scope_digest: Digest,
})
export type DecisionInput = z.infer<typeof DecisionInput>

/** What a decision signs. `scope_digest` is over the snapshot without moments and results: see docs. */
export const DecisionDocument = z.object({
  format: z.literal('modelkeep-decision-1'),
  id: DecisionId,
  review: ReviewId,
  outcome: z.enum(['approved', 'rejected']),
  reason: z.string(),
  decided_by: PersonId,
  decided_at: Moment,
  roles: z.array(z.string()),
  /** The identities that were compared for separation of duties. */
  compared: z.object({ approver: PersonId, requester: PersonId, developers: z.array(PersonId) }),
  scope_digest: Digest,
  snapshot: Snapshot,
})
export type DecisionDocument = z.infer<typeof DecisionDocument>

export const Decision = z.object({
  id: DecisionId,
  review_id: ReviewId,
  model: z.string(),
  version: z.int(),
  environment: EnvironmentName,
  outcome: z.enum(['approved', 'rejected']),
  reason: z.string(),
  decided_by: PersonId,
  decided_at: Moment,
  scope_digest: Digest,
  digest: Digest,
  covers: z.boolean(),
  differences: z.array(z.string()),
})
export type Decision = z.infer<typeof Decision>

/** The decision file: the exact canonical text that was hashed and signed, with the server's signature. */
export const SignedDecision = z.object({
  document: DecisionDocument,
  digest: Digest,
  key_id: z.string(),
  signature: z.string(),
})
export type SignedDecision = z.infer<typeof SignedDecision>

/** A refusal on separation of duties is an answer the page can show, with who and why. */
export const DecisionResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('recorded'), decision: Decision, review: Review }),
  z.object({
    outcome: z.literal('refused'),
    reasons: z.array(z.object({ rule: z.string(), message: z.string() })).min(1),
  }),
])
export type DecisionResult = z.infer<typeof DecisionResult>

/** What a reviewer sees: the fresh snapshot, its scope digest and the state of every requirement. */
export const ReviewSheet = z.object({
  review: Review,
  snapshot: Snapshot,
  scope_digest: Digest,
  assessment: Assessment,
  decisions: z.array(Decision),
  /** Why the person who asks may not decide; empty when they may. */
  conflicts: z.array(z.object({ rule: z.string(), message: z.string() })),
})
export type ReviewSheet = z.infer<typeof ReviewSheet>

export const WaiverId = idSchema('wvr')
export type WaiverId = z.infer<typeof WaiverId>

const found = ScanFinding.pick({ path: true, rule: true, what: true })

const why = z.string().trim().min(10, 'say why in at least ten characters').max(5000)

/** Lets one unknown finding in the files of one version through, for a time. What is unsafe is never waived. */
export const ScanWaiverInput = z.strictObject({
  kind: z.literal('scan'),
  ...found.shape,
  reason: why,
  /** At most a year away. */
  until: Moment,
})
export type ScanWaiverInput = z.infer<typeof ScanWaiverInput>

/** Lets one version run in one environment although a requirement of a policy is not met, for a time. */
export const RequirementWaiverInput = z.strictObject({
  kind: z.literal('requirement'),
  environment: EnvironmentName,
  policy: z.string(),
  /** Id of an evidence rule or a check. */
  requirement: z.string(),
  reason: why,
  /** What keeps the risk small while it is not met. */
  control: z.string().trim().min(10, 'name the compensating control in at least ten characters').max(5000),
  /** As far away as the policy lets it be. */
  until: Moment,
})
export type RequirementWaiverInput = z.infer<typeof RequirementWaiverInput>

export const WaiverInput = z.discriminatedUnion('kind', [ScanWaiverInput, RequirementWaiverInput])
export type WaiverInput = z.infer<typeof WaiverInput>

const AnyWaiver = z.object({
  id: WaiverId,
  model: z.string(),
  version: z.int(),
  reason: z.string(),
  until: Moment,
  given_by: PersonId,
  given_at: Moment,
  withdrawn_at: Moment.nullable(),
  withdrawn_by: PersonId.nullable(),
  /** `active` counts for policies now. */
  state: z.enum(['active', 'ended', 'withdrawn']),
})

export const ScanWaiver = AnyWaiver.extend({ kind: z.literal('scan'), ...found.shape })
export type ScanWaiver = z.infer<typeof ScanWaiver>

export const RequirementWaiver = AnyWaiver.extend({
  kind: z.literal('requirement'),
  environment: EnvironmentName,
  policy: z.string(),
  /** The version of the policy that it was given under. */
  policy_version: z.int(),
  requirement: z.string(),
  title: z.string(),
  control: z.string(),
})
export type RequirementWaiver = z.infer<typeof RequirementWaiver>

export const Waiver = z.discriminatedUnion('kind', [ScanWaiver, RequirementWaiver])
export type Waiver = z.infer<typeof Waiver>

/** Whoever made the version is refused, and so is a second waiver of what is waived; the reasons are named. */
export const WaiverResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('recorded'), waiver: Waiver }),
  z.object({
    outcome: z.literal('refused'),
    reasons: z.array(z.object({ rule: z.string(), message: z.string() })).min(1),
  }),
])
export type WaiverResult = z.infer<typeof WaiverResult>
