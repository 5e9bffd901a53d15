import { z } from 'zod'
import { Moment } from '../../lib/ids.ts'
import { RoleName } from '../access/schema.ts'
import { EvidenceKind } from '../evaluation/schema.ts'
import { EnvironmentName, Severity, Tag, Tier } from '../registry/schema.ts'
import { Outcome } from './outcome.ts'

/** A person in a test: any name, the same one for the same person. */
const Somebody = z.string().min(1).max(100)

/** What a test says about the version that is judged; whatever it leaves out is that of an ordinary version. */
export const Given = z.strictObject({
  at: Moment.optional(),
  environment: EnvironmentName.optional(),
  requester: Somebody.nullable().optional(),
  model: z
    .strictObject({
      name: z.string(),
      tier: Tier.nullable(),
      purpose: z.string(),
      owner: Somebody.nullable(),
      tags: z.array(Tag),
    })
    .partial()
    .optional(),
  version: z
    .strictObject({
      version: z.int().min(1),
      files: z.array(z.strictObject({ path: z.string(), size: z.int().min(0).default(1) })),
      run: z
        .strictObject({
          id: z.string(),
          metrics: z.record(z.string(), z.number()).optional(),
          params: z.record(z.string(), z.string()).optional(),
          hours: z.number().nullable().optional(),
        })
        .nullable(),
      datasets: z.array(
        z.strictObject({ name: z.string(), digest: z.string(), context: z.string().nullable().default(null) }),
      ),
      signature: z.json().nullable(),
      facts: z.record(z.string(), z.json()),
      developers: z.array(Somebody),
      registered_by: Somebody,
      /** Days since its registration. */
      age_days: z.number().min(0).max(36_600),
    })
    .partial()
    .optional(),
  evidence: z
    .array(
      z.strictObject({
        kind: EvidenceKind,
        source: z.enum(['server', 'client', 'person']).default('server'),
        /** Days between its collection and the moment of the test. */
        age_days: z.number().min(0).max(36_600).default(1),
        method: z.string().optional(),
        result: z.record(z.string(), z.json()).default({}),
      }),
    )
    .optional(),
  approvals: z
    .array(
      z.strictObject({
        by: Somebody,
        roles: z.array(RoleName).min(1),
        outcome: z.enum(['approved', 'rejected']).default('approved'),
        age_days: z.number().min(0).max(36_600).default(0),
        /** Whether it is about what is there now. */
        covers: z.boolean().default(true),
      }),
    )
    .optional(),
  /** Findings that nobody has verified as mended. */
  findings: z
    .array(
      z.strictObject({ severity: Severity, state: z.string().default('open'), title: z.string().default('a finding') }),
    )
    .optional(),
  /** Waivers of this policy's requirements, as they are worded in it. */
  waivers: z
    .array(
      z.strictObject({
        requirement: z.string(),
        by: Somebody.default('somebody'),
        roles: z.array(RoleName).min(1).default(['approver']),
        /** Days since it was given, and for how many it was given. */
        age_days: z.number().min(0).max(36_600).default(0),
        days: z.number().min(0).max(36_600).default(7),
      }),
    )
    .optional(),
})
export type Given = z.infer<typeof Given>

export const PolicyCase = z.strictObject({
  name: z.string().min(1).max(200),
  given: Given.default({}),
  expect: Outcome,
  /** The rules that are neither met nor waived, all of them, in any order; left out, only the answer is compared. */
  unmet: z.array(z.string()).max(600).optional(),
})
export type PolicyCase = z.infer<typeof PolicyCase>

/** The tests of a policy: versions as they might be, and what the policy has to say about each. */
export const PolicyTests = z.strictObject({
  format: z.literal('modelkeep-policy-tests-1'),
  policy: z.string(),
  /** What holds in every case, unless the case says otherwise. */
  given: Given.default({}),
  cases: z.array(PolicyCase).min(1).max(200),
})
export type PolicyTests = z.infer<typeof PolicyTests>

export const CaseResult = z.object({
  name: z.string(),
  line: z.int(),
  passed: z.boolean(),
  expected: Outcome,
  outcome: Outcome,
  unmet: z.array(z.string()),
  /** What is not as expected, or null. */
  problem: z.string().nullable(),
})
export type CaseResult = z.infer<typeof CaseResult>

export const TestResults = z.object({ passed: z.int(), failed: z.int(), cases: z.array(CaseResult) })
export type TestResults = z.infer<typeof TestResults>
