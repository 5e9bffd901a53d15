import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { ScanFinding } from '../artifacts/schema.ts'
import { PersonId } from '../audit/schema.ts'
import { Assessment, Snapshot, Tolerated } from '../policy/schema.ts'
import { EnvironmentName } from '../registry/schema.ts'
import { CeremonyOptions } from '../signin/schema.ts'
import { Condition, ConditionInput, SignedCondition } from './conditions-schema.ts'
import { Delegation, PrivateNote, PublishedNotes, Reason, RefusedStep, ReviewTurn } from './flow-schema.ts'
import { PersonSignature, SignatureInput } from './signature-schema.ts'

export * from './conditions-schema.ts'
export * from './flow-schema.ts'
export * from './signature-schema.ts'
export * from './together-schema.ts'

export const ReviewId = idSchema('rev')
export type ReviewId = z.infer<typeof ReviewId>
export const DecisionId = idSchema('dec')
export type DecisionId = z.infer<typeof DecisionId>

export const ReviewInput = z.strictObject({
  environment: EnvironmentName,
  note: z.string().max(10_000).default(''),
})
export type ReviewInput = z.infer<typeof ReviewInput>

/** `changes_requested` waits for whoever asked; `expired` is one that nobody decided before its policy closed it. */
export const ReviewState = z.enum(['open', 'changes_requested', 'approved', 'rejected', 'withdrawn', 'expired'])
export type ReviewState = z.infer<typeof ReviewState>

export const Review = z.object({
  id: ReviewId,
  model: z.string(),
  version: z.int(),
  version_id: z.string(),
  environment: EnvironmentName,
  state: ReviewState,
  /** One, and one more each time it is submitted again after changes. */
  round: z.int(),
  requested_by: PersonId,
  requested_at: Moment,
  note: z.string(),
  /** When the approvals that are missing are due, where a policy says so. */
  due_at: Moment.nullable(),
  /** When it is closed by itself. */
  expires_at: Moment.nullable(),
  closed_at: Moment.nullable(),
})
export type Review = z.infer<typeof Review>

export const DecisionInput = z.strictObject({
  outcome: z.enum(['approved', 'rejected']),
  reason: z.string().trim().min(10, 'say why in at least ten characters').max(20_000),
  /** The scope digest that the person saw; a decision about anything else is refused. */
  scope_digest: Digest,
  /** Of an approval. */
  conditions: z.array(ConditionInput).max(20).default([]),
  publish_notes: PublishedNotes,
  signature: SignatureInput.optional(),
})
export type DecisionInput = z.infer<typeof DecisionInput>

/** What a person signs with a key of their own: everything that they decide, and nothing that the server adds. */
export const DecisionStatement = z.object({
  format: z.literal('modelkeep-statement-1'),
  review: ReviewId,
  outcome: z.enum(['approved', 'rejected']),
  reason: z.string(),
  scope_digest: Digest,
  decided_by: PersonId,
  /** As the person set them; left out when there are none. */
  conditions: z.array(ConditionInput).min(1).exactOptional(),
})
export type DecisionStatement = z.infer<typeof DecisionStatement>

/** The statement of a decision, and how to ask a passkey of the person for its signature; null when they have none that counts. */
export const StatementInput = DecisionInput.pick({ outcome: true, reason: true, scope_digest: true, conditions: true })
export type StatementInput = z.infer<typeof StatementInput>
export const StatementOffer = z.object({
  statement: DecisionStatement,
  options: CeremonyOptions.shape.options.nullable(),
})
export type StatementOffer = z.infer<typeof StatementOffer>

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
  compared: z.object({
    approver: PersonId,
    requester: PersonId,
    developers: z.array(PersonId),
    /** Left out when the person decided for themselves alone. */
    delegators: z.array(PersonId).exactOptional(),
  }),
  /** By the person's own key, over the statement that the fields of this document make; left out when only the server signed. */
  person_signature: PersonSignature.exactOptional(),
  /** Reviewers in whose place it was decided, and in which of their roles. */
  in_place_of: z
    .array(z.object({ person: PersonId, roles: z.array(z.string()), delegation: z.string() }))
    .exactOptional(),
  /** Left out of a decision without any. */
  conditions: z.array(SignedCondition).min(1).exactOptional(),
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
  /** Reviewers in whose place it was decided. */
  in_place_of: z.array(PersonId),
  /** What is due first comes first. */
  conditions: z.array(Condition),
  scope_digest: Digest,
  digest: Digest,
  /** The key of their own that the person signed with; left out when only the server signed. */
  person_key: z.string().exactOptional(),
  covers: z.boolean(),
  differences: z.array(z.string()),
  /** What changed since, and does not end it by the change rules of the policies. */
  tolerated: z.array(Tolerated).exactOptional(),
  /** What the change rules make of what differs; left out when nothing does. */
  effect: z.enum(['reopen', 'lapse', 'notify', 'ignore']).exactOptional(),
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

export const SeparationQuery = z.strictObject({
  from: Moment.optional(),
  to: Moment.optional(),
  environment: EnvironmentName.optional(),
})
export type SeparationQuery = z.infer<typeof SeparationQuery>

/** One decision with the identities that were compared. */
export const SeparationRow = z.object({
  decision: DecisionId,
  review: ReviewId,
  model: z.string(),
  version: z.int(),
  environment: EnvironmentName,
  outcome: z.enum(['approved', 'rejected']),
  decided_at: Moment,
  approver: PersonId,
  /** That the approver held on the model. */
  roles: z.array(z.string()),
  /** Reviewers in whose place it was decided; they were compared, too. */
  in_place_of: z.array(PersonId),
  requester: PersonId,
  developers: z.array(PersonId),
  /** The key of their own that the approver signed with. */
  person_key: z.string().nullable(),
  /** Who stands on both sides. Empty in every decision that this server takes. */
  same: z.array(PersonId),
})
export type SeparationRow = z.infer<typeof SeparationRow>

export const SeparationReport = z.object({
  /** Newest first. */
  rows: z.array(SeparationRow),
  /** Names of the people in it, by id. */
  people: z.record(z.string(), z.string()),
})
export type SeparationReport = z.infer<typeof SeparationReport>

/** A refusal on separation of duties is an answer the page can show, with who and why. */
export const DecisionResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('recorded'), decision: Decision, review: Review }),
  RefusedStep,
])
export type DecisionResult = z.infer<typeof DecisionResult>

export const ChangesResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('recorded'), turn: ReviewTurn, review: Review }),
  RefusedStep,
])
export type ChangesResult = z.infer<typeof ChangesResult>

export const DelegationResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('recorded'), delegation: Delegation }),
  RefusedStep,
])
export type DelegationResult = z.infer<typeof DelegationResult>

/** What a reviewer sees: the fresh snapshot, its scope digest and the state of every requirement. */
export const ReviewSheet = z.object({
  review: Review,
  snapshot: Snapshot,
  scope_digest: Digest,
  assessment: Assessment,
  decisions: z.array(Decision),
  /** Why the person who asks may not decide; empty when they may. */
  conflicts: z.array(Reason),
  /** An approval by the person who asks counts only with a signature of their own. */
  own_signature: z.boolean(),
  /** Oldest first. */
  turns: z.array(ReviewTurn),
  delegations: z.array(Delegation),
  /** The asker's own. */
  notes: z.array(PrivateNote),
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
