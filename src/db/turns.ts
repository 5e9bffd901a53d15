import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import { unavailable } from '../lib/errors.ts'
import type { Tx } from './database.ts'

/** How long a write waits for other processes, in milliseconds. */
const longestWait = 30_000
/** How long a process that wrote counts as one that writes. */
const neighbour = 1_000
const busy = 5
const beginImmediate = CompiledQuery.raw('begin immediate')
const dataVersion = CompiledQuery.raw('pragma data_version') as CompiledQuery<{ data_version: number }>

/**
 * Turns of several processes that write to one SQLite file. The file tells nobody when it becomes free, so whoever waits asks again
 * every few milliseconds, without holding up the requests that only read, and whoever has written leaves a gap for the others.
 */
export function createTurns() {
  let seen: number | undefined
  let sharedUntil = 0

  /** Opens a transaction that may write. */
  async function begin(tx: Tx): Promise<void> {
    const deadline = Date.now() + longestWait
    while (!(await couldBegin(tx))) {
      sharedUntil = Date.now() + neighbour
      if (Date.now() > deadline) throw unavailable('another process keeps the database from being written')
      await sleep(1 + Math.random() * 3)
    }
    // It changes with the commits of others, and not with our own.
    const { rows } = await tx.executeQuery(dataVersion)
    const version = rows[0]?.data_version
    if (seen !== undefined && version !== seen) sharedUntil = Date.now() + neighbour
    seen = version
  }

  /** After a commit. */
  async function leaveGap(): Promise<void> {
    if (Date.now() < sharedUntil) await sleep(4 + Math.random() * 2)
  }

  return { begin, leaveGap }
}

async function couldBegin(tx: Tx): Promise<boolean> {
  try {
    await tx.executeQuery(beginImmediate)
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

/** The lower byte of an error of SQLite is its kind. */
const isBusy = (error: unknown) =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === busy
