import { z } from 'zod'
import type { Db, Tx } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import type { Access, Opened } from '../access/index.ts'
import { deleteSessionOf, deleteSessionsOf, findPasswordHash, findPersonByLogin, hashSecret } from '../access/index.ts'
import type { Actor } from '../access/schema.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import type { Factors } from './factors.ts'
import { listIdentities } from './identity-store.ts'
import { type Passkeys, toPasskey } from './passkeys.ts'
import type { Provider } from './providers.ts'
import type { Account, NewCredential, PasskeyId, SessionId, SessionInfo } from './schema.ts'
import type { Steps } from './steps.ts'
import * as store from './store.ts'

const Challenge = z.object({ challenge: z.string() })
const enrolment = 'new-passkey'

type Parts = {
  db: Db
  write: Write
  clock: Clock
  access: Access
  factors: Factors
  passkeys: Passkeys
  steps: Steps
  providers: readonly Provider[]
}
export type Added = { recovery_codes: string[] | null; opened: Opened }

/** What people do about their own account, and administrators about the account of somebody who lost a device. */
export function createAccount({ db, write, access, factors, passkeys, steps, providers }: Parts) {
  const idOf = (actor: ActorRef): PersonId => {
    if (actor.id === 'server') throw badRequest('the server has no account')
    return actor.id
  }

  async function get(actor: Actor): Promise<Account> {
    const id = idOf(actor)
    const totp = await store.findTotp(db, id)
    const identities = await listIdentities(db, id)
    return {
      has_password: (await findPasswordHash(db, id)) !== null,
      totp_since: totp?.confirmed_at ?? null,
      passkeys: (await store.listPasskeys(db, id)).map(toPasskey),
      recovery_codes_left: await store.countRecoveryCodes(db, id),
      demanded: await factors.isDemanded(id),
      passkeys_offered: passkeys.isOffered,
      identities: identities.map((each) => ({
        ...each,
        label: providers.find(({ issuer }) => issuer === each.issuer)?.label ?? each.issuer,
      })),
    }
  }

  /** A factor and, with the first one, recovery codes; the session goes on under another secret, and opens everything. */
  async function add(
    actor: Actor,
    secret: string,
    workspace: string,
    change: (tx: Tx, record: RecordEvent) => Promise<void>,
  ): Promise<Added> {
    const id = idOf(actor)
    const person = await access.in(workspace).people.get(id)
    return write(actor, async (tx, record) => {
      await change(tx, record)
      const without = (await store.countRecoveryCodes(tx, id)) === 0
      const recovery_codes = without ? await factors.renewRecoveryCodes(tx, record, id) : null
      const opened = await access.sessions.renew(tx, person, secret)
      if (!opened) throw conflict('the session has ended')
      return { recovery_codes, opened }
    })
  }

  /** Who comes by a provider alone is let in there and nowhere else, so that it stays the one place to keep them out. */
  async function demandPassword(id: PersonId): Promise<void> {
    if ((await findPasswordHash(db, id)) === null) {
      throw conflict('this account has no password: its provider asks for what it asks for')
    }
  }

  async function offerTotp(actor: Actor) {
    await demandPassword(idOf(actor))
    return factors.offerTotp(idOf(actor), actor.login)
  }

  async function confirmTotp(actor: Actor, secret: string, workspace: string, code: string): Promise<Added> {
    return add(actor, secret, workspace, await factors.confirmTotp(idOf(actor), code))
  }

  /** The challenge is bound to the session: an answer that another session sends fits nothing. */
  async function newPasskeyOptions(actor: Actor, secret: string) {
    const id = idOf(actor)
    await demandPassword(id)
    const options = await passkeys.newOptions({ id, login: actor.login, name: actor.name })
    await steps.begin(enrolment, { challenge: options.challenge }, { person: id, secret })
    return options
  }

  async function addPasskey(
    actor: Actor,
    secret: string,
    workspace: string,
    { name, credential }: { name: string; credential: NewCredential },
  ): Promise<Added> {
    const step = await steps.take(enrolment, secret, Challenge)
    if (!step) throw badRequest('too much time went by: begin again')
    const row = await passkeys.examine(idOf(actor), name, credential, step.data.challenge)
    return add(actor, secret, workspace, (tx, record) => passkeys.add(tx, record, row))
  }

  async function renamePasskey(actor: Actor, id: PasskeyId, name: string): Promise<void> {
    await write(actor, async (tx, record) => {
      if (!(await store.renamePasskey(tx, idOf(actor), id, name))) throw notFound('passkey', id)
      record('passkey.renamed', `person:${idOf(actor)}`, { passkey: id })
    })
  }

  async function renewRecoveryCodes(actor: Actor): Promise<string[]> {
    const id = idOf(actor)
    if ((await factors.methodsOf(id)).length === 0) throw conflict('there is no second factor that codes could replace')
    return write(actor, (tx, record) => factors.renewRecoveryCodes(tx, record, id))
  }

  async function sessions(actor: Actor, current: string | undefined): Promise<SessionInfo[]> {
    const rows = await access.sessions.list(idOf(actor))
    return rows.map(({ id, public_id, method, agent, created_at, seen_at, expires_at }) => {
      const isCurrent = current !== undefined && id === hashSecret(current)
      return { id: public_id as SessionId, method, agent, created_at, seen_at, expires_at, current: isCurrent }
    })
  }

  async function endSession(actor: Actor, session: SessionId): Promise<void> {
    await write(actor, async (tx, record) => {
      if (!(await deleteSessionOf(tx, idOf(actor), session))) throw notFound('session', session)
      record('session.ended', `person:${actor.id}`, { session })
    })
  }

  async function endOtherSessions(actor: Actor, current: string): Promise<void> {
    await write(actor, async (tx, record) => {
      const ended = await deleteSessionsOf(tx, idOf(actor), hashSecret(current))
      record('session.others_ended', `person:${actor.id}`, { ended })
    })
  }

  /** For somebody who lost every device: the password alone opens the account again, and every session ends. */
  async function reset(actor: Actor, id: PersonId, workspace: string): Promise<void> {
    const { people } = access.in(workspace)
    await people.demandAccounts(actor)
    await people.get(id)
    await dropFactors(actor, id)
  }

  async function dropFactors(actor: ActorRef, id: PersonId): Promise<void> {
    await write(actor, async (tx, record) => {
      if (!(await store.deleteFactors(tx, id))) throw conflict('this account has no second factor')
      await deleteSessionsOf(tx, id)
      record('second_factor.reset', `person:${id}`)
    })
  }

  /** For whoever has the data folder: nothing to do for an account without a second factor. */
  async function dropFactorsOf(actor: ActorRef, login: string): Promise<void> {
    const row = await findPersonByLogin(db, login)
    if (!row) throw notFound('account', login)
    const id = row.id as PersonId
    if ((await factors.methodsOf(id)).length > 0) await dropFactors(actor, id)
  }

  return {
    get,
    offerTotp,
    confirmTotp,
    removeTotp: (actor: Actor) => factors.remove(actor, idOf(actor), { kind: 'totp' }),
    newPasskeyOptions,
    addPasskey,
    renamePasskey,
    removePasskey: (actor: Actor, passkey: PasskeyId) =>
      factors.remove(actor, idOf(actor), { kind: 'passkey', passkey }),
    renewRecoveryCodes,
    sessions,
    endSession,
    endOtherSessions,
    reset,
    dropFactorsOf,
  }
}
export type OwnAccount = ReturnType<typeof createAccount>
