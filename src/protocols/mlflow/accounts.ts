import type { WorkspaceAccess } from '../../modules/access/index.ts'
import { doesNotExist } from './errors.ts'

/** Accounts as MLflow's auth app names them: numbered in the order of creation, administrators or not. */
export function createAccounts({ people }: Pick<WorkspaceAccess, 'people'>) {
  /** Disabled accounts keep their number, and are not found. */
  async function all() {
    const everyone = (await people.list()).toSorted((a, b) => (a.created_at + a.id < b.created_at + b.id ? -1 : 1))
    return everyone.map((person, i) => ({ person, number: i + 1 })).filter(({ person }) => person.disabled_at === null)
  }

  async function named(username: string) {
    const login = username.trim().toLowerCase()
    const found = (await all()).find(({ person }) => person.login === login)
    if (!found) throw doesNotExist(`User with username=${username} not found`)
    return found
  }

  return { all, named }
}
