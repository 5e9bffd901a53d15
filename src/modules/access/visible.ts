import type { Db } from '../../db/database.ts'
import { notFound } from '../../lib/errors.ts'
import type { PersonId } from '../audit/schema.ts'
import { acquaintancesOf, isAcquainted } from './acquaintance-store.ts'
import { type Account, type Actor, type Person, permits } from './schema.ts'
import * as store from './store.ts'

type Parts = { db: Db; workspace: string; accountsWorkspace: string }

/**
 * Accounts belong to the server, and a workspace shows its own: those that hold or held a role there. All are seen by
 * administrators of the workspace that accounts are managed in.
 */
export function createVisible({ db, workspace, accountsWorkspace }: Parts) {
  const seesAll = (actor: Pick<Actor, 'grants' | 'scopes'>) =>
    workspace === accountsWorkspace && permits(actor, 'access.write')

  async function list(actor: Pick<Actor, 'grants' | 'scopes'>): Promise<Person[]> {
    const everyone = await store.listPeople(db, workspace)
    if (seesAll(actor)) return everyone
    const known = await acquaintancesOf(db, workspace)
    return everyone.filter(({ id }) => known.has(id))
  }

  /** What is not of this workspace is not there. */
  async function get(actor: Pick<Actor, 'id' | 'grants' | 'scopes'>, id: PersonId): Promise<Person> {
    const person = await store.findPerson(db, workspace, id)
    if (!person) throw notFound('person', id)
    if (seesAll(actor) || actor.id === id || (await isAcquainted(db, workspace, id))) return person
    throw notFound('person', id)
  }

  /** By the exact name only, so that whoever knows it can let its owner in. */
  async function lookUp(login: string): Promise<Account | null> {
    const row = await store.findPersonByLogin(db, login.trim().toLowerCase())
    if (!row || row.disabled_at !== null) return null
    return { id: row.id as PersonId, login: row.login, name: row.name, kind: row.kind }
  }

  return { list, get, lookUp }
}
