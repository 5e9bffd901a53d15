import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { EnvironmentName, VersionNumberText } from '../registry/schema.ts'
import { RefusedStep } from './flow-schema.ts'

export const ConditionId = idSchema('cnd')
export type ConditionId = z.infer<typeof ConditionId>

export const longestConditionDays = 731

/** What has to be done by a day, or the approval lapses. */
export const ConditionInput = z.strictObject({
  text: z.string().trim().min(10, 'say it in at least ten characters').max(2000),
  owner: PersonId,
  /** At this moment the approval lapses; at most two years away. */
  due_at: Moment,
})
export type ConditionInput = z.infer<typeof ConditionInput>

/** As the decision signs it. */
export const SignedCondition = ConditionInput.extend({ id: ConditionId, text: z.string() })
export type SignedCondition = z.infer<typeof SignedCondition>

export const Condition = z.object({
  id: ConditionId,
  decision_id: z.string(),
  review_id: z.string(),
  model: z.string(),
  version: z.int(),
  environment: EnvironmentName,
  text: z.string(),
  owner: PersonId,
  due_at: Moment,
  set_by: PersonId,
  set_at: Moment,
  /** `lapsed` took the approval with it. */
  state: z.enum(['open', 'met', 'lapsed']),
  /** What its owner says was done. */
  report: z.string().nullable(),
  reported_at: Moment.nullable(),
  /** What somebody else saw of it. */
  proof: z.string().nullable(),
  /** Evidence of the version that shows it, by id. */
  evidence: z.array(z.string()),
  confirmed_by: PersonId.nullable(),
  confirmed_at: Moment.nullable(),
})
export type Condition = z.infer<typeof Condition>

const Said = z.string().trim().min(10, 'say it in at least ten characters').max(20_000)

export const ConditionReport = z.strictObject({ report: Said })
export type ConditionReport = z.infer<typeof ConditionReport>

export const ConditionProof = z.strictObject({
  proof: Said,
  evidence: z.array(idSchema('evi')).max(20).default([]),
})
export type ConditionProof = z.infer<typeof ConditionProof>

export const ConditionResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('met'), condition: Condition }),
  RefusedStep,
])
export type ConditionResult = z.infer<typeof ConditionResult>

export const ConditionQuery = z.strictObject({
  state: z.enum(['open', 'all']).default('open'),
  model: z.string().optional(),
  version: VersionNumberText.optional(),
  /** A person, or `me`. */
  owner: z.union([z.literal('me'), PersonId]).optional(),
})
export type ConditionQuery = z.infer<typeof ConditionQuery>
