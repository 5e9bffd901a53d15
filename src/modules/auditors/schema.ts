import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
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

/** What a sample is drawn from. Versions in use are those that a report says run, or ran within the period. */
export const Population = z.enum(['decisions', 'verdicts', 'versions', 'findings'])
export type Population = z.infer<typeof Population>

export const SampleMethod = z.enum(['all', 'random'])
export type SampleMethod = z.infer<typeof SampleMethod>

/** The most rows that one answer carries. */
export const largestSample = 2000
/** The most members that a population may have. */
export const largestPopulation = 200_000

export const SampleQuery = z
  .strictObject({
    population: Population,
    method: SampleMethod.default('random'),
    /** How many are drawn; of each tier with `by_tier`. */
    size: z.coerce.number().int().min(1).max(largestSample).optional(),
    /** Printable ASCII; whoever knows it draws the same sample again. */
    seed: z
      .string()
      .regex(/^[ -~]{1,100}$/, 'a seed is 1 to 100 characters of printable ASCII')
      .optional(),
    by_tier: z.stringbool().default(false),
    model: z.string().min(1).max(256).optional(),
    /** First moment of the period. */
    from: Moment.optional(),
    /** First moment after the period. */
    until: Moment.optional(),
  })
  .superRefine(({ method, size, seed, by_tier, from, until }, refuse) => {
    const isRandom = method === 'random'
    if (isRandom && (size === undefined || seed === undefined)) refuse.addIssue('a random sample has a size and a seed')
    if (!isRandom && (size !== undefined || seed !== undefined || by_tier)) {
      refuse.addIssue('only a random sample has a size, a seed and tiers')
    }
    if (from !== undefined && until !== undefined && from >= until) refuse.addIssue('the period ends before it begins')
  })
export type SampleQuery = z.infer<typeof SampleQuery>

export const Stratum = z.object({
  /** `null` for models without one, and where tiers are not told apart. */
  tier: Tier.nullable(),
  size: z.int(),
  drawn: z.int(),
})
export type Stratum = z.infer<typeof Stratum>

export const SampleRow = z.object({
  id: z.string(),
  model: z.string(),
  tier: Tier.nullable(),
  version: z.int().nullable(),
  environment: z.string().nullable(),
  /** When it was decided, asked, reported or opened. */
  at: Moment,
  /** Outcome or state. */
  state: z.string(),
  /** SHA-256 that it was drawn by, in hexadecimal digits; null for a whole population. */
  rank: z.string().nullable(),
})
export type SampleRow = z.infer<typeof SampleRow>

export const Sample = z.object({
  population: Population,
  method: SampleMethod,
  size: z.int().nullable(),
  seed: z.string().nullable(),
  by_tier: z.boolean(),
  model: z.string().nullable(),
  from: Moment.nullable(),
  until: Moment.nullable(),
  drawn_at: Moment,
  /** Everything in scope that the sample was drawn from. */
  population_size: z.int(),
  /** SHA-256 over the ids in ascending order, each followed by a newline: equal for equal populations. */
  population_digest: Digest,
  /** By tier with `by_tier`, and one otherwise. */
  strata: z.array(Stratum),
  rows: z.array(SampleRow),
})
export type Sample = z.infer<typeof Sample>
