import { z } from 'zod'
import { Moment } from '../../lib/ids.ts'
import { RequirementState } from '../policy/schema.ts'

export const ConnectionKind = z.enum([
  'database',
  'accounts',
  'blobs',
  'trail',
  'webhook',
  'scoring',
  'sign_in',
  'backup',
])
export type ConnectionKind = z.infer<typeof ConnectionKind>

/** Something the server rests on or talks to, and when that last worked. */
export const ConnectionHealth = z.object({
  kind: ConnectionKind,
  name: z.string(),
  /** The webhook that it is: its deliveries are in a log, and an example can be sent. */
  webhook: z.string().exactOptional(),
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
