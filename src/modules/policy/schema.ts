import { z } from 'zod'
import { Digest, Moment } from '../../lib/ids.ts'
import { RoleName } from '../access/schema.ts'
import { ActorRef, PersonId } from '../audit/schema.ts'
import { EvidenceKind } from '../evaluation/schema.ts'
import { EnvironmentName, Severity, Tag, Tier } from '../registry/schema.ts'
import { Outcome } from './outcome.ts'
import { PolicyPlan } from './plan-schema.ts'
import {
  ApprovalRule,
  ChangeRule,
  ComparisonRule,
  EvidenceRule,
  ExpressionRule,
  FactRule,
  RuleId,
  WaiverRule,
  Who,
} from './rules-schema.ts'
import { TestResults } from './tests-schema.ts'

export { Outcome } from './outcome.ts'
export * from './plan-schema.ts'
export * from './rules-schema.ts'
export * from './tests-schema.ts'

export const PolicyDocument = z.strictObject({
  format: z.literal('modelkeep-policy-1'),
  name: RuleId,
  title: z.string().min(1).max(200),
  description: z.string().max(5000).optional(),
  /** Tags of the model, all of which must be there; `*` stands for any value. */
  scope: z.strictObject({
    tiers: z.array(Tier).min(1),
    environments: z.array(EnvironmentName).min(1),
    tags: z.record(z.string().min(1).max(250), z.string().max(5000)).optional(),
  }),
  /** In which order approvals are given. */
  stages: z.array(RuleId).max(10).default([]),
  evidence: z.array(EvidenceRule).max(50).default([]),
  checks: z
    .array(z.union([ComparisonRule, ExpressionRule, FactRule]))
    .max(500)
    .default([]),
  approvals: z.array(ApprovalRule).max(20).default([]),
  /** Open findings of this severity or a higher one block, also where the environment lets them through. */
  findings: z.strictObject({ block_from: Severity }).optional(),
  waivers: z.array(WaiverRule).max(50).default([]),
  /** The first rule that names a change counts. */
  changes: z.array(ChangeRule).max(50).default([]),
  /** Said with every denial: whom to ask, what to read. */
  denial: z.string().min(1).max(1000).optional(),
  /** How long a verdict under this policy stays good. */
  verdict_hours: z
    .int()
    .min(1)
    .max(24 * 366)
    .default(24),
})
export type PolicyDocument = z.infer<typeof PolicyDocument>

export const PolicyVersion = z.object({
  name: RuleId,
  version: z.int(),
  state: z.enum(['draft', 'published', 'superseded']),
  /** The YAML text as written, comments kept. */
  text: z.string(),
  digest: Digest,
  document: PolicyDocument,
  sentences: z.array(z.object({ id: RuleId, sentence: z.string() })),
  created_at: Moment,
  /** The server itself writes the starter policies of a new workspace. */
  created_by: ActorRef.shape.id,
  published_at: Moment.nullable(),
  published_by: ActorRef.shape.id.nullable(),
})
export type PolicyVersion = z.infer<typeof PolicyVersion>

/** Picks starter policies, and nothing else. */
export const Organisation = z.enum(['team', 'bank', 'public', 'medical', 'research'])
export type Organisation = z.infer<typeof Organisation>

/** A policy to start from, with its tests. */
export const StarterPolicy = z.object({
  organisation: Organisation,
  name: RuleId,
  title: z.string(),
  description: z.string(),
  text: z.string(),
  tests: z.string(),
  sentences: z.array(z.object({ id: RuleId, sentence: z.string() })),
})
export type StarterPolicy = z.infer<typeof StarterPolicy>

const LongText = z.string().min(1).max(200_000)

/** A policy text, and its tests beside it. */
export const PolicyText = z.strictObject({ text: LongText, tests: LongText.nullable().default(null) })
export type PolicyText = z.infer<typeof PolicyText>

/** What a publication rests on: the tests as written, and what they and the plan said; null where there were none. */
export const Publication = z.object({
  tests: z.string().nullable(),
  test_results: TestResults.nullable(),
  plan: PolicyPlan.nullable(),
})
export type Publication = z.infer<typeof Publication>

/** What a policy is evaluated on: everything a decision looks at, as plain JSON. Times are inside it; nothing else is read. */
export const Snapshot = z.object({
  format: z.literal('modelkeep-snapshot-1'),
  at: Moment,
  environment: EnvironmentName,
  model: z.object({
    id: z.string(),
    name: z.string(),
    tier: Tier.nullable(),
    purpose: z.string(),
    owner: PersonId.nullable(),
    /** Left out of snapshots that do not know them. */
    tags: z.array(Tag).exactOptional(),
  }),
  version: z.object({
    id: z.string(),
    version: z.int(),
    digest: Digest,
    files: z.array(z.object({ path: z.string(), size: z.int(), sha256: Digest })),
    run: z
      .object({
        id: z.string(),
        digest: Digest,
        /** What the policies ask about what the run logged; left out when they ask nothing, or the run changed since its seal. */
        logged: z
          .object({
            metrics: z.record(z.string(), z.number()),
            params: z.record(z.string(), z.string()),
            hours: z.number().nullable(),
          })
          .exactOptional(),
      })
      .nullable(),
    datasets: z.array(z.object({ name: z.string(), digest: z.string(), context: z.string().nullable() })),
    signature: z.json().nullable(),
    facts: z.json(),
    /** Unknown findings of the look at the files that somebody lets through at this moment. */
    waivers: z
      .array(z.object({ path: z.string(), rule: z.string(), what: z.string(), until: Moment, given_by: PersonId }))
      .exactOptional(),
    developers: z.array(PersonId),
    registered_by: PersonId,
    registered_at: Moment.exactOptional(),
  }),
  evidence: z.array(
    z.object({
      id: z.string(),
      kind: EvidenceKind,
      digest: Digest,
      source: z.enum(['server', 'client', 'person']),
      collected_at: Moment,
      valid_until: Moment.nullable(),
      method: z.string(),
      inputs: z.array(z.object({ role: z.string(), name: z.string(), digest: Digest })),
      result: z.record(z.string(), z.json()),
    }),
  ),
  policies: z.array(z.object({ name: z.string(), version: z.int(), digest: Digest })),
  /** Findings on the version and its model that nobody has verified as mended; left out when there are none. */
  findings: z
    .array(z.object({ id: z.string(), title: z.string(), severity: Severity, state: z.string(), due_at: Moment }))
    .optional(),
  /** Waivers of requirements that nobody has withdrawn and whose time is not over; left out when there are none. */
  waivers: z
    .array(
      z.object({
        id: z.string(),
        policy: z.string(),
        requirement: z.string(),
        /** Over the rule as it was worded when it was waived: another wording is not waived. */
        rule_digest: Digest,
        reason: z.string(),
        /** What keeps the risk small meanwhile. */
        control: z.string(),
        given_by: PersonId,
        /** That they held on the model. */
        roles: z.array(RoleName),
        given_at: Moment,
        until: Moment,
      }),
    )
    .exactOptional(),
  /** Who asked for the review, if anyone has. */
  requester: PersonId.nullable(),
})
export type Snapshot = z.infer<typeof Snapshot>

/** A change that the policies let an approval outlive. */
export const Tolerated = z.object({ text: z.string(), effect: z.enum(['notify', 'ignore']) })
export type Tolerated = z.infer<typeof Tolerated>

/** An approval as the gate sees it: `covers` is false once the scoped part of a fresh snapshot hashes to another value. */
export const ApprovalFact = z.object({
  decision_id: z.string(),
  decided_by: PersonId,
  roles: z.array(RoleName),
  /** Reviewers in whose place it was decided, with their roles; they count as the same person. */
  in_place_of: z.array(z.object({ person: PersonId, roles: z.array(RoleName) })).exactOptional(),
  /** Of an approval that was given on conditions; `met_at` is null until somebody else has confirmed one. */
  conditions: z
    .array(z.object({ id: z.string(), text: z.string(), owner: PersonId, due_at: Moment, met_at: Moment.nullable() }))
    .exactOptional(),
  /** By a key of the person's own; left out when only the server signed. */
  signed: z.boolean().exactOptional(),
  outcome: z.enum(['approved', 'rejected']),
  decided_at: Moment,
  covers: z.boolean(),
  /** What differs when it no longer covers the content. */
  differences: z.array(z.string()),
  /** What differs, and does not end it by the change rules of the policies. */
  tolerated: z.array(Tolerated).exactOptional(),
})
export type ApprovalFact = z.infer<typeof ApprovalFact>

/** The five tones of the interface. Unknown never looks like met; `attention` is met, with something to read, and does not deny. */
export const RequirementState = z.enum(['met', 'attention', 'blocked', 'waiting', 'unknown'])
export type RequirementState = z.infer<typeof RequirementState>

/** A waiver as the requirement that it stands in for shows it. */
export const WaiverInForce = z.object({
  id: z.string(),
  reason: z.string(),
  control: z.string(),
  given_by: PersonId,
  until: Moment,
})
export type WaiverInForce = z.infer<typeof WaiverInForce>

export const Requirement = z.object({
  id: z.string(),
  policy: z.object({ name: z.string(), version: z.int() }),
  type: z.enum(['evidence', 'check', 'approval', 'policy']),
  title: z.string(),
  state: RequirementState,
  /** One sentence with the figures: value, interval, limit, or what is missing. */
  explanation: z.string(),
  figure: z
    .object({
      value: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      limit: z.number(),
      is: ComparisonRule.shape.is,
      use: z.enum(['estimate', 'lower', 'upper']),
    })
    .nullable(),
  evidence_id: z.string().nullable(),
  who: Who,
  /** Path of the page in the web application where it can be met. */
  link: z.string(),
  /** Only while it is not met and a waiver in force stands in for it: then it does not deny. */
  waiver: WaiverInForce.exactOptional(),
  /** Only while it is not met and the policy lets somebody waive it. */
  waivable: WaiverRule.pick({ roles: true, max_days: true }).exactOptional(),
})
export type Requirement = z.infer<typeof Requirement>

export const Assessment = z.object({
  outcome: Outcome,
  requirements: z.array(Requirement),
  counts: z.object({ met: z.int(), waived: z.int(), unmet: z.int(), total: z.int() }),
})
export type Assessment = z.infer<typeof Assessment>
