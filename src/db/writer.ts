import { CompiledQuery, sql } from 'kysely'
import type { Db, Engine, Tx } from './database.ts'
import { createTurns } from './turns.ts'

/** How many waiting writes share one commit at the most. */
const largestGroup = 256

type Waiting = {
  work: (tx: Tx) => Promise<unknown>
  done: (value: unknown) => void
  failed: (error: unknown) => void
}

/** Run for every group, so that they are not made anew each time. */
const statements = {
  begin: CompiledQuery.raw('begin'),
  turn: CompiledQuery.raw("select pg_advisory_xact_lock(hashtext('modelkeep:' || current_schema()))"),
  savepoint: CompiledQuery.raw('savepoint work'),
  release: CompiledQuery.raw('release savepoint work'),
  commit: CompiledQuery.raw('commit'),
}

type Outcome = { kind: 'done'; value: unknown } | { kind: 'failed'; error: unknown }

/** Runs `work` inside the group's transaction; its promise settles when the group is on disk. */
export type Commit = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

export type Writer = {
  commit: Commit
  /** Called once in every group, after the last work and before the commit. */
  onGroup(hook: (tx: Tx) => Promise<void>): void
  /** Called after every group that is on disk, before its writers hear of it. */
  onCommitted(hook: () => void): void
  /** Called when a group failed as a whole. */
  onAbandoned(hook: () => void): void
  close(): Promise<void>
}

/**
 * Group commit: writes that wait at the same time share one transaction, each inside its own savepoint, and one flush
 * to disk. A write that throws is undone alone; a commit that fails rejects all of its group. The groups of several servers
 * take turns, so that the audit log has one order: on PostgreSQL by an advisory lock per schema, on SQLite by its write lock.
 */
export function createWriter(db: Db, engine: Engine): Writer {
  const waiting: Waiting[] = []
  const hooks: ((tx: Tx) => Promise<void>)[] = []
  const committed: (() => void)[] = []
  const abandoned: (() => void)[] = []
  const turns = createTurns()
  let draining: Promise<void> | undefined
  let closed = false

  async function runOne(tx: Tx, item: Waiting, alone: boolean): Promise<Outcome> {
    if (!alone) await tx.executeQuery(statements.savepoint)
    try {
      const value = await item.work(tx)
      if (!alone) await tx.executeQuery(statements.release)
      return { kind: 'done', value }
    } catch (error) {
      if (alone) throw error
      await sql`rollback to savepoint work`.execute(tx)
      await sql`release savepoint work`.execute(tx)
      return { kind: 'failed', error }
    }
  }

  async function runGroup(group: Waiting[]): Promise<Outcome[]> {
    return db.connection().execute(async (connection) => {
      const tx = connection as Tx
      await (engine === 'sqlite' ? turns.begin(tx) : tx.executeQuery(statements.begin))
      try {
        if (engine === 'postgres') {
          await tx.executeQuery(statements.turn)
        }
        const outcomes: Outcome[] = []
        for (const item of group) outcomes.push(await runOne(tx, item, group.length === 1))
        for (const hook of hooks) await hook(tx)
        await tx.executeQuery(statements.commit)
        return outcomes
      } catch (error) {
        for (const hook of abandoned) hook()
        await sql`rollback`.execute(tx)
        throw error
      }
    })
  }

  async function drain() {
    while (waiting.length > 0) {
      // Let every request that has already arrived join the group.
      await new Promise(setImmediate)
      const group = waiting.splice(0, largestGroup)
      try {
        const outcomes = await runGroup(group)
        for (const hook of committed) hook()
        for (const [i, item] of group.entries()) {
          const outcome = outcomes[i]
          if (outcome?.kind === 'done') item.done(outcome.value)
          else item.failed(outcome?.error)
        }
      } catch (error) {
        for (const item of group) item.failed(error)
      }
      if (engine === 'sqlite' && waiting.length > 0) await turns.leaveGap()
    }
    draining = undefined
  }

  return {
    commit<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
      if (closed) return Promise.reject(new Error('the database is closed'))
      return new Promise<T>((resolve, reject) => {
        waiting.push({ work, done: (value) => resolve(value as T), failed: reject })
        draining ??= drain()
      })
    },
    onGroup(hook) {
      hooks.push(hook)
    },
    onCommitted(hook) {
      committed.push(hook)
    },
    onAbandoned(hook) {
      abandoned.push(hook)
    },
    async close() {
      closed = true
      await draining
    },
  }
}
