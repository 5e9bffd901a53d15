import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'

export const PersonId = idSchema('per')
export type PersonId = z.infer<typeof PersonId>
export const TokenId = idSchema('tok')
export type TokenId = z.infer<typeof TokenId>

/**
 * Who acted, and by which door. The server itself acts as `server`, for instance when an evaluation ends; `open` is a request
 * without credentials to a server that asks for none.
 */
export const ActorRef = z.object({
  id: z.union([PersonId, z.literal('server')]),
  kind: z.enum(['person', 'service', 'server']),
  via: z.enum(['session', 'password', 'passkey', 'oidc', 'token', 'open', 'server']),
  token: TokenId.optional(),
})
export type ActorRef = z.infer<typeof ActorRef>

export const serverActor: ActorRef = { id: 'server', kind: 'server', via: 'server' }

/** What an event is about: `model:mdl_…`, `version:ver_…`, `run:<32 hex>`, `person:per_…` and so on. */
export const Thing = z.string().regex(/^[a-z_]+:.+$/s)
export type Thing = z.infer<typeof Thing>

/** The canonical content of an event; its RFC 8785 bytes are the leaf of the Merkle tree. */
export const EventBody = z.object({
  index: z.int().min(0),
  at: Moment,
  actor: ActorRef,
  action: z.string(),
  subject: Thing,
  about: z.array(Thing),
  detail: z.record(z.string(), z.json()),
})
export type EventBody = z.infer<typeof EventBody>

export const EventQuery = z.strictObject({
  about: Thing.optional(),
  actor: z.string().optional(),
  action: z.string().optional(),
  before: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type EventQuery = z.infer<typeof EventQuery>

export const EventPage = z.object({
  events: z.array(EventBody.extend({ actor_name: z.string(), leaf: z.string() })),
  size: z.int(),
  next_before: z.int().nullable(),
})
export type EventPage = z.infer<typeof EventPage>

export const Checkpoint = z.object({ size: z.int(), root: z.string(), note: z.string(), taken_at: Moment })
export type Checkpoint = z.infer<typeof Checkpoint>

export const TrailCheck = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('intact'),
    size: z.int(),
    root: z.string(),
    checkpoint: Checkpoint,
    checked_at: Moment,
  }),
  z.object({
    outcome: z.literal('broken'),
    size: z.int(),
    checked_at: Moment,
    problems: z.array(z.object({ index: z.int().nullable(), message: z.string() })),
  }),
])
export type TrailCheck = z.infer<typeof TrailCheck>

export const Proof = z.object({
  size: z.int(),
  root: z.string(),
  hashes: z.array(z.string()),
  checkpoint: z.string(),
})
export type Proof = z.infer<typeof Proof>
