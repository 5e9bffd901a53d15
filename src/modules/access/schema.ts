import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { type ActorRef, PersonId, TokenId } from '../audit/schema.ts'

export { PersonId, TokenId } from '../audit/schema.ts'

export const Permission = z.enum([
  'tracking.read',
  'tracking.write',
  'artifacts.read',
  'artifacts.write',
  'registry.read',
  'registry.write',
  'datasets.read',
  'datasets.write',
  'evaluation.read',
  'evaluation.run',
  'policy.read',
  'policy.write',
  'environment.write',
  'gate.check',
  'deployment.report',
  'review.read',
  'review.submit',
  'review.decide',
  'review.comment',
  'finding.write',
  'audit.read',
  'audit.ask',
  'audit.answer',
  'access.read',
  'access.write',
  'webhook.read',
  'webhook.write',
  'retention.read',
  'retention.write',
  'duty.write',
])
export type Permission = z.infer<typeof Permission>

export const Role = z.enum(['administrator', 'developer', 'contributor', 'validator', 'approver', 'auditor'])
export type Role = z.infer<typeof Role>

const reads: Permission[] = [
  'tracking.read',
  'artifacts.read',
  'registry.read',
  'datasets.read',
  'evaluation.read',
  'policy.read',
  'review.read',
  'access.read',
]

/** What each role may do. Separation of duties is decided per version and holds for every role, administrators too. */
export const permissionsOf: Record<Role, readonly Permission[]> = {
  administrator: Permission.options,
  developer: [
    ...reads,
    'tracking.write',
    'artifacts.write',
    'registry.write',
    'datasets.write',
    'evaluation.run',
    'gate.check',
    'deployment.report',
    'review.submit',
    'review.comment',
    'finding.write',
    'audit.answer',
  ],
  /** Writes to experiments of their own, and to those that let them in. */
  contributor: [...reads, 'tracking.write', 'artifacts.write'],
  validator: [
    ...reads,
    'evaluation.run',
    'gate.check',
    'review.decide',
    'review.comment',
    'finding.write',
    'audit.read',
    'audit.answer',
  ],
  approver: [...reads, 'gate.check', 'review.decide', 'review.comment', 'finding.write', 'audit.answer'],
  /** Asks only from a seat. */
  auditor: [...reads, 'audit.read', 'audit.ask', 'webhook.read', 'retention.read'],
}

/** One of the built-in roles, or one that a workspace has defined. */
export const RoleName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and -')
export type RoleName = z.infer<typeof RoleName>

export const SeatId = idSchema('seat')
export type SeatId = z.infer<typeof SeatId>

/** A role held in the whole workspace (`model: null`) or on one model. */
export const Grant = z.object({
  role: RoleName,
  model: z.string().nullable(),
  /** What a role that the workspace has defined stands for; left out for the built-in ones. */
  permissions: z.array(Permission).readonly().optional(),
  /** The role ends by itself at this moment. */
  until: Moment.optional(),
  /** The auditor's seat that the role comes from. */
  seat: SeatId.optional(),
})
export type Grant = z.infer<typeof Grant>

/** `source` names the provider whose group gives the role; a role that somebody gave has none. */
export const HeldGrant = Grant.extend({ source: z.string().optional() })
export type HeldGrant = z.infer<typeof HeldGrant>

/** What somebody is given: a role by its name, never its permissions. */
export const GrantInput = z.strictObject({ role: RoleName, model: z.string().nullable().default(null) })
export type GrantInput = z.infer<typeof GrantInput>

const builtIn: ReadonlyMap<string, readonly Permission[]> = new Map(Object.entries(permissionsOf))

/** What a grant stands for. A role that is neither built in nor defined permits nothing. */
export function permissionsIn(grant: Pick<Grant, 'role' | 'permissions'>): readonly Permission[] {
  return builtIn.get(grant.role) ?? grant.permissions ?? []
}

export const Person = z.object({
  id: PersonId,
  login: z.string(),
  name: z.string(),
  kind: z.enum(['person', 'service']),
  grants: z.array(HeldGrant),
  created_at: Moment,
  disabled_at: Moment.nullable(),
})
export type Person = z.infer<typeof Person>

/** An account that was found by its exact name, whichever workspaces it has to do with. */
export const Account = Person.pick({ id: true, login: true, name: true, kind: true })
export type Account = z.infer<typeof Account>

/** Whoever a request acts for. `scopes` narrows what a token may do; `null` means everything the person may do. */
export type Actor = ActorRef & {
  readonly login: string
  readonly name: string
  readonly grants: readonly Grant[]
  readonly scopes: readonly Permission[] | null
  /** The one workspace that a bound token opens. */
  readonly bound?: string
  /** When the last auditor's seat of this person ended, if none is open. */
  readonly lapsed?: string
}

export const Login = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@+-]{1,127}$/, 'letters, digits and . _ @ + - only, at least two characters')
export const Password = z.string().min(10, 'at least 10 characters').max(256)

export const SignInInput = z.strictObject({ login: z.string().max(256), password: z.string().max(256) })
export const PersonInput = z.strictObject({
  login: Login,
  name: z.string().trim().min(1).max(200),
  kind: z.enum(['person', 'service']).default('person'),
  password: Password.optional(),
  grants: z.array(GrantInput).default([]),
})
export type PersonInput = z.infer<typeof PersonInput>
/** Disabling somebody who holds duties is refused with their number, unless the duties are to be left. */
export const DisableInput = z.strictObject({ leave_duties: z.boolean().default(false) })
export const PasswordInput = z.strictObject({ current: z.string().max(256), next: Password })

export const Session = z.object({
  person: Person,
  permissions: z.array(Permission),
  csrf: z.string(),
  expires_at: Moment,
  workspace: z.string(),
  /** What must happen before the session opens anything: a rule asks for a second factor, and the person has none. */
  pending: z.enum(['second_factor']).nullable(),
})
export type Session = z.infer<typeof Session>

export const Token = z.object({
  id: TokenId,
  name: z.string(),
  person: PersonId,
  hint: z.string(),
  scopes: z.array(Permission).nullable(),
  created_at: Moment,
  expires_at: Moment,
  last_used_at: Moment.nullable(),
  revoked_at: Moment.nullable(),
  /** The one workspace that it opens; null for every workspace of its owner. */
  workspace: z.string().nullable(),
  /** After a rotation: until when the secret before it still counts. */
  previous_until: Moment.nullable(),
  rotated_at: Moment.nullable(),
})
export type Token = z.infer<typeof Token>

export const TokenInput = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(Permission).min(1).nullable().default(null),
  expires_in_days: z.int().min(1).max(366).default(90),
  /** Only for a service account, and only with `access.write`. */
  person: PersonId.optional(),
  /** Binds the token to one workspace. */
  workspace: z.string().trim().min(1).max(63).optional(),
})
export type TokenInput = z.infer<typeof TokenInput>

export const TokenRotation = z.strictObject({
  /** How long the secret of today still counts. */
  overlap_hours: z.int().min(0).max(720).default(24),
})
export type TokenRotation = z.infer<typeof TokenRotation>

/** The secret is shown once and never stored. */
export const NewToken = z.object({ token: Token, secret: z.string() })
export type NewToken = z.infer<typeof NewToken>

/** What an actor may do: the union of the grants, narrowed by the token's scopes. */
export function permits(actor: Pick<Actor, 'grants' | 'scopes'>, permission: Permission, model?: string): boolean {
  if (actor.scopes && !actor.scopes.includes(permission)) return false
  return actor.grants.some(
    (grant) =>
      permissionsIn(grant).includes(permission) &&
      (grant.model === null || (model !== undefined && grant.model === model)),
  )
}

/** Which models an actor may see: all of them, or those named. */
export function modelsOf(actor: Pick<Actor, 'grants' | 'scopes'>, permission: Permission): 'all' | readonly string[] {
  if (permits(actor, permission)) return 'all'
  if (actor.scopes && !actor.scopes.includes(permission)) return []
  return actor.grants.flatMap((grant) =>
    grant.model !== null && permissionsIn(grant).includes(permission) ? [grant.model] : [],
  )
}

/** A role with what it permits: built in, or defined by the workspace. */
export const RoleDefinition = z.object({
  name: RoleName,
  built_in: z.boolean(),
  description: z.string(),
  permissions: z.array(Permission),
  /** Counts the changes of a defined role; the trail has each of them. */
  version: z.int(),
  /** How many people hold it, on however many models. */
  holders: z.int(),
  updated_at: Moment.nullable(),
})
export type RoleDefinition = z.infer<typeof RoleDefinition>

const RoleBody = {
  description: z.string().trim().max(500).default(''),
  permissions: z.array(Permission).min(1).max(Permission.options.length),
}
export const RoleInput = z.strictObject({ name: RoleName, ...RoleBody })
export type RoleInput = z.infer<typeof RoleInput>
/** `version` is the one that was looked at: a role that changed meanwhile is not overwritten. */
export const RoleChange = z.strictObject({ ...RoleBody, version: z.int().min(1) })
export type RoleChange = z.infer<typeof RoleChange>

/** An auditor's seat: the auditor's role in a scope, until a moment. Whatever is read with it is recorded. */
export const Seat = z.object({
  id: SeatId,
  person: PersonId,
  workspace: z.string(),
  /** `null` is the whole workspace. */
  models: z.array(z.string()).nullable(),
  reason: z.string(),
  opened_by: z.union([PersonId, z.literal('server')]),
  opened_at: Moment,
  ends_at: Moment,
  /** Closed before its time. */
  closed_at: Moment.nullable(),
})
export type Seat = z.infer<typeof Seat>

export const longestSeatDays = 366
export const SeatInput = z.strictObject({
  person: PersonId,
  models: z.array(z.string().min(1).max(256)).min(1).max(200).nullable().default(null),
  reason: z.string().trim().min(1).max(1000),
  ends_at: Moment,
})
export type SeatInput = z.infer<typeof SeatInput>

export const PersonalKeyId = idSchema('pky')
export type PersonalKeyId = z.infer<typeof PersonalKeyId>

/** A public key whose private half stays with a person, who signs decisions with it. */
export const PersonalKey = z.object({
  id: PersonalKeyId,
  person: PersonId,
  name: z.string(),
  /** `ed25519:` and the SHA-256 of the raw public key. */
  key_id: z.string(),
  /** Base64 of the SubjectPublicKeyInfo. */
  public_key: z.string(),
  enrolled_at: Moment,
  revoked_at: Moment.nullable(),
})
export type PersonalKey = z.infer<typeof PersonalKey>

export const PersonalKeyInput = z.strictObject({
  name: z.string().trim().min(1).max(100),
  /** PEM, or base64 of the SubjectPublicKeyInfo. */
  public_key: z.string().max(1000),
  /** Base64 signature over the RFC 8785 bytes of the enrolment. */
  proof: z.string().max(200),
})
export type PersonalKeyInput = z.infer<typeof PersonalKeyInput>

/** What the key signs to prove that whoever enrols it has the private half. */
export const enrolmentOf = (person: PersonId, key_id: string) => ({
  format: 'modelkeep-key-enrolment-1',
  key_id,
  person,
})
