import type { Db, Tx } from '../../db/database.ts'
import type { Memory } from '../../db/memory.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { acquaint } from './acquaintance-store.ts'
import { refuseEscalation, refuseTaking } from './escalation.ts'
import { hashPassword } from './passwords.ts'
import { demandRole } from './roles.ts'
import { type Actor, type GrantInput, type Person, type PersonInput, permissionsIn } from './schema.ts'
import { refuseBesideSeat } from './seats.ts'
import { deleteSessionsOf } from './session-store.ts'
import * as store from './store.ts'
import { createVisible } from './visible.ts'

/** `memory` holds what requests sign in with; every commit to the database of accounts empties it. */
export type AccessParts = { db: Db; write: Write; commit: Commit; clock: Clock; memory: Memory }

/** The workspace whose administrators manage accounts. */
export const accountsWorkspace = 'main'

/** Accounts, which belong to the server, and the roles they hold in one workspace. */
export function createPeople({ db, write, clock }: AccessParts, workspace: string) {
  /** An account opens every workspace in which it holds a role, so only administrators of `main` make and disable them. */
  async function demandAccounts(actor: ActorRef & { bound?: string }): Promise<void> {
    if (workspace === accountsWorkspace || actor.id === 'server') return
    if (!actor.bound && (await store.administeredBy(db, actor.id)).includes(accountsWorkspace)) return
    throw forbidden(
      `accounts are made and disabled by administrators of ${accountsWorkspace}; give a role to one that is there`,
      {
        permission: 'access.write',
      },
    )
  }

  /** The trail of accounts is one for all workspaces, so it says which one a role is held in. */
  const where = workspace === accountsWorkspace ? {} : { workspace }

  async function get(id: PersonId, from: Db = db): Promise<Person> {
    const person = await store.findPerson(from, workspace, id)
    if (!person) throw notFound('person', id)
    return person
  }

  async function create(actor: ActorRef, input: PersonInput): Promise<Person> {
    if (input.kind === 'service' && input.password) throw badRequest('a service account has tokens, not a password')
    await demandAccounts(actor)
    const passwordHash = input.password ? await hashPassword(input.password) : null
    return write(actor, async (tx, record) => {
      if (await store.findPersonByLogin(tx, input.login)) throw conflict(`there is already an account ${input.login}`)
      const id = newId('per', clock.now().getTime()) as PersonId
      await store.insertPerson(tx, {
        id,
        login: input.login,
        name: input.name,
        kind: input.kind,
        password_hash: passwordHash,
        created_at: isoNow(clock),
        disabled_at: null,
      })
      await acquaint(tx, workspace, id)
      for (const grant of input.grants) {
        refuseEscalation(actor, await demandRole(tx, workspace, grant.role), grant.model)
        await store.addGrant(tx, workspace, id, grant)
      }
      record('person.created', `person:${id}`, { kind: input.kind, grants: input.grants, ...where })
      return get(id, tx)
    })
  }

  function grant(actor: Actor, id: PersonId, input: GrantInput): Promise<Person> {
    return write(actor, async (tx, record) => {
      await get(id, tx)
      const permissions = await demandRole(tx, workspace, input.role)
      refuseEscalation(actor, permissions, input.model)
      await refuseBesideSeat(tx, { workspace, person: id, permissions, now: isoNow(clock) })
      if (!(await store.addGrant(tx, workspace, id, input))) throw conflict('this role is already held')
      record('person.granted', `person:${id}`, { ...input, ...where })
      return get(id, tx)
    })
  }

  function revokeGrant(actor: Actor, id: PersonId, input: GrantInput): Promise<Person> {
    return write(actor, async (tx, record) => {
      refuseTaking(actor, await get(id, tx), input)
      if (!(await store.removeGrant(tx, workspace, id, input))) throw notFound('role', `${input.role} of ${id}`)
      await keepAnAdministrator(tx, workspace)
      record('person.grant_revoked', `person:${id}`, { ...input, ...where })
      return get(id, tx)
    })
  }

  async function disable(actor: Actor, id: PersonId): Promise<Person> {
    if (actor.id === id) throw forbidden('nobody disables their own account')
    await demandAccounts(actor)
    return write(actor, async (tx, record) => {
      refuseTaking(actor, await get(id, tx))
      if (!(await store.disablePerson(tx, id, isoNow(clock)))) throw conflict('the account is already disabled')
      for (const administered of await store.administeredBy(tx, id)) await keepAnAdministrator(tx, administered)
      await deleteSessionsOf(tx, id)
      record('person.disabled', `person:${id}`)
      return get(id, tx)
    })
  }

  /** Password, factors and roles are as they were; the tokens from before stay behind. */
  async function enable(actor: Actor, id: PersonId): Promise<Person> {
    await demandAccounts(actor)
    return write(actor, async (tx, record) => {
      const person = await get(id, tx)
      for (const grant of person.grants) refuseEscalation(actor, permissionsIn(grant), grant.model)
      if (!(await store.enablePerson(tx, id))) throw conflict('the account is not disabled')
      const tokens_revoked = await store.revokeTokensOf(tx, id, isoNow(clock))
      record('person.enabled', `person:${id}`, { tokens_revoked })
      return get(id, tx)
    })
  }

  /** Part of the write that ends the set-up: the account that the server made gets a person's name and password. */
  async function introduce(
    tx: Tx,
    record: RecordEvent,
    id: PersonId,
    { login, name, passwordHash }: { login: string; name: string; passwordHash: string },
  ): Promise<void> {
    const taken = await store.findPersonByLogin(tx, login)
    if (taken && taken.id !== id) throw conflict(`there is already an account ${login}`)
    await store.introducePerson(tx, id, { login, name, password_hash: passwordHash })
    record('person.introduced', `person:${id}`)
  }

  async function keepAnAdministrator(tx: Tx, administered: string) {
    if ((await store.countAdministrators(tx, administered)) === 0) {
      throw conflict(`the workspace ${administered} would have no administrator left`)
    }
  }

  /** Part of the write that creates the workspace: whoever makes it administers it. */
  async function enrol(tx: Tx, record: RecordEvent, id: PersonId): Promise<void> {
    const grant: GrantInput = { role: 'administrator', model: null }
    await store.addGrant(tx, workspace, id, grant)
    record('person.granted', `person:${id}`, { ...grant, ...where })
  }

  async function names(ids: readonly string[]): Promise<Map<string, string>> {
    const people = ids.length === 0 ? [] : await store.listPeople(db, workspace)
    return new Map(people.map((person) => [person.id, person.name]))
  }

  /** Names of models on which somebody holds a role. */
  async function namesWithRoles(): Promise<Set<string>> {
    const people = await store.listPeople(db, workspace)
    return new Set(people.flatMap(({ grants }) => grants.flatMap(({ model }) => (model === null ? [] : [model]))))
  }

  return {
    namesWithRoles,
    demandAccounts,
    get,
    create,
    grant,
    revokeGrant,
    disable,
    enable,
    names,
    visible: createVisible({ db, workspace, accountsWorkspace }),
    enrol,
    introduce,
    /** Part of the write that deletes the workspace. */
    dismissAll: (tx: Tx) => store.removeGrantsIn(tx, workspace),
    /** Every account, whichever workspace it has to do with. */
    list: () => store.listPeople(db, workspace),
  }
}
