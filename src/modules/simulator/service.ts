import type { Clock } from '../../lib/clock.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, notFound } from '../../lib/errors.ts'
import {
  type Actor,
  type Permission,
  Permission as Permissions,
  type Person,
  permits,
  type RoleDefinition,
  type Token,
} from '../access/schema.ts'
import type { Duties } from '../duties/index.ts'
import { dutyNames } from '../duties/schema.ts'
import type { Registry } from '../registry/index.ts'
import type { Reviews } from '../reviews/index.ts'
import { answerFor } from './permissions.ts'
import type { DecisionAnswer, ExplainQuery, Explanation } from './schema.ts'

export type SimulatorParts = {
  readonly workspace: string
  readonly clock: Clock
  /** Accounts that the actor may see. */
  readonly people: (actor: Actor) => Promise<Person[]>
  readonly roles: () => Promise<RoleDefinition[]>
  /** Tokens that the actor may know of. */
  readonly tokens: (actor: Actor) => Promise<Token[]>
  readonly registry: Pick<Registry, 'models'>
  readonly environments: () => Promise<{ name: string }[]>
  readonly duties: Pick<Duties, 'assignments'>
  readonly reviews: Pick<Reviews, 'standingOf'>
}

/** What somebody can do to something, and why. It asks the same functions that every request is decided by. */
export function createSimulator(parts: SimulatorParts) {
  const { workspace, clock, registry, duties, reviews } = parts

  async function explain(actor: Actor, query: ExplainQuery): Promise<Explanation> {
    if (query.version !== undefined && query.model === undefined) throw badRequest('name the model of the version')
    const everyone = await parts.people(actor)
    const person = everyone.find(({ login }) => login === query.login.trim().toLowerCase())
    if (!person) throw notFound('account', query.login)
    const { model } = query
    if (model !== undefined) {
      if (!permits(actor, 'registry.read', model)) throw notFound('model', model)
      await registry.models.get(model)
    }
    const token = query.token === undefined ? undefined : await ownToken(actor, person, query.token)
    const now = isoNow(clock)
    const asked: readonly Permission[] = query.action === undefined ? Permissions.options : [query.action]
    const question = { person, model, token, roles: await parts.roles(), everyone, now }
    const { id, login, name, kind, disabled_at } = person
    return {
      person: { id, login, name, kind, disabled_at },
      workspace,
      model: model ?? null,
      token: token ? { id: token.id, name: token.name } : null,
      permissions: asked.map((permission) => answerFor(permission, question)),
      duties: model === undefined ? [] : await dutiesOn(actor, person, model, now),
      decisions:
        model === undefined || query.version === undefined
          ? []
          : await decisions(person, token, { model, version: query.version, environment: query.environment }, now),
    }
  }

  async function ownToken(actor: Actor, person: Person, id: string): Promise<Token> {
    const token = (await parts.tokens(actor)).find((each) => each.id === id && each.person === person.id)
    if (!token) throw notFound('token', id)
    return token
  }

  async function dutiesOn(actor: Actor, person: Person, model: string, now: string): Promise<Explanation['duties']> {
    const open = await duties.assignments.list(actor, { model, state: 'open' })
    return open.flatMap(({ duty, state, person: holder, deputies }) => {
      const called = dutyNames[duty]
      if (holder === person.id) {
        const isHeld = state === 'accepted'
        const may = duty === 'accountable_owner' && isHeld ? ' and assigns the duties on it' : ''
        const sentence = isHeld ? `Answers as ${called}${may}.` : `Was asked to be ${called} and has not answered.`
        return {
          duty,
          state: isHeld ? ('accepted' as const) : ('proposed' as const),
          stands_in_for: null,
          until: null,
          sentence,
        }
      }
      const deputy = deputies.find((each) => each.person === person.id && each.starts_at <= now)
      if (!deputy) return []
      return {
        duty,
        state: 'accepted' as const,
        stands_in_for: holder,
        until: deputy.ends_at,
        sentence: `Stands in for the ${called} until ${deputy.ends_at}, and counts as that person wherever duties are separated.`,
      }
    })
  }

  type Place = { model: string; version: string; environment: string | undefined }
  async function decisions(
    person: Person,
    token: Token | undefined,
    place: Place,
    now: string,
  ): Promise<DecisionAnswer[]> {
    const environments =
      place.environment === undefined ? (await parts.environments()).map(({ name }) => name) : [place.environment]
    const version = /^[1-9][0-9]{0,9}$/.test(place.version) ? Number(place.version) : place.version
    const grants = person.grants.filter(({ until }) => until === undefined || until > now)
    const actor = { id: person.id, kind: person.kind, grants, scopes: token?.scopes ?? null }
    const answers: DecisionAnswer[] = []
    for (const environment of environments) {
      const standing = await reviews.standingOf(actor, { model: place.model, version, environment })
      const conflicts = [...standing.conflicts]
      if (person.disabled_at !== null) conflicts.unshift({ rule: 'disabled', message: 'The account is disabled.' })
      if (!permits(actor, 'review.decide', place.model)) {
        conflicts.unshift({
          rule: 'permission',
          message: `Deciding needs the permission review.decide on ${place.model}.`,
        })
      }
      const allowed = conflicts.length === 0
      const about = `${place.model}@${standing.version} for ${environment}`
      answers.push({
        model: place.model,
        version: standing.version,
        environment,
        review: standing.review,
        allowed,
        conflicts,
        sentence: allowed
          ? `May decide about ${about}.`
          : `May not decide about ${about}: ${conflicts.map(({ rule }) => rule).join(', ')}.`,
      })
    }
    return answers
  }

  return { explain }
}
