import { randomBytes, timingSafeEqual } from 'node:crypto'
import { isoNow } from '../../lib/clock.ts'
import { AppError, badRequest, forbidden, notFound, unauthenticated } from '../../lib/errors.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { createAttempts } from './attempts.ts'
import { heldAt } from './held-at.ts'
import { createPasswordCheck, hashPassword } from './passwords.ts'
import type { AccessParts } from './people.ts'
import type { Actor, Person } from './schema.ts'
import { hashSecret, looksLikeToken } from './secrets.ts'
import { deleteSession, deleteSessionsOf, findSession } from './session-store.ts'
import type { Sessions } from './sessions.ts'
import * as store from './store.ts'

const freeFailures = 5
const longestWaitSeconds = 900

export type KnownSession = {
  secret: string
  csrf: string
  expires_at: string
  pending: 'second_factor' | null
  provider: string | null
  actor: Actor
}

type Parts = AccessParts & {
  sessions: Sessions
  /** Whether a password alone does not open the account. */
  demandsSecondFactor: (id: PersonId) => Promise<boolean>
}

/** Turns what a request carries (cookie, Bearer or Basic) into an actor with the roles of the workspace it is about. */
export function createSignIn({ db, write, commit, clock, memory, sessions, demandsSecondFactor }: Parts) {
  const checkPassword = createPasswordCheck(() => clock.now().getTime())
  const attempts = createAttempts({ db, commit, clock })

  /** Refuses while `key` must wait after too many failures in a row. */
  async function demandPatience(key: string): Promise<number> {
    const known = await store.findFailures(db, key)
    if (!known || known.failures < freeFailures) return known?.failures ?? 0
    const wait = Math.min(2 ** (known.failures - freeFailures), longestWaitSeconds)
    const left = Math.ceil((Date.parse(known.last_at) + wait * 1000 - clock.now().getTime()) / 1000)
    if (left > 0)
      throw new AppError('too_many_requests', `too many failed sign-ins; try again in ${left} s`, {
        retry_after: left,
      })
    return known.failures
  }

  /** One attempt under `key`, whose failures in a row are counted. */
  async function attempt(key: string, isRight: () => Promise<boolean>): Promise<boolean> {
    const failures = await demandPatience(key)
    const right = await isRight()
    if (!right) await commit((tx) => store.countFailure(tx, key, isoNow(clock)))
    else if (failures > 0) await commit((tx) => store.clearFailures(tx, key))
    return right
  }

  async function verifyPassword(login: string, password: string, address: string): Promise<PersonId> {
    const id = await attempts.guard(login, address, async () => {
      const row = await memory.recall(`login ${login}`, () => store.findPersonByLogin(db, login))
      const right = await checkPassword(row?.password_hash ?? null, password)
      return row && right && !row.disabled_at ? (row.id as PersonId) : undefined
    })
    if (!id) throw unauthenticated('name or password is wrong')
    return id
  }

  const findPerson = (id: PersonId, workspace: string) =>
    memory.recall(`person ${id} ${workspace}`, () => store.findPerson(db, workspace, id))

  async function personOf(id: PersonId, workspace: string): Promise<Person> {
    const person = await findPerson(id, workspace)
    if (!person || person.disabled_at) throw unauthenticated('the account is disabled')
    return person
  }

  function actorOf(person: Person, via: ActorRef['via']): Actor {
    const { grants, lapsed } = heldAt(person.grants, isoNow(clock))
    return {
      ...(lapsed === undefined ? {} : { lapsed }),
      id: person.id,
      kind: person.kind,
      via,
      login: person.login,
      name: person.name,
      grants,
      scopes: null,
    }
  }

  /** Whose name and password these are. */
  async function byPassword(login: string, password: string, workspace: string, address: string): Promise<Person> {
    return personOf(await verifyPassword(login.trim().toLowerCase(), password, address), workspace)
  }

  async function bySession(secret: string, workspace: string): Promise<KnownSession | undefined> {
    const id = hashSecret(secret)
    const row = await memory.recall(`session ${id}`, () => findSession(db, id))
    if (!row || sessions.isOver(row)) return undefined
    const person = await findPerson(row.person_id as PersonId, workspace)
    if (!person || person.disabled_at) return undefined
    await sessions.touch(row)
    const { csrf, expires_at, pending, provider } = row
    return { secret, csrf, expires_at, pending, provider, actor: actorOf(person, 'session') }
  }

  const findToken = (secret: string) =>
    memory.recall(`token ${secret}`, () => store.findTokenByHash(db, hashSecret(secret)))

  async function byToken(secret: string, workspace: string): Promise<Actor> {
    const found = looksLikeToken(secret) ? await findToken(secret) : undefined
    const now = isoNow(clock)
    if (!found) throw unauthenticated('this token is not known')
    const { token, isPrevious } = found
    if (isPrevious && (token.previous_until ?? '') <= now) throw unauthenticated('this token was rotated')
    if (token.revoked_at) throw unauthenticated('this token was revoked')
    if (token.expires_at <= now) throw unauthenticated('this token has expired')
    if (token.workspace !== null && token.workspace !== workspace)
      throw forbidden(`this token is bound to the workspace ${token.workspace}`, { rule: 'bound' })
    const person = await personOf(token.person, workspace)
    if (token.last_used_at?.slice(0, 16) !== now.slice(0, 16)) {
      await commit((tx) => store.touchToken(tx, token.id, now))
    }
    return {
      ...actorOf(person, 'token'),
      token: token.id,
      scopes: token.scopes,
      ...(token.workspace === null ? {} : { bound: token.workspace }),
    }
  }

  /** HTTP Basic as MLflow's clients send it: login and password, or any name with a token as the password. */
  async function byBasic(login: string, password: string, workspace: string, address: string): Promise<Actor> {
    if (looksLikeToken(password)) return byToken(password, workspace)
    const person = await byPassword(login, password, workspace, address)
    if (await memory.recall(`factor ${person.id}`, () => demandsSecondFactor(person.id)))
      throw unauthenticated('this account signs in with a second factor: send a token instead of the password')
    return actorOf(person, 'password')
  }

  async function signOut(actor: Actor, secret: string): Promise<void> {
    await write(actor, async (tx, record) => {
      await deleteSession(tx, hashSecret(secret))
      record('session.closed', `person:${actor.id}`)
    })
  }

  async function changePassword(actor: Actor, current: string, next: string, session?: string): Promise<void> {
    if (actor.id === 'server') throw badRequest('the server has no password')
    const id = actor.id
    // Whoever asks is signed in, so that their guesses are their own wherever they come from.
    await verifyPassword(actor.login, current, 'signed in')
    const hash = await hashPassword(next)
    await write(actor, async (tx, record) => {
      await store.setPassword(tx, id, hash)
      await deleteSessionsOf(tx, id, session && hashSecret(session))
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
      await deleteSessionsOf(tx, id)
      await attempts.forget(tx, login)
      record('person.password_reset', `person:${id}`)
    })
    return password
  }

  return { attempt, byPassword, resetPassword, bySession, byToken, byBasic, signOut, changePassword }
}

/** Compares in constant time; texts of different length differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
