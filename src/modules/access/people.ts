import type { Db, Tx } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { Write } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { hashPassword } from './passwords.ts'
import type { Actor, Grant, Person, PersonInput } from './schema.ts'
import * as store from './store.ts'

export type AccessParts = { db: Db; write: Write; commit: Commit; clock: Clock; workspace: string }

/** Accounts and the roles they hold. */
export function createPeople({ db, write, clock, workspace }: AccessParts) {
  async function get(id: PersonId, from: Db = db): Promise<Person> {
    const person = await store.findPerson(from, workspace, id)
    if (!person) throw notFound('person', id)
    return person
  }

  async function create(actor: ActorRef, input: PersonInput): Promise<Person> {
    if (input.kind === 'service' && input.password) throw badRequest('a service account has tokens, not a password')
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
      for (const grant of input.grants) await store.addGrant(tx, workspace, id, grant)
      record('person.created', `person:${id}`, { kind: input.kind, grants: input.grants })
      return get(id, tx)
    })
  }

  function grant(actor: Actor, id: PersonId, input: Grant): Promise<Person> {
    return write(actor, async (tx, record) => {
      await get(id, tx)
      if (!(await store.addGrant(tx, workspace, id, input))) throw conflict('this role is already held')
      record('person.granted', `person:${id}`, { ...input })
      return get(id, tx)
    })
  }

  function revokeGrant(actor: Actor, id: PersonId, input: Grant): Promise<Person> {
    return write(actor, async (tx, record) => {
      if (!(await store.removeGrant(tx, workspace, id, input))) throw notFound('role', `${input.role} of ${id}`)
      await keepAnAdministrator(tx)
      record('person.grant_revoked', `person:${id}`, { ...input })
      return get(id, tx)
    })
  }

  function disable(actor: Actor, id: PersonId): Promise<Person> {
    if (actor.id === id) throw forbidden('nobody disables their own account')
    return write(actor, async (tx, record) => {
      await get(id, tx)
      if (!(await store.disablePerson(tx, id, isoNow(clock)))) throw conflict('the account is already disabled')
      await keepAnAdministrator(tx)
      await store.deleteSessionsOf(tx, id)
      record('person.disabled', `person:${id}`)
      return get(id, tx)
    })
  }

  async function keepAnAdministrator(tx: Tx) {
    if ((await store.countAdministrators(tx, workspace)) === 0) {
      throw conflict('the workspace would have no administrator left')
    }
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
    get,
    create,
    grant,
    revokeGrant,
    disable,
    names,
    list: () => store.listPeople(db, workspace),
  }
}
