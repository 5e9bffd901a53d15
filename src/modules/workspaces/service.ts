import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { AppError, conflict, forbidden } from '../../lib/errors.ts'
import type { Access } from '../access/index.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import type { Checkpoint, PersonId } from '../audit/schema.ts'
import {
  firstWorkspace,
  type WorkspaceChange,
  type WorkspaceContent,
  type WorkspaceInfo,
  type WorkspaceState,
} from './schema.ts'
import * as store from './store.ts'
import type { WorkspaceRow } from './tables.ts'

/** What the registry asks of the databases behind the workspaces. */
export type WorkspaceStorage = {
  content(name: string): Promise<WorkspaceContent>
  /** The last signed state of the workspace's own trail. */
  checkpoint(name: string): Promise<Checkpoint>
  /** Resolves when every server over this database knows of a change that was committed before. */
  settled(name: string): Promise<void>
  /** Ends what is open and takes database and bytes away. */
  remove(name: string): Promise<void>
}

export type Workspaces = ReturnType<typeof createWorkspaces>

type Living = WorkspaceRow & { state: WorkspaceState }
type Parts = {
  db: Db
  write: Write
  clock: Clock
  access: Access
  storage: WorkspaceStorage
  /** Throws for what this server's policy does not allow as a direct store. */
  demandDirect: (uri: string) => void
}

/** The same answer for a workspace that is not there and for one in which somebody has no role. */
export const noWorkspace = (name: string) =>
  new AppError('not_found', `there is no workspace ${name}, or you have no role in it`, { what: 'workspace' })

export const isEmpty = (content: WorkspaceContent) => Object.values(content).every((count) => count === 0)

/** The list of workspaces: made and deleted by administrators of `main`, archived by those of the workspace, too. */
export function createWorkspaces({ db, write, clock, access, storage, demandDirect }: Parts) {
  const isServerAdministrator = (actor: Actor) => permits(actor, 'access.write')

  async function get(name: string): Promise<Living> {
    const row = await store.findWorkspace(db, name)
    if (!row || !isLiving(row)) throw noWorkspace(name)
    return row
  }

  /** `actor` has the grants of `main`. */
  async function infoFor(actor: Actor, row: Living): Promise<WorkspaceInfo | undefined> {
    const { people } = access.in(row.name)
    const everyone = await people.list()
    const own = row.name === firstWorkspace || actor.via === 'open'
    const joined = own || everyone.some(({ id, grants }) => id === actor.id && grants.length > 0)
    if (!joined && !isServerAdministrator(actor)) return undefined
    const administrators = everyone
      .filter(({ grants, disabled_at }) => disabled_at === null && grants.some(isAdministrator))
      .map(({ id, name }) => ({ id, name }))
    const { name, description, artifact_root, state, created_at, archived_at, archive_reason } = row
    const created_by = row.created_by as PersonId | null
    const when = { created_at, created_by, archived_at, archive_reason }
    return { name, description, artifact_root, state, ...when, administrators, joined }
  }

  async function find(actor: Actor, name: string): Promise<WorkspaceInfo> {
    const info = await infoFor(actor, await get(name))
    if (!info) throw noWorkspace(name)
    return info
  }

  async function list(actor: Actor): Promise<WorkspaceInfo[]> {
    const rows = (await store.listWorkspaces(db)).filter(isLiving)
    const infos = await Promise.all(rows.map((row) => infoFor(actor, row)))
    return infos.filter((info) => info !== undefined)
  }

  function rootOf(text: string | undefined): string | null {
    if (!text) return null
    demandDirect(text)
    return text.replace(/\/+$/, '')
  }

  async function create(actor: Actor, input: { name: string } & WorkspaceChange): Promise<WorkspaceInfo> {
    const { name, description } = input
    const artifact_root = rootOf(input.artifact_root)
    await write(actor, async (tx, record) => {
      const created_by = actor.id === 'server' ? null : actor.id
      const row = { name, description: description || null, artifact_root, created_at: isoNow(clock), created_by }
      if (!(await store.insertWorkspace(tx, row))) {
        throw conflict(`there is a workspace ${name}, or there was one: names are not given twice`)
      }
      record('workspace.created', `workspace:${name}`, {
        description: row.description,
        ...(artifact_root === null ? {} : { artifact_root }),
      })
      if (created_by) await access.in(name).people.enrol(tx, record, created_by)
    })
    return find(actor, name)
  }

  async function update(actor: Actor, name: string, change: WorkspaceChange): Promise<WorkspaceInfo> {
    await demandAdministrator(actor, name)
    const set = {
      ...(change.description === undefined ? {} : { description: change.description || null }),
      ...(change.artifact_root === undefined ? {} : { artifact_root: rootOf(change.artifact_root) }),
    }
    await write(actor, async (tx, record) => {
      const row = await store.findWorkspace(tx, name)
      if (!row || !isLiving(row)) throw noWorkspace(name)
      await store.changeWorkspace(tx, name, row.state, set)
      record('workspace.updated', `workspace:${name}`, set)
    })
    if ('artifact_root' in set) await storage.settled(name)
    return find(actor, name)
  }

  async function archive(actor: Actor, name: string, reason: string): Promise<WorkspaceInfo> {
    await demandAdministrator(actor, name)
    demandOther(name, 'archived')
    await write(actor, async (tx, record) => {
      const set = { state: 'archived' as const, archived_at: isoNow(clock), archive_reason: reason }
      if (!(await store.changeWorkspace(tx, name, 'active', set))) throw conflict(`the workspace ${name} is archived`)
      record('workspace.archived', `workspace:${name}`, { reason })
    })
    await storage.settled(name)
    return find(actor, name)
  }

  async function restore(actor: Actor, name: string): Promise<WorkspaceInfo> {
    await demandAdministrator(actor, name)
    await write(actor, async (tx, record) => {
      const set = { state: 'active' as const, archived_at: null, archive_reason: null }
      if (!(await store.changeWorkspace(tx, name, 'archived', set))) throw conflict(`the workspace ${name} is active`)
      record('workspace.restored', `workspace:${name}`)
    })
    await storage.settled(name)
    return find(actor, name)
  }

  /**
   * An empty workspace goes at once. One that holds something must be archived first, and whoever deletes it repeats its name.
   * The trail of accounts keeps the signed last state of the trail that goes.
   */
  async function remove(actor: Actor, name: string, confirmed?: string): Promise<void> {
    demandOther(name, 'deleted')
    const before = await get(name)
    if (confirmed !== undefined && confirmed !== name) throw conflict(`the name that was repeated is not ${name}`)
    if (before.state === 'active') {
      if (!isEmpty(await storage.content(name))) throw holdsSomething(name)
      // Nobody writes into it any more when it is looked at for the last time.
      await archive(actor, name, 'It is empty and about to be deleted.')
    }
    const content = await storage.content(name)
    if (!isEmpty(content) && (before.state === 'active' || confirmed !== name)) {
      if (before.state === 'active') await restore(actor, name)
      throw holdsSomething(name)
    }
    const { size, root, note } = await storage.checkpoint(name)
    await write(actor, async (tx, record) => {
      const set = { state: 'deleted' as const, deleted_at: isoNow(clock) }
      if (!(await store.changeWorkspace(tx, name, 'archived', set)))
        throw conflict(`the workspace ${name} changed meanwhile`)
      await access.in(name).people.dismissAll(tx)
      record('workspace.deleted', `workspace:${name}`, { content, trail: { size, root, checkpoint: note } })
    })
    await storage.remove(name)
  }

  /** For administrators of `main`: makes somebody an administrator of a workspace, themselves too. */
  async function appoint(actor: Actor, name: string, person: PersonId): Promise<WorkspaceInfo> {
    await get(name)
    const { people } = access.in(name)
    await people.grant(actor, person, { role: 'administrator', model: null })
    return find(actor, name)
  }

  async function content(actor: Actor, name: string): Promise<WorkspaceContent> {
    await find(actor, name)
    return storage.content(name)
  }

  /** `main`'s administrators, or the workspace's own; others do not learn that it is there. */
  async function demandAdministrator(actor: Actor, name: string): Promise<void> {
    const info = await find(actor, name)
    if (isServerAdministrator(actor)) return
    const scoped = actor.scopes === null || actor.scopes.includes('access.write')
    if (scoped && info.administrators.some(({ id }) => id === actor.id)) return
    throw forbidden('this needs an administrator of the workspace, or of main', { permission: 'access.write' })
  }

  return {
    find,
    list,
    create,
    update,
    archive,
    restore,
    remove,
    appoint,
    content,
    /** Every name that was ever given, with its state. */
    all: () => store.listWorkspaces(db),
    row: (name: string) => store.findWorkspace(db, name),
  }
}

const isLiving = (row: WorkspaceRow): row is Living => row.state !== 'deleted'

const isAdministrator = ({ role, model }: { role: string; model: string | null }) =>
  role === 'administrator' && model === null

function demandOther(name: string, done: 'archived' | 'deleted') {
  if (name === firstWorkspace) throw forbidden(`the workspace ${firstWorkspace} is never ${done}`)
}

const holdsSomething = (name: string) =>
  conflict(`the workspace ${name} holds something: archive it, then delete it and repeat its name`, {
    error_code: 'INVALID_STATE',
  })
