import {
  type HeldGrant,
  type Permission,
  type Person,
  permissionsIn,
  permits,
  Role,
  type RoleDefinition,
  type Token,
} from '../access/schema.ts'
import type { Obstacle, PermissionAnswer, Source } from './schema.ts'

export type Question = {
  readonly person: Person
  readonly model: string | undefined
  readonly token: Token | undefined
  readonly roles: readonly RoleDefinition[]
  readonly everyone: readonly Person[]
  readonly now: string
}

/** Whether somebody has a permission, by what, and otherwise what is missing and who could give it. */
export function answerFor(permission: Permission, question: Question): PermissionAnswer {
  const { person, model, token, roles, everyone, now } = question
  const giving = person.grants.filter((grant) => permissionsIn(grant).includes(permission))
  const holds = giving.filter((grant) => isOpen(grant, now) && isHere(grant, model))
  const missing = obstacle(question, permission, giving, holds)
  const givers =
    missing === 'no_role' || missing === 'other_model' || missing === 'ended'
      ? everyone.filter(
          (each) => each.disabled_at === null && each.id !== person.id && mayGive(each, permission, model, now),
        )
      : []
  const by = holds.map(sourceOf)
  const names = roles.filter((role) => role.permissions.includes(permission)).map(({ name }) => name)
  return {
    permission,
    allowed: missing === null,
    by,
    missing,
    roles: missing === null ? [] : names,
    givers: givers.map(({ id, login, name }) => ({ id, login, name })),
    sentence: sentence(missing, by, {
      permission,
      model,
      token,
      giving,
      roles: names,
      givers: givers.map(({ login }) => login),
    }),
  }
}

const isOpen = ({ until }: HeldGrant, now: string) => until === undefined || until > now
const isHere = (grant: HeldGrant, model: string | undefined) => grant.model === null || grant.model === model

function obstacle(
  { person, token, now }: Question,
  permission: Permission,
  giving: readonly HeldGrant[],
  holds: readonly HeldGrant[],
): Obstacle | null {
  if (person.disabled_at !== null) return 'disabled'
  if (token && (token.revoked_at !== null || token.expires_at <= now)) return 'token_ended'
  if (holds.length === 0) {
    if (giving.length === 0) return 'no_role'
    return giving.some((grant) => isOpen(grant, now)) ? 'other_model' : 'ended'
  }
  return token?.scopes && !token.scopes.includes(permission) ? 'token_scope' : null
}

function mayGive(person: Person, permission: Permission, model: string | undefined, now: string): boolean {
  const actor = { grants: person.grants.filter((grant) => isOpen(grant, now)), scopes: null }
  return permits(actor, 'access.write') && permits(actor, permission, model)
}

const sourceOf = ({ role, model, until, seat, source }: HeldGrant): Source => ({
  role,
  model,
  built_in: Role.safeParse(role).success,
  until: until ?? null,
  seat: seat ?? null,
  group: source ?? null,
})

type Words = {
  permission: Permission
  model: string | undefined
  token: Token | undefined
  giving: readonly HeldGrant[]
  roles: readonly string[]
  givers: readonly string[]
}

function sentence(missing: Obstacle | null, by: readonly Source[], words: Words): string {
  const held = by.map(sourceText).join(', and ')
  const where = words.model === undefined ? 'in the whole workspace' : `on ${words.model}`
  const wayOut =
    words.givers.length === 0
      ? `Nobody else here may give ${words.permission}.`
      : `${words.givers.join(' or ')} can give ${words.roles.length === 1 ? 'the role' : 'one of the roles'} ${words.roles.join(', ')}.`
  switch (missing) {
    case null:
      return `Yes, by ${held}.`
    case 'disabled':
      return 'No: the account is disabled.'
    case 'token_ended':
      return `No: the token ${words.token?.name ?? ''} has ended.`
    case 'token_scope':
      return `No: the token ${words.token?.name ?? ''} is not scoped for it, though its owner may, by ${held}.`
    case 'ended':
      return `No: the role that gave it has ended. ${wayOut}`
    case 'other_model':
      return `No: held only on ${words.giving.map(({ model }) => model).join(', ')}, not ${where}. ${wayOut}`
    case 'no_role':
      return `No: no role gives it ${where}. ${wayOut}`
  }
}

function sourceText({ role, model, built_in, until, seat, group }: Source): string {
  const scope = model === null ? 'in the whole workspace' : `on ${model}`
  const kind = seat !== null ? 'an auditor’s seat' : built_in ? `the role ${role}` : `the defined role ${role}`
  const from = group === null ? '' : ` by a group of ${group}`
  return `${kind} ${scope}${from}${until === null ? '' : ` until ${until}`}`
}
