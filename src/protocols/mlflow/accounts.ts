import type { WorkspaceAccess } from '../../modules/access/index.ts'
import type { Actor, Person } from '../../modules/access/schema.ts'
import { doesNotExist } from './errors.ts'

type Numbered = { person: Person; number: number }

/** Accounts as MLflow's auth app names them: numbered in the order of creation, administrators or not. */
export function createAccounts({ people }: Pick<WorkspaceAccess, 'people'>) {
  /** Disabled accounts keep their number, and are not found. */
  async function numbered(): Promise<Numbered[]> {
    const everyone = (await people.list()).toSorted((a, b) => (a.created_at + a.id < b.created_at + b.id ? -1 : 1))
    return everyone.map((person, i) => ({ person, number: i + 1 })).filter(({ person }) => person.disabled_at === null)
  }

  /** Those that have to do with the workspace. */
  async function visible(actor: Actor): Promise<Numbered[]> {
    const known = new Set((await people.visible.list(actor)).map(({ id }) => id))
    return (await numbered()).filter(({ person }) => person.id === actor.id || known.has(person.id))
  }

  const find = (among: readonly Numbered[], username: string) => {
    const login = username.trim().toLowerCase()
    const found = among.find(({ person }) => person.login === login)
    if (!found) throw doesNotExist(`User with username=${username} not found`)
    return found
  }

  return {
    visible,
    /** By the exact name, whichever workspace it has to do with: for whoever lets people in. */
    named: async (username: string) => find(await numbered(), username),
    member: async (actor: Actor, username: string) => find(await visible(actor), username),
  }
}
