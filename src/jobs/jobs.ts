import type { Connection } from '../db/connect.ts'
import type { Tx } from '../db/database.ts'
import { type Clock, isoNow } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Json } from '../lib/json.ts'
import { type JobHandler, type RunOutcome, runJob } from './run.ts'
import * as store from './store.ts'
import { isDead, newWorkerName } from './worker-name.ts'

export type JobsOptions = {
  /** Jobs that one process works on at the same time. */
  concurrency?: number
  /** How long a lease lasts; a third of it passes between two heartbeats. */
  leaseMs?: number
  /** How often other processes' jobs are looked for; jobs of this process start at once. */
  pollMs?: number
  /** How long a stop waits for handlers to notice. */
  stopMs?: number
  maxAttempts?: number
}

export type Jobs = ReturnType<typeof createJobs>

/**
 * Background work under leases. A handler may run twice, because a process may die after its last write, so what it
 * changes it changes by compare-and-set. A job whose process died is taken up again: at once when the process was on this
 * host, otherwise when its lease ends.
 */
export function createJobs(parts: { connection: Connection; clock: Clock } & JobsOptions) {
  const { connection, clock } = parts
  const { concurrency = 2, leaseMs = 15_000, pollMs = 1000, stopMs = 3000, maxAttempts = 5 } = parts
  const { db, writer } = connection
  const worker = newWorkerName()
  const handlers = new Map<string, JobHandler>()
  const running = new Map<string, { job: store.Job; stop: AbortController; ended: Promise<void> }>()
  let state: 'idle' | 'started' | 'stopped' = 'idle'
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let lookAgain = false

  const later = (ms: number) => new Date(clock.now().getTime() + ms).toISOString()
  const full = () => running.size >= concurrency

  /** Which handler does the work of a kind; must be said before `start`. */
  function handle(kind: string, handler: JobHandler): void {
    if (handlers.has(kind)) throw new Error(`jobs of kind ${kind} have a handler`)
    handlers.set(kind, handler)
  }

  /** Part of the caller's transaction: without its commit there is no job. */
  async function enqueue(tx: Tx, kind: string, input: Json): Promise<string> {
    const id = newId('job')
    await store.insertJob(tx, { id, kind, input, now: isoNow(clock) })
    // The look is a write of its own, which waits for the caller's commit.
    setImmediate(look)
    return id
  }

  /** False when the job has ended. A handler that runs notices through its signal: here soon, elsewhere at its next heartbeat. */
  async function cancel(tx: Tx, id: string): Promise<boolean> {
    const cancelled = await store.cancel(tx, id, isoNow(clock))
    if (cancelled) setImmediate(() => void checkLease(id))
    return cancelled
  }

  /** Aborts what runs here without a lease, so that a cancellation that was rolled back changes nothing. */
  async function checkLease(id: string): Promise<void> {
    if (!running.has(id) || state === 'stopped') return
    await writer
      .commit((tx) => store.extendLease(tx, id, worker, later(leaseMs)))
      .then(
        (held) => held || running.get(id)?.stop.abort(new Error('the lease is lost')),
        () => {},
      )
  }

  function look(): void {
    if (state !== 'started') return
    lookAgain = true
    looking ??= (async () => {
      while (lookAgain && state === 'started') {
        lookAgain = false
        while (!full() && (await takeOne())) lookAgain = true
      }
    })()
      // The database may be away for a moment; the next poll tries again.
      .catch(() => {})
      .finally(() => {
        looking = undefined
      })
  }

  async function kindsNow(): Promise<string[]> {
    const kinds: string[] = []
    for (const [kind, handler] of handlers) if ((await handler.mayRun?.()) ?? true) kinds.push(kind)
    return kinds
  }

  async function takeOne(): Promise<boolean> {
    const kinds = await kindsNow()
    if (state !== 'started') return false
    const job = await writer.commit(async (tx) => {
      await reclaim(tx)
      const due = await store.findDue(tx, kinds, isoNow(clock))
      if (!due || !(await store.lease(tx, due.id, worker, later(leaseMs)))) return undefined
      return { ...due, attempts: due.attempts + 1 }
    })
    const handler = job && handlers.get(job.kind)
    if (!job || !handler) return false
    const stop = new AbortController()
    const ended = work(job, handler, stop).finally(() => {
      running.delete(job.id)
      look()
    })
    running.set(job.id, { job, stop, ended })
    return true
  }

  /** Puts back what dead workers held. Their attempt counts: a job that kills its process must not do so for ever. */
  async function reclaim(tx: Tx): Promise<void> {
    const now = isoNow(clock)
    for (const job of await store.listLeased(tx)) {
      if (running.has(job.id) || (job.leasedUntil > now && !isDead(job.leasedBy))) continue
      await store.requeue(tx, job.id, job.leasedBy, { runAfter: now, attempts: job.attempts, error: null })
    }
  }

  async function work(job: store.Job, handler: JobHandler, stop: AbortController): Promise<void> {
    const heartbeat = setInterval(() => void checkLease(job.id), leaseMs / 3)
    try {
      const outcome = await runJob(job, handler, {
        signal: stop.signal,
        maxAttempts,
        progress: async (progress) => {
          await writer.commit((tx) => store.noteProgress(tx, job.id, worker, progress))
        },
      })
      await writer.commit((tx) => settle(tx, job, outcome))
    } catch {
      // The lease ends by itself, and the job is taken up again.
    } finally {
      clearInterval(heartbeat)
    }
  }

  async function settle(tx: Tx, job: store.Job, outcome: RunOutcome): Promise<void> {
    const now = isoNow(clock)
    switch (outcome.kind) {
      case 'done':
        await store.finish(tx, job.id, worker, { state: 'done', error: null, now })
        return
      case 'failed':
        await store.finish(tx, job.id, worker, { state: 'failed', error: outcome.error, now })
        return
      case 'retry': {
        const runAfter = later(outcome.afterMs)
        await store.requeue(tx, job.id, worker, { runAfter, attempts: job.attempts, error: outcome.error })
        return
      }
      case 'interrupted':
        await store.requeue(tx, job.id, worker, { runAfter: now, attempts: job.attempts - 1, error: null })
    }
  }

  async function poll(): Promise<void> {
    const now = isoNow(clock)
    const due =
      (await store.findDue(db, await kindsNow(), now)) ??
      (await store.listLeased(db)).find(
        (job) => !running.has(job.id) && (job.leasedUntil <= now || isDead(job.leasedBy)),
      )
    if (due) look()
  }

  function start(): void {
    if (state !== 'idle') return
    state = 'started'
    look()
    timer = setInterval(() => void poll().catch(() => {}), pollMs)
    timer.unref()
  }

  /** Asks handlers to end, waits briefly and gives their leases back. */
  async function stop(): Promise<void> {
    state = 'stopped'
    clearInterval(timer)
    await looking
    for (const { stop } of running.values()) stop.abort(new Error('the server stops'))
    const ended = Promise.all([...running.values()].map(({ ended }) => ended))
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, stopMs).unref())])
    for (const { job } of running.values()) {
      // Whoever opens the database next need not wait for the lease to end.
      await writer.commit((tx) => settle(tx, job, { kind: 'interrupted' })).catch(() => {})
    }
  }

  return { handle, enqueue, cancel, start, stop, look }
}
