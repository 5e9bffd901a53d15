import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { PersonId, TokenId } from '../audit/schema.ts'
import { type AccessParts, accountsWorkspace } from './people.ts'
import { type Actor, type NewToken, permits, type Token, type TokenInput, type TokenRotation } from './schema.ts'
import { hashSecret, newTokenSecret } from './secrets.ts'
import * as store from './store.ts'

/** Personal and service tokens: hashed at rest, scoped, expiring. */
export function createTokens({ db, write, clock }: AccessParts) {
  /** A token opens every workspace of its owner, so those of others are a matter for administrators of `main`. */
  async function managesAll(actor: Actor): Promise<boolean> {
    if (!permits(actor, 'access.write') || actor.id === 'server') return actor.id === 'server'
    if (actor.bound !== undefined && actor.bound !== accountsWorkspace) return false
    return (await store.administeredBy(db, actor.id)).includes(accountsWorkspace)
  }

  /** Whether what `token` opens lies within what the actor's own token opens. */
  function isWithin(actor: Actor, token: Pick<Token, 'scopes' | 'workspace'>): boolean {
    if (actor.bound !== undefined && token.workspace !== actor.bound) return false
    return actor.scopes === null || token.scopes?.every((scope) => actor.scopes?.includes(scope)) === true
  }

  async function create(actor: Actor, input: TokenInput): Promise<NewToken> {
    if (actor.id === 'server') throw badRequest('the server has no tokens')
    const person = input.person ?? actor.id
    const bound = input.workspace ?? null
    if (person !== actor.id && !(await managesAll(actor))) {
      throw forbidden('only an administrator of main makes tokens for others', { permission: 'access.write' })
    }
    if ((person === actor.id || actor.bound !== undefined) && !isWithin(actor, { ...input, workspace: bound })) {
      throw forbidden('a token cannot make one that may do more than itself')
    }
    const secret = newTokenSecret()
    const now = clock.now()
    return write(actor, async (tx, record) => {
      const owner = await store.findPerson(tx, accountsWorkspace, person)
      if (!owner) throw notFound('person', person)
      if (person !== actor.id && owner.kind !== 'service') throw forbidden('people make their own tokens')
      const id = newId('tok', now.getTime()) as TokenId
      const token = await store.insertToken(tx, {
        id,
        person_id: person,
        name: input.name,
        hash: hashSecret(secret),
        hint: `${secret.slice(0, 7)}…`,
        scopes: input.scopes === null ? null : JSON.stringify(input.scopes),
        created_at: now.toISOString(),
        expires_at: new Date(now.getTime() + input.expires_in_days * 86_400_000).toISOString(),
        last_used_at: null,
        revoked_at: null,
        workspace: bound,
        previous_hash: null,
        previous_until: null,
        rotated_at: null,
      })
      const where = bound === null ? {} : { workspace: bound }
      record('token.created', `token:${id}`, { scopes: input.scopes, expires_at: token.expires_at, ...where }, [
        `person:${person}`,
      ])
      return { token, secret }
    })
  }

  async function revoke(actor: Actor, id: TokenId): Promise<void> {
    const all = await managesAll(actor)
    await write(actor, async (tx, record) => {
      const token = await store.findToken(tx, id)
      const theirs = token?.person === actor.id
      if (!token || !(theirs || all)) throw notFound('token', id)
      if (!(await store.revokeToken(tx, id, isoNow(clock)))) throw notFound('token in use', id)
      record('token.revoked', `token:${id}`, {}, [`person:${token.person}`])
    })
  }

  /** A new secret for as long as the token was made for; the one of today counts a while longer. */
  async function rotate(actor: Actor, id: TokenId, { overlap_hours }: TokenRotation): Promise<NewToken> {
    const all = await managesAll(actor)
    const secret = newTokenSecret()
    const now = clock.now()
    return write(actor, async (tx, record) => {
      const token = await store.findToken(tx, id)
      const hash = await store.findTokenHash(tx, id)
      if (!token || !hash || !(token.person === actor.id || all)) throw notFound('token', id)
      if (token.revoked_at || token.expires_at <= now.toISOString()) throw conflict('the token has ended: make another')
      if (actor.token !== id && !isWithin(actor, token)) {
        throw forbidden('a token cannot rotate one that may do more than itself')
      }
      const lifetime = Date.parse(token.expires_at) - Date.parse(token.rotated_at ?? token.created_at)
      const overlap = new Date(now.getTime() + overlap_hours * 3_600_000).toISOString()
      const rotated = {
        hint: `${secret.slice(0, 7)}…`,
        previous_until: overlap < token.expires_at ? overlap : token.expires_at,
        expires_at: new Date(now.getTime() + lifetime).toISOString(),
        rotated_at: now.toISOString(),
      }
      if (!(await store.rotateToken(tx, id, { ...rotated, hash: hashSecret(secret), previous_hash: hash }))) {
        throw conflict('the token changed while it was rotated')
      }
      const { previous_until, expires_at } = rotated
      record('token.rotated', `token:${id}`, { previous_until, expires_at }, [`person:${token.person}`])
      return { token: { ...token, ...rotated }, secret }
    })
  }

  /** `endingWithin`, in days, leaves those that are about to end. */
  async function list(actor: Actor, endingWithin?: number): Promise<Token[]> {
    const all = await store.listTokens(db, (await managesAll(actor)) ? undefined : (actor.id as PersonId))
    if (endingWithin === undefined) return all
    const now = isoNow(clock)
    const until = new Date(clock.now().getTime() + endingWithin * 86_400_000).toISOString()
    return all.filter((each) => each.revoked_at === null && each.expires_at > now && each.expires_at <= until)
  }

  return { create, revoke, rotate, list }
}
