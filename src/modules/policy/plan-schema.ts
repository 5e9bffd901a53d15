import { z } from 'zod'
import { Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { Tier } from '../registry/schema.ts'
import { Outcome } from './outcome.ts'

/**
 * What publishing would do to a version: `denied` by the rules themselves, `approve_again` where only an approval has to be
 * given again because the rules that it was given under are others, `allowed` where it is denied now.
 */
export const PlanChange = z.enum(['denied', 'approve_again', 'allowed'])
export type PlanChange = z.infer<typeof PlanChange>

export const PlannedVersion = z.object({
  model: z.string(),
  version: z.int(),
  environment: z.string(),
  tier: Tier.nullable(),
  owner: PersonId.nullable(),
  before: Outcome,
  after: Outcome,
  change: PlanChange,
  /** What is not met after publishing. */
  unmet: z.array(z.object({ id: z.string(), title: z.string(), explanation: z.string() })),
})
export type PlannedVersion = z.infer<typeof PlannedVersion>

const Counts = z.object({ denied: z.int(), approve_again: z.int(), allowed: z.int(), unchanged: z.int() })
export type PlanCounts = z.infer<typeof Counts>

export const PolicyPlan = z.object({
  at: Moment,
  policy: z.string(),
  /** The version in force that it was compared with, or null when there is none. */
  compared_with: z.int().nullable(),
  counts: Counts,
  by_tier: z.array(z.object({ tier: Tier.nullable(), counts: Counts })),
  by_owner: z.array(z.object({ owner: PersonId.nullable(), counts: Counts })),
  /** The versions whose answer changes. */
  changes: z.array(PlannedVersion),
  /** Versions before environments that were not looked at, because there are too many. */
  left_off: z.int(),
})
export type PolicyPlan = z.infer<typeof PolicyPlan>
