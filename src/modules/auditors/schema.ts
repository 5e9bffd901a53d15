import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { Seat, SeatId } from '../access/schema.ts'
import { EventQuery, PersonId } from '../audit/schema.ts'
import { LifecycleState, Tier } from '../registry/schema.ts'

export const SeatReadId = idSchema('rd')
export type SeatReadId = z.infer<typeof SeatReadId>

/** Something that was asked for from an auditor's seat. */
export const SeatRead = z.object({
  id: SeatReadId,
  seat: SeatId,
  person: PersonId,
  at: Moment,
  method: z.string(),
  /** The address with its query, cut at 500 characters. */
  path: z.string(),
  status: z.int(),
  /** Stands in the trail; until then it waits for its batch, which is a minute away at most. */
  in_trail: z.boolean(),
})
export type SeatRead = z.infer<typeof SeatRead>

export const SeatReadQuery = z.strictObject({
  before: SeatReadId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type SeatReadQuery = z.infer<typeof SeatReadQuery>

/** What lies in an auditor's scope. */
export const PopulationRow = z.object({
  model: z.string(),
  tier: Tier.nullable(),
  versions: z.int(),
  latest: z.object({ version: z.int(), state: LifecycleState }).nullable(),
  deployments: z.int(),
})
export type PopulationRow = z.infer<typeof PopulationRow>

/** An auditor's own landing page. */
export const AuditorRoom = z.object({
  workspace: z.string(),
  /** Open seats of the person who asks, the one that lasts longest first; empty for an auditor by role. */
  seats: z.array(Seat),
  host: z.array(z.object({ id: z.string(), name: z.string() })),
  /** `null` is the whole workspace. */
  models: z.array(z.string()).nullable(),
  population: z.array(PopulationRow),
  trail: z.object({ size: z.int(), verifier: z.string() }),
  /** Reads that were recorded so far, from the open seats. */
  reads: z.int(),
})
export type AuditorRoom = z.infer<typeof AuditorRoom>

export const ScopedEventQuery = EventQuery.omit({ about: true }).extend({
  model: z.string().min(1).max(256).optional(),
})
export type ScopedEventQuery = z.infer<typeof ScopedEventQuery>
