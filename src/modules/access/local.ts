import { unauthenticated } from '../../lib/errors.ts'
import { type PersonId, serverActor } from '../audit/schema.ts'
import { type AccessParts, accountsWorkspace, type createPeople } from './people.ts'
import type { Actor, Person } from './schema.ts'
import * as store from './store.ts'

const login = 'local'

/**
 * Who requests without credentials act for on an open server: one account, made when it is first needed. The roles that it has
 * in `main` hold in every workspace.
 */
export function createLocalDeveloper(
  { db, memory }: Pick<AccessParts, 'db' | 'memory'>,
  people: Pick<ReturnType<typeof createPeople>, 'create'>,
) {
  let first: Promise<Person> | undefined

  async function find(): Promise<Person | undefined> {
    const row = await store.findPersonByLogin(db, login)
    return row && store.findPerson(db, accountsWorkspace, row.id as PersonId)
  }

  function create(): Promise<Person> {
    const grants = [{ role: 'developer' as const, model: null }]
    first ??= people
      .create(serverActor, { login, name: 'Local developer', kind: 'person', grants })
      .catch(async (error: unknown) => {
        first = undefined
        // Another server over the same database was quicker.
        const found = await find()
        if (!found) throw error
        return found
      })
    return first
  }

  return async function local(): Promise<Actor> {
    const person = (await memory.recall('local', find)) ?? (await create())
    if (person.disabled_at) throw unauthenticated('the account of the local developer is disabled')
    const { id, kind, name, grants } = person
    return { id, kind, via: 'open', login, name, grants, scopes: null }
  }
}
