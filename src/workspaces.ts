import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { sql } from 'kysely'
import { openBlobs } from './blobs/open.ts'
import { type Config, workspaceBlobs, workspaceDatabase } from './config.ts'
import type { Connection } from './db/connect.ts'
import { noWorkspace, type WorkspaceStorage, type Workspaces } from './modules/workspaces/index.ts'
import { firstWorkspace, type WorkspaceContent } from './modules/workspaces/schema.ts'
import type { Workspace } from './workspace.ts'

type Entry = { workspace: Workspace; holders: number; usedAt: number }
type State = 'active' | 'archived'
/** What the list of workspaces says of one. */
type Known = { state: State; artifactRoot: string | null }
export type Listed = { isActive: () => Promise<boolean>; artifactRoot: () => Promise<string | null> }

/** How long a server may not know that another one changed the list of workspaces, in milliseconds. */
const knownFor = 1000
/** How long the removal of a workspace waits for requests that are in it, in milliseconds. */
const patience = 10_000

type Parts = {
  config: Config
  system: Connection
  open: (name: string, listed: Listed) => Promise<Workspace>
  registry: () => Pick<Workspaces, 'row' | 'all'>
  failed: (error: unknown, name: string) => void
  /** How long a workspace stays open that nobody uses, in milliseconds, when more are open than should be. */
  idleMs?: number
}

export type OpenWorkspaces = ReturnType<typeof createOpenWorkspaces>

/**
 * The workspaces whose databases this process has open: opened by whoever needs one first, closed when too many are open and
 * nothing goes on in them.
 */
export function createOpenWorkspaces({ config, system, open, registry, failed, idleMs = 60_000 }: Parts) {
  const most = config.openWorkspaces ?? 32
  const entries = new Map<string, Entry>()
  const opening = new Map<string, Promise<Entry>>()
  const closing = new Map<string, Promise<void>>()
  const known = new Map<string, Known & { until: number }>()
  const removed = new Set<string>()
  let stopped = false

  /** Undefined when there is none. The first workspace is always there. */
  async function stateOf(name: string): Promise<State | undefined> {
    return name === firstWorkspace ? 'active' : (await lookUp(name))?.state
  }

  async function lookUp(name: string): Promise<Known | undefined> {
    const now = performance.now()
    const remembered = known.get(name)
    // What is not there may have been made elsewhere a moment ago, so only what is there is remembered.
    if (remembered && remembered.until > now) return remembered
    const row = await registry().row(name)
    if (!row || row.state === 'deleted') {
      known.delete(name)
      return undefined
    }
    const found = { state: row.state, artifactRoot: row.artifact_root, until: now + knownFor }
    known.set(name, found)
    return found
  }

  async function entryOf(name: string): Promise<Entry> {
    await closing.get(name)
    const found = entries.get(name)
    if (found) return found
    if (stopped) throw new Error('the server stops')
    let pending = opening.get(name)
    if (!pending) {
      pending = open(name, {
        isActive: async () => (await stateOf(name)) === 'active',
        artifactRoot: async () => (await lookUp(name))?.artifactRoot ?? null,
      })
        .then((workspace) => {
          const entry = { workspace, holders: 0, usedAt: performance.now() }
          entries.set(name, entry)
          return entry
        })
        .finally(() => opening.delete(name))
      opening.set(name, pending)
    }
    return pending
  }

  /** Until it is released, the workspace stays open. */
  async function hold(name: string): Promise<{ workspace: Workspace; release: () => void }> {
    const entry = await entryOf(name)
    entry.holders++
    entry.usedAt = performance.now()
    let held = true
    return {
      workspace: entry.workspace,
      release() {
        if (held) entry.holders--
        held = false
        entry.usedAt = performance.now()
      },
    }
  }

  async function within<T>(name: string, work: (workspace: Workspace) => Promise<T>): Promise<T> {
    const { workspace, release } = await hold(name)
    try {
      return await work(workspace)
    } finally {
      release()
    }
  }

  /** For a request: the workspace that it names, which must be there. */
  async function enter(name: string): Promise<{ state: State; release: () => void }> {
    const state = await stateOf(name)
    if (!state) throw noWorkspace(name)
    const { release } = await hold(name)
    return { state, release }
  }

  function close(name: string, entry: Entry): Promise<void> {
    entries.delete(name)
    const done = entry.workspace
      .close()
      .catch((error: unknown) => failed(error, name))
      .finally(() => closing.delete(name))
    closing.set(name, done)
    return done
  }

  /** Closes those that were used least recently while more are open than should be. Those with work to do stay. */
  async function evict(): Promise<void> {
    const idle = [...entries]
      .filter(
        ([name, { holders, usedAt }]) =>
          name !== firstWorkspace && holders === 0 && usedAt <= performance.now() - idleMs,
      )
      .sort(([, a], [, b]) => a.usedAt - b.usedAt)
    for (const [name, entry] of idle) {
      if (entries.size <= most) return
      if (await entry.workspace.hasJobs()) continue
      if (entry.holders === 0 && entries.get(name) === entry) await close(name, entry)
    }
  }

  /**
   * Looks into every workspace, so that jobs run that another process left behind and retention rules are carried out when they
   * are due, and takes away what is left of deleted ones.
   */
  async function sweep(): Promise<void> {
    for (const { name, state } of await registry().all()) {
      if (stopped) return
      try {
        if (state === 'deleted') {
          if (!removed.has(name)) await remove(name)
        } else {
          const isOpen = entries.has(name)
          await within(name, async ({ retention, reviews, duties, auditors, auditorRequests, gate }) => {
            await auditors.tick()
            if (state !== 'active') return
            await duties.watch.tick()
            await reviews.watch.tick()
            await auditorRequests.watch.tick()
            await gate.revocations.sweep()
            await retention.tick()
          })
          if (!isOpen) await evict()
        }
      } catch (error) {
        failed(error, name)
      }
    }
    await evict()
  }

  /** Does something in every active workspace; one that fails does not keep it from the others. */
  async function inEach(work: (workspace: Workspace) => Promise<void>): Promise<void> {
    for (const { name, state } of await registry().all()) {
      if (stopped) return
      if (state === 'active') await within(name, work).catch((error: unknown) => failed(error, name))
    }
  }

  /** Waits for whoever is in it, and takes database and bytes away; nothing to do when they are gone. */
  async function remove(name: string): Promise<void> {
    known.delete(name)
    await opening.get(name)?.catch(() => {})
    const entry = entries.get(name)
    if (entry) {
      for (const until = performance.now() + patience; entry.holders > 0 && performance.now() < until; ) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      await close(name, entry)
    }
    const database = workspaceDatabase(config, name)
    if (database.kind === 'postgres') {
      await sql`drop schema if exists ${sql.id(database.schema)} cascade`.execute(system.db)
    }
    await rm(resolve(config.dataDir, 'workspaces', name), { recursive: true, force: true })
    const place = workspaceBlobs(config, name)
    if (place.kind === 'folder') await rm(place.root, { recursive: true, force: true })
    else {
      const blobs = await openBlobs(place)
      for await (const { digest } of blobs.list()) await blobs.delete(digest)
      blobs.close?.()
    }
    removed.add(name)
  }

  const storage: WorkspaceStorage = {
    content: (name) => within(name, (workspace) => contentOf(workspace.connection)),
    checkpoint: (name) => within(name, ({ audit }) => audit.checkpoint()),
    async settled(name) {
      known.delete(name)
      if (system.engine === 'postgres') await new Promise((resolve) => setTimeout(resolve, knownFor))
    },
    remove,
  }

  return {
    enter,
    hold,
    sweep,
    inEach,
    storage,
    get: (name: string): Workspace | undefined => entries.get(name)?.workspace,
    names: () => [...entries.keys()],
    values: () => [...entries.values()].map(({ workspace }) => workspace),
    async close() {
      stopped = true
      await Promise.allSettled(opening.values())
      await Promise.all([...entries].map(([name, entry]) => close(name, entry)))
      await Promise.all(closing.values())
    },
  }
}

const counted = {
  runs: 'run',
  models: 'model',
  versions: 'model_version',
  traces: 'trace',
  datasets: 'dataset_version',
} as const

const alsoHeld = ['artifact', 'evaluation_dataset', 'logged_model', 'review', 'scorer', 'verdict', 'webhook'] as const

/** Counts what people put there; the default experiment, the starter policies and the environments come by themselves. */
async function contentOf({ db }: Connection): Promise<WorkspaceContent> {
  const count = async (table: (typeof counted)[keyof typeof counted] | (typeof alsoHeld)[number]) => {
    const row = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    return row.n
  }
  const experiments = await db
    .selectFrom('experiment')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('id', '!=', '0')
    .executeTakeFirstOrThrow()
  let others = 0
  for (const table of alsoHeld) others += await count(table)
  return {
    experiments: experiments.n,
    runs: await count(counted.runs),
    models: await count(counted.models),
    versions: await count(counted.versions),
    traces: await count(counted.traces),
    datasets: await count(counted.datasets),
    others,
  }
}
