import type { Db } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict } from '../../lib/errors.ts'
import { type Access, hashPassword } from '../access/index.ts'
import type { Actor } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import type { Policies } from '../policy/index.ts'
import type { SigningIn } from '../signin/index.ts'
import type { Workspaces } from '../workspaces/index.ts'
import { firstWorkspace } from '../workspaces/schema.ts'
import type { SetUpInput } from './schema.ts'
import * as store from './store.ts'

type Parts = {
  db: Db
  write: Write
  commit: Commit
  clock: Clock
  access: Access
  signIn: SigningIn
  workspaces: Workspaces
  /** Those of the first workspace. */
  policies: () => Pick<Policies, 'adoptStarters'>
}

/** The first start: the administrator that the server made says who they are, and how the server begins. */
export function createSetUp({ db, write, commit, clock, access, signIn, workspaces, policies }: Parts) {
  /** Over as soon as it was finished, or anybody else has an account. */
  async function isAwaited(): Promise<boolean> {
    return (await store.isAwaited(db)) && (await access.people.list()).length === 1
  }

  async function finish(actor: Actor, input: SetUpInput): Promise<void> {
    if (actor.id === 'server') throw badRequest('a person sets the server up')
    if (!(await isAwaited())) throw conflict('this server is set up: change it under People, Policies and Workspaces')
    const { id } = actor
    const { login, name, password } = input.administrator
    const passwordHash = await hashPassword(password)
    // What can be done twice comes first, so that an end in the middle leaves a page that works again.
    await policies().adoptStarters(actor, input.organisation)
    await workspaces.update(actor, firstWorkspace, { description: input.workspace })
    await write(actor, async (tx, record) => {
      if (!(await store.endSetUp(tx, isoNow(clock)))) throw conflict('this server is set up')
      await access.people.introduce(tx, record, id, { login, name, passwordHash })
      if (input.sign_in === 'second_factor') {
        await signIn.factors.setRuleIn(tx, record, firstWorkspace, { everyone: true, roles: [] })
      }
      record('server.set_up', `workspace:${firstWorkspace}`, {
        organisation: input.organisation,
        sign_in: input.sign_in,
      })
    })
  }

  return { isAwaited, finish, await: () => commit((tx) => store.awaitSetUp(tx, isoNow(clock))) }
}
export type SetUp = ReturnType<typeof createSetUp>
