import { isoNow } from '../../lib/clock.ts'
import { badRequest, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { PersonId, TokenId } from '../audit/schema.ts'
import { type AccessParts, accountsWorkspace } from './people.ts'
import { type Actor, type NewToken, permits, type Token, type TokenInput } from './schema.ts'
import { hashSecret, newTokenSecret } from './secrets.ts'
import * as store from './store.ts'

/** Personal and service tokens: hashed at rest, scoped, expiring. */
export function createTokens({ db, write, clock }: AccessParts) {
  /** A token opens every workspace of its owner, so those of others are a matter for administrators of `main`. */
  async function managesAll(actor: Actor): Promise<boolean> {
    if (!permits(actor, 'access.write') || actor.id === 'server') return actor.id === 'server'
    return (await store.administeredBy(db, actor.id)).includes(accountsWorkspace)
  }

  async function create(actor: Actor, input: TokenInput): Promise<NewToken> {
    if (actor.id === 'server') throw badRequest('the server has no tokens')
    const person = input.person ?? actor.id
    if (person !== actor.id && !(await managesAll(actor))) {
      throw forbidden('only an administrator of main makes tokens for others', { permission: 'access.write' })
    }
    if (
      person === actor.id &&
      actor.scopes &&
      (input.scopes === null || input.scopes.some((s) => !actor.scopes?.includes(s)))
    ) {
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
      })
      record('token.created', `token:${id}`, { scopes: input.scopes, expires_at: token.expires_at }, [
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

  async function list(actor: Actor): Promise<Token[]> {
    return store.listTokens(db, (await managesAll(actor)) ? undefined : (actor.id as PersonId))
  }

  return { create, revoke, list }
}
