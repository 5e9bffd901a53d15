import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Write } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import type { Person } from './schema.ts'
import { hashSecret, newSessionSecret } from './secrets.ts'
import * as store from './session-store.ts'
import type { SessionRow } from './tables.ts'

/** How long a session lasts at the most, and how long while nothing is done with it, in milliseconds. */
export type SessionLimits = { readonly longest: number; readonly idle: number }
export const usualLimits: SessionLimits = { longest: 12 * 3_600_000, idle: 2 * 3_600_000 }

/** How somebody signed in. */
export type SignInMethod = 'password' | 'password+totp' | 'password+passkey' | 'password+recovery' | 'passkey' | 'oidc'

export type Opening = {
  method: SignInMethod
  /** What the browser calls itself. */
  agent: string
  /** The session that the browser had before: it ends. */
  replaces?: string | undefined
  provider?: string | undefined
  pending?: SessionRow['pending']
}

export type Opened = {
  secret: string
  csrf: string
  expires_at: string
  person: Person
  pending: SessionRow['pending']
}

const longestAgent = 200
const viaOf: Record<SignInMethod, ActorRef['via']> = {
  password: 'password',
  'password+totp': 'password',
  'password+passkey': 'password',
  'password+recovery': 'password',
  passkey: 'passkey',
  oidc: 'oidc',
}

type Parts = { db: Db; write: Write; commit: Commit; clock: Clock; limits: SessionLimits }

/** Browser sessions. Every sign-in gets a secret of its own, so that one that was planted before opens nothing. */
export function createSessions({ db, write, commit, clock, limits }: Parts) {
  async function open(person: Person, opening: Opening): Promise<Opened> {
    const actor: ActorRef = { id: person.id, kind: person.kind, via: viaOf[opening.method] }
    return write(actor, async (tx, record) => {
      await store.deleteEnded(tx, isoNow(clock))
      if (opening.replaces) await store.deleteSession(tx, hashSecret(opening.replaces))
      const opened = await insert(tx, person, opening)
      const { method, provider } = opening
      record('session.opened', `person:${person.id}`, { method, ...(provider ? { provider } : {}) })
      return opened
    })
  }

  async function insert(tx: Tx, person: Person, opening: Opening): Promise<Opened> {
    const now = clock.now()
    const secret = newSessionSecret()
    const csrf = newSessionSecret()
    const expires_at = new Date(now.getTime() + limits.longest).toISOString()
    const pending = opening.pending ?? null
    await store.insertSession(tx, {
      id: hashSecret(secret),
      public_id: newId('ses', now.getTime()),
      person_id: person.id,
      csrf,
      created_at: now.toISOString(),
      seen_at: now.toISOString(),
      expires_at,
      method: opening.method,
      agent: opening.agent.slice(0, longestAgent),
      provider: opening.provider ?? null,
      pending,
    })
    return { secret, csrf, expires_at, person, pending }
  }

  /** The same sign-in under another secret, with nothing pending; the secret of before opens nothing. */
  async function renew(tx: Tx, person: Person, secret: string): Promise<Opened | undefined> {
    const row = await store.findSession(tx, hashSecret(secret))
    if (!row) return undefined
    await store.deleteSession(tx, row.id)
    return insert(tx, person, {
      method: row.method as SignInMethod,
      agent: row.agent,
      provider: row.provider ?? undefined,
    })
  }

  const isOver = (row: Selectable<SessionRow>) =>
    row.expires_at <= isoNow(clock) || Date.parse(row.seen_at) + limits.idle <= clock.now().getTime()

  /** Notes to the minute that a session is used. */
  async function touch(row: Selectable<SessionRow>): Promise<void> {
    const now = isoNow(clock)
    if (row.seen_at.slice(0, 16) !== now.slice(0, 16)) await commit((tx) => store.touchSession(tx, row.id, now))
  }

  return {
    open,
    renew,
    isOver,
    touch,
    list: async (person: PersonId) =>
      (await store.listSessions(db, person, isoNow(clock))).filter((row) => !isOver(row)),
  }
}
export type Sessions = ReturnType<typeof createSessions>
