import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { EnvironmentName, ModelName, Tier, VersionNumber } from '../registry/schema.ts'

export const SystemId = idSchema('sys')
export type SystemId = z.infer<typeof SystemId>

export const SystemName = z.string().trim().min(1).max(200)
const Text = z.string().max(10_000)
const Jurisdictions = z.array(z.string().trim().min(1).max(100)).max(100)

/** A purpose in the world that models serve. It may be there before any model. */
export const System = z.object({
  id: SystemId,
  name: SystemName,
  /** What it is for. */
  purpose: z.string(),
  /** What it must not be used for. */
  limits: z.string(),
  /** Whom it affects. */
  affected: z.string(),
  jurisdictions: z.array(z.string()),
  tier: Tier.nullable(),
  /** Models that serve it and that the reader may see. */
  models: z.array(ModelName),
  created_at: Moment,
  created_by: PersonId,
  updated_at: Moment,
  /** It is out of use; what is known of it stays. */
  retired_at: Moment.nullable(),
})
export type System = z.infer<typeof System>

export const SystemInput = z.strictObject({
  name: SystemName,
  purpose: Text.default(''),
  limits: Text.default(''),
  affected: Text.default(''),
  jurisdictions: Jurisdictions.default([]),
  tier: Tier.nullable().default(null),
})
export type SystemInput = z.infer<typeof SystemInput>

export const SystemUpdate = z.strictObject({
  name: SystemName.optional(),
  purpose: Text.optional(),
  limits: Text.optional(),
  affected: Text.optional(),
  jurisdictions: Jurisdictions.optional(),
  tier: Tier.nullable().optional(),
})
export type SystemUpdate = z.infer<typeof SystemUpdate>

export const RetireInput = z.strictObject({ reason: z.string().trim().min(1).max(1000) })

/** One model that serves a system: what its aliases point to, and where it runs now. */
export const Serving = z.object({
  model: ModelName,
  tier: Tier.nullable(),
  aliases: z.array(z.object({ alias: z.string(), version: VersionNumber })),
  running: z.array(z.object({ environment: EnvironmentName, version: VersionNumber })),
})
export type Serving = z.infer<typeof Serving>

export const SystemDetail = z.object({ system: System, serving: z.array(Serving) })
export type SystemDetail = z.infer<typeof SystemDetail>

export const SystemQuery = z.strictObject({
  search: z.string().max(256).optional(),
  /** Only those that this model serves. */
  model: ModelName.optional(),
  tier: z.union([Tier, z.literal('none')]).optional(),
})
export type SystemQuery = z.infer<typeof SystemQuery>
