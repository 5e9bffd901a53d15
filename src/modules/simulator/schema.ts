import { z } from 'zod'
import { Moment } from '../../lib/ids.ts'
import { Permission, PersonId, RoleName, SeatId, TokenId } from '../access/schema.ts'
import { Duty } from '../duties/schema.ts'

export const ExplainQuery = z.strictObject({
  /** Who it is about, by the name they sign in with. */
  login: z.string().min(1).max(256),
  model: z.string().min(1).max(256).optional(),
  /** Whether they may decide about this version of the model: a number or an alias. */
  version: z.string().min(1).max(256).optional(),
  environment: z.string().min(1).max(63).optional(),
  /** One permission only. */
  action: Permission.optional(),
  /** As if the request came with this token. */
  token: TokenId.optional(),
})
export type ExplainQuery = z.infer<typeof ExplainQuery>

/** What gives a permission. */
export const Source = z.object({
  role: RoleName,
  model: z.string().nullable(),
  built_in: z.boolean(),
  until: Moment.nullable(),
  seat: SeatId.nullable(),
  /** The identity provider whose group gives the role. */
  group: z.string().nullable(),
})
export type Source = z.infer<typeof Source>

export const Obstacle = z.enum(['disabled', 'no_role', 'other_model', 'ended', 'token_scope', 'token_ended'])
export type Obstacle = z.infer<typeof Obstacle>

const Someone = z.object({ id: PersonId, login: z.string(), name: z.string() })

export const PermissionAnswer = z.object({
  permission: Permission,
  allowed: z.boolean(),
  /** The roles that give it here, also where something else stands in the way. */
  by: z.array(Source),
  /** What stands in the way; `null` when it is allowed. */
  missing: Obstacle.nullable(),
  /** Roles that would give it. */
  roles: z.array(RoleName),
  /** Who can give such a role: administrators who may do it themselves. */
  givers: z.array(Someone),
  sentence: z.string(),
})
export type PermissionAnswer = z.infer<typeof PermissionAnswer>

export const DutyAnswer = z.object({
  duty: Duty,
  state: z.enum(['proposed', 'accepted']),
  /** Whom they stand in for, if they are the deputy. */
  stands_in_for: z.string().nullable(),
  until: Moment.nullable(),
  sentence: z.string(),
})

export const DecisionAnswer = z.object({
  model: z.string(),
  version: z.int(),
  environment: z.string(),
  /** The open review, if there is one. */
  review: z.string().nullable(),
  allowed: z.boolean(),
  conflicts: z.array(z.object({ rule: z.string(), message: z.string() })),
  sentence: z.string(),
})
export type DecisionAnswer = z.infer<typeof DecisionAnswer>

export const Explanation = z.object({
  person: Someone.extend({ kind: z.enum(['person', 'service']), disabled_at: Moment.nullable() }),
  workspace: z.string(),
  model: z.string().nullable(),
  token: z.object({ id: TokenId, name: z.string() }).nullable(),
  permissions: z.array(PermissionAnswer),
  duties: z.array(DutyAnswer),
  decisions: z.array(DecisionAnswer),
})
export type Explanation = z.infer<typeof Explanation>
