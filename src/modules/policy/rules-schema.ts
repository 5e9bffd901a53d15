import { z } from 'zod'
import { RoleName } from '../access/schema.ts'
import { EvidenceKind } from '../evaluation/schema.ts'

export const RuleId = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and -')

/** Who can meet a requirement. */
export const Who = z.enum(['developer', 'validator', 'approver', 'administrator'])
export type Who = z.infer<typeof Who>

export const EvidenceRule = z.strictObject({
  id: RuleId,
  title: z.string().min(1).max(300),
  kind: EvidenceKind,
  /** Evidence older than this does not count. */
  max_age_days: z.int().min(1).max(3660).optional(),
  /** Who computed or stated it. */
  source: z.enum(['server', 'client', 'person', 'any']).default('server'),
  /** Name of the method it was made with, without its version. */
  method: z.string().min(1).max(200).optional(),
  who: Who.default('developer'),
})
export type EvidenceRule = z.infer<typeof EvidenceRule>

/** A declared comparison on a figure inside an evidence result; `use` says which end of its interval is compared. */
export const ComparisonRule = z.strictObject({
  id: RuleId,
  title: z.string().min(1).max(300),
  evidence: RuleId,
  /** Dotted path of a figure in the evidence's result; a part in [brackets] may hold dots. */
  figure: z.string().min(1).max(300),
  is: z.enum(['at_least', 'at_most', 'above', 'below', 'equal']),
  limit: z.number(),
  use: z.enum(['estimate', 'lower', 'upper']).default('estimate'),
  reason: z.string().max(2000).optional(),
  who: Who.default('developer'),
})
export type ComparisonRule = z.infer<typeof ComparisonRule>

/** A CEL expression over the snapshot; an error counts as not met, with its text as the reason. */
export const ExpressionRule = z.strictObject({
  id: RuleId,
  title: z.string().min(1).max(300),
  cel: z.string().min(1).max(4000),
  reason: z.string().max(2000).optional(),
  who: Who.default('developer'),
})
export type ExpressionRule = z.infer<typeof ExpressionRule>

const Scalar = z.union([z.number(), z.string().max(1000), z.boolean()])

/** A declared comparison on what is known about the version and its model without any evidence. */
export const FactRule = z.strictObject({
  id: RuleId,
  title: z.string().min(1).max(300),
  /** Dotted path: `facts.…`, `run.metrics.cost_eur`, `model.tier`, `model.tags.area`, `version.age_days`, `version.size`, … */
  fact: z.string().min(1).max(300),
  is: z.enum(['at_least', 'at_most', 'above', 'below', 'equal', 'not_equal', 'one_of']),
  value: z.union([Scalar, z.array(Scalar).min(1).max(100)]),
  reason: z.string().max(2000).optional(),
  who: Who.default('developer'),
})
export type FactRule = z.infer<typeof FactRule>

const Roles = z.array(RoleName).min(1).max(10)

/** Approvals by people: of one role, of any of several, or of all of several. Exactly one of the three is there. */
export const ApprovalRule = z.strictObject({
  id: RuleId,
  title: z.string().min(1).max(300),
  role: RoleName.optional(),
  any_of: Roles.optional(),
  /** `count` people of each; one person may stand for several roles that they hold. */
  all_of: Roles.optional(),
  count: z.int().min(1).max(10).default(1),
  /** Who may not be the same person as the approver: `developer`, `requester`, or whoever met another approval rule. */
  not: z.array(RuleId).max(20).default(['developer', 'requester']),
  /** One of the policy's stages: approvals count when those of the stages before it are complete. */
  stage: RuleId.optional(),
  /** How long an approval counts. */
  valid_days: z.int().min(1).max(3660).optional(),
  /** Days from the moment a review was asked for; a round after changes begins anew. */
  deadline_days: z.int().min(1).max(365).optional(),
  /** What happens to a review that is past its deadline: reviewers are reminded, or it is closed as expired as well. */
  overdue: z.enum(['remind', 'expire']).optional(),
  /** Whether somebody else may decide in the place of a reviewer; allowed where it says nothing. */
  delegation: z.enum(['allowed', 'refused']).optional(),
  /** Only approvals count that the person signed with a key of their own, beside the server's signature. */
  signed: z.boolean().optional(),
})
export type ApprovalRule = z.infer<typeof ApprovalRule>

/** Which requirements may be waived, by whom and for how long. Approvals never are; every waiver names a compensating control. */
export const WaiverRule = z.strictObject({
  id: RuleId,
  title: z.string().min(1).max(300),
  /** Evidence rules and checks of this policy. */
  requirements: z.array(RuleId).min(1).max(500),
  /** Whoever waives holds one of these roles on the model, and did not make the version. */
  roles: Roles.default(['approver']),
  max_days: z.int().min(1).max(366),
})
export type WaiverRule = z.infer<typeof WaiverRule>

/** What becomes of an approval when something differs from what was approved. What no rule names ends it. */
export const ChangeRule = z.strictObject({
  id: RuleId,
  title: z.string().min(1).max(300),
  changes: z.array(z.enum(['purpose', 'tier', 'evidence', 'policies', 'findings'])).min(1),
  /** Only evidence of these kinds. */
  kinds: z.array(EvidenceKind).min(1).optional(),
  /** `reopen` ends the approval and opens a review, `notify` lets it stand and tells who decided, `ignore` lets it stand. */
  effect: z.enum(['reopen', 'notify', 'ignore']),
  reason: z.string().max(2000).optional(),
})
export type ChangeRule = z.infer<typeof ChangeRule>
