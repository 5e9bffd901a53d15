import { z } from 'zod'
import { Digest, Moment } from '../../lib/ids.ts'
import { PersonId } from '../access/schema.ts'
import { ScoringEndpoint } from '../evaluation/schema.ts'
import { RequirementState } from '../policy/schema.ts'

export const ConnectionKind = z.enum([
  'database',
  'accounts',
  'blobs',
  'trail',
  'keys',
  'webhook',
  'scoring',
  'sign_in',
  'backup',
])
export type ConnectionKind = z.infer<typeof ConnectionKind>

/** One thing that a dry run looked at, and what was found. */
export const DryRunCheck = z.object({
  what: z.string(),
  /** `unknown` where it was not asked, because something before it stood in the way. */
  state: RequirementState,
  said: z.string(),
  /** Milliseconds; null where nothing was sent. */
  ms: z.number().nullable(),
})
export type DryRunCheck = z.infer<typeof DryRunCheck>

export const DryRun = z.object({
  /** `unclear`: it answers, and nothing shows that it does what it is for. */
  outcome: z.enum(['passed', 'failed', 'unclear']),
  checks: z.array(DryRunCheck).min(1),
  at: Moment,
  by: z.object({ id: PersonId, name: z.string() }),
})
export type DryRun = z.infer<typeof DryRun>

const model = z.string().min(1).max(250)

/** What is tried: an endpoint that a protocol names, an address on a host that is allowed, or an identity provider. */
export const DryRunInput = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('scoring'),
    /** An endpoint as `GET /connections` names it, or a host with `endpoint`. */
    target: z.string().min(1).max(2000),
    /** Whose protocol counts, where several name the address. */
    model: model.optional(),
    /** A stored dataset whose first row is scored as well. */
    dataset: Digest.optional(),
    /** An address of the host that no protocol names yet. */
    endpoint: ScoringEndpoint.pick({ url: true, speaks: true }).optional(),
  }),
  z.strictObject({ kind: z.literal('sign_in'), target: z.string().min(1).max(100) }),
])
export type DryRunInput = z.infer<typeof DryRunInput>

/** Something the server rests on or talks to, and when that last worked. */
export const ConnectionHealth = z.object({
  kind: ConnectionKind,
  name: z.string(),
  /** The webhook that it is: its deliveries are in a log, and an example can be sent. */
  webhook: z.string().exactOptional(),
  /** How it is named in a dry run, the models whose protocols name it, and the last dry run; what is tried each time has none. */
  dry_run: z.object({ target: z.string(), models: z.array(z.string()), last: DryRun.nullable() }).exactOptional(),
  /** `unknown` when it was never used, which is not the same as working. */
  state: RequirementState,
  detail: z.string(),
  /** The last time that it worked, and how that is known. */
  proof: z.object({ at: Moment, what: z.string() }).nullable(),
  /** Milliseconds that the check took, where one was made just now. */
  ms: z.number().nullable(),
})
export type ConnectionHealth = z.infer<typeof ConnectionHealth>

export const Connections = z.object({ checked_at: Moment, connections: z.array(ConnectionHealth) })
export type Connections = z.infer<typeof Connections>
