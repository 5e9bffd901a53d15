import { randomBytes, timingSafeEqual } from 'node:crypto'
import { isoNow } from '../../lib/clock.ts'
import { AppError, badRequest, notFound, unauthenticated } from '../../lib/errors.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { createPasswordCheck, hashPassword } from './passwords.ts'
import type { AccessParts } from './people.ts'
import type { Actor, Person } from './schema.ts'
import { hashSecret, looksLikeToken, newSessionSecret } from './secrets.ts'
import * as store from './store.ts'

const sessionHours = 12
const freeFailures = 5
const longestWaitSeconds = 900

export type SignedIn = { secret: string; csrf: string; expires_at: string; person: Person }

/** Turns what a request carries (cookie, Bearer or Basic) into an actor with the roles of the workspace it is about. */
export function createSignIn({ db, write, commit, clock, memory }: AccessParts) {
  const checkPassword = createPasswordCheck(() => clock.now().getTime())

  async function verifyPassword(login: string, password: string): Promise<PersonId> {
    const failures = await store.findFailures(db, login)
    if (failures && failures.failures >= freeFailures) {
      const wait = Math.min(2 ** (failures.failures - freeFailures), longestWaitSeconds)
      const left = Math.ceil((Date.parse(failures.last_at) + wait * 1000 - clock.now().getTime()) / 1000)
      if (left > 0)
        throw new AppError('too_many_requests', `too many failed sign-ins; try again in ${left} s`, {
          retry_after: left,
        })
    }
    const row = await memory.recall(`login ${login}`, () => store.findPersonByLogin(db, login))
    const right = await checkPassword(row?.password_hash ?? null, password)
    if (!row || !right || row.disabled_at) {
      await commit((tx) => store.countFailure(tx, login, isoNow(clock)))
      throw unauthenticated('name or password is wrong')
    }
    if (failures) await commit((tx) => store.clearFailures(tx, login))
    return row.id as PersonId
  }

  const findPerson = (id: PersonId, workspace: string) =>
    memory.recall(`person ${id} ${workspace}`, () => store.findPerson(db, workspace, id))

  async function personOf(id: PersonId, workspace: string): Promise<Person> {
    const person = await findPerson(id, workspace)
    if (!person || person.disabled_at) throw unauthenticated('the account is disabled')
    return person
  }

  function actorOf(person: Person, via: ActorRef['via']): Actor {
    return {
      id: person.id,
      kind: person.kind,
      via,
      login: person.login,
      name: person.name,
      grants: person.grants,
      scopes: null,
    }
  }

  async function signIn(login: string, password: string, workspace: string): Promise<SignedIn> {
    const person = await personOf(await verifyPassword(login.trim().toLowerCase(), password), workspace)
    const secret = newSessionSecret()
    const csrf = newSessionSecret()
    const now = clock.now()
    const expires = new Date(now.getTime() + sessionHours * 3_600_000).toISOString()
    const actor: ActorRef = { id: person.id, kind: person.kind, via: 'password' }
    await write(actor, async (tx, record) => {
      await store.insertSession(tx, {
        id: hashSecret(secret),
        person_id: person.id,
        csrf,
        created_at: now.toISOString(),
        seen_at: now.toISOString(),
        expires_at: expires,
      })
      record('session.opened', `person:${person.id}`)
    })
    return { secret, csrf, expires_at: expires, person }
  }

  async function bySession(secret: string, workspace: string): Promise<(SignedIn & { actor: Actor }) | undefined> {
    const id = hashSecret(secret)
    const row = await memory.recall(`session ${id}`, () => store.findSession(db, id))
    if (!row || row.expires_at <= isoNow(clock)) return undefined
    const person = await findPerson(row.person_id as PersonId, workspace)
    if (!person || person.disabled_at) return undefined
    return { secret, csrf: row.csrf, expires_at: row.expires_at, person, actor: actorOf(person, 'session') }
  }

  const findToken = (hash: string) => memory.recall(`token ${hash}`, () => store.findTokenByHash(db, hash))

  async function byToken(secret: string, workspace: string): Promise<Actor> {
    const token = looksLikeToken(secret) ? await findToken(hashSecret(secret)) : undefined
    const now = isoNow(clock)
    if (!token) throw unauthenticated('this token is not known')
    if (token.revoked_at) throw unauthenticated('this token was revoked')
    if (token.expires_at <= now) throw unauthenticated('this token has expired')
    const person = await personOf(token.person, workspace)
    if (token.last_used_at?.slice(0, 16) !== now.slice(0, 16)) {
      await commit((tx) => store.touchToken(tx, token.id, now))
    }
    return { ...actorOf(person, 'token'), token: token.id, scopes: token.scopes }
  }

  /** HTTP Basic as MLflow's clients send it: login and password, or any name with a token as the password. */
  async function byBasic(login: string, password: string, workspace: string): Promise<Actor> {
    if (looksLikeToken(password)) return byToken(password, workspace)
    const id = await verifyPassword(login.trim().toLowerCase(), password)
    return actorOf(await personOf(id, workspace), 'password')
  }

  async function signOut(actor: Actor, secret: string): Promise<void> {
    await write(actor, async (tx, record) => {
      await store.deleteSession(tx, hashSecret(secret))
      record('session.closed', `person:${actor.id}`)
    })
  }

  async function changePassword(actor: Actor, current: string, next: string, session?: string): Promise<void> {
    if (actor.id === 'server') throw badRequest('the server has no password')
    const id = actor.id
    await verifyPassword(actor.login, current)
    const hash = await hashPassword(next)
    await write(actor, async (tx, record) => {
      await store.setPassword(tx, id, hash)
      await store.deleteSessionsOf(tx, id, session && hashSecret(session))
      record('person.password_changed', `person:${id}`)
    })
  }

  /** For whoever has the data folder: a new random password, and the end of every session. */
  async function resetPassword(actor: ActorRef, login: string): Promise<string> {
    const password = randomBytes(15).toString('base64url')
    const hash = await hashPassword(password)
    await write(actor, async (tx, record) => {
      const row = await store.findPersonByLogin(tx, login)
      if (!row) throw notFound('account', login)
      const id = row.id as PersonId
      await store.setPassword(tx, id, hash)
      await store.deleteSessionsOf(tx, id)
      await store.clearFailures(tx, login)
      record('person.password_reset', `person:${id}`)
    })
    return password
  }

  return { signIn, resetPassword, bySession, byToken, byBasic, signOut, changePassword }
}

/** Compares in constant time; texts of different length differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
