import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { EnvironmentName, VersionNumber, VersionNumberText } from '../registry/schema.ts'

export const BreakGlassId = idSchema('brk')
export type BreakGlassId = z.infer<typeof BreakGlassId>

/** What an environment begins with. */
export const usualHours = 4
export const mostHours = 72

const Reason = z.string().trim().min(10, 'say why in at least ten characters').max(4000)

export const BreakGlassInput = z.strictObject({
  model: z.string().min(1),
  version: VersionNumber,
  environment: EnvironmentName,
  reason: Reason,
  /** As many as the environment permits, when left out. */
  hours: z.int().min(1).max(mostHours).optional(),
})
export type BreakGlassInput = z.infer<typeof BreakGlassInput>

export const BreakGlassReason = z.strictObject({ reason: Reason })
export type BreakGlassReason = z.infer<typeof BreakGlassReason>

/** `over` is what has run: its time has passed, or somebody ended it. Without a second person nothing ever runs. */
export const BreakGlassState = z.enum(['requested', 'lapsed', 'withdrawn', 'active', 'over'])
export type BreakGlassState = z.infer<typeof BreakGlassState>

export const BreakGlass = z.object({
  id: BreakGlassId,
  model: z.string(),
  version: z.int(),
  version_id: z.string(),
  environment: EnvironmentName,
  state: BreakGlassState,
  reason: z.string(),
  hours: z.int(),
  requested_by: PersonId,
  requested_at: Moment,
  /** Nobody can confirm it any more from then on. */
  lapses_at: Moment,
  confirmed_by: PersonId.nullable(),
  confirmed_at: Moment.nullable(),
  confirm_reason: z.string().nullable(),
  until: Moment.nullable(),
  /** The finding that opened with it. Until somebody has verified it, this is not reviewed. */
  finding_id: z.string().nullable(),
  reviewed: z.boolean(),
  verdict_id: z.string().nullable(),
  ended_by: PersonId.nullable(),
  ended_at: Moment.nullable(),
  end_reason: z.string().nullable(),
})
export type BreakGlass = z.infer<typeof BreakGlass>

/** What a verdict says of the break-glass that allowed it. */
export const NamedBreakGlass = z.object({
  id: BreakGlassId,
  until: Moment,
  requested_by: PersonId,
  confirmed_by: PersonId,
})
export type NamedBreakGlass = z.infer<typeof NamedBreakGlass>

export const BreakGlassResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('recorded'), break_glass: BreakGlass }),
  z.object({
    outcome: z.literal('refused'),
    reasons: z.array(z.object({ rule: z.string(), message: z.string() })).min(1),
  }),
])
export type BreakGlassResult = z.infer<typeof BreakGlassResult>

export const BreakGlassQuery = z.strictObject({
  /** `open` is what waits for a second person, what runs, and what nobody has reviewed. */
  state: z.enum(['open', 'all']).default('open'),
  model: z.string().optional(),
  version: VersionNumberText.optional(),
})
export type BreakGlassQuery = z.infer<typeof BreakGlassQuery>

/** With 0 hours nobody breaks the glass of an environment. */
export const BreakGlassRules = z.object({ environment: EnvironmentName, longest_hours: z.int().min(0).max(mostHours) })
export type BreakGlassRules = z.infer<typeof BreakGlassRules>
export const BreakGlassRulesInput = BreakGlassRules.omit({ environment: true }).strict()
export type BreakGlassRulesInput = z.infer<typeof BreakGlassRulesInput>
