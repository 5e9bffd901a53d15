import { AppError } from '../lib/errors.ts'
import type { Json } from '../lib/json.ts'
import type { Job } from './store.ts'

export type RunningJob = {
  readonly id: string
  readonly input: Json
  /** From 1. */
  readonly attempt: number
  /** Aborted when the job is cancelled, its lease is lost, or the server stops. */
  readonly signal: AbortSignal
  /** A share between 0 and 1. */
  progress(share: number): Promise<void>
}

export type JobHandler = {
  run(job: RunningJob): Promise<void>
  /** False while work of this kind has to wait: it stays in the queue. */
  mayRun?(): Promise<boolean>
  /** Called once when the last attempt has crashed, so that the module can tell whoever waits. */
  gaveUp(input: Json, reason: string): Promise<void>
  /** Milliseconds after a failed attempt, counted from 1, until the next; seconds at first, then minutes, if left out. */
  backOff?(attempt: number): number
}

/** Thrown by a handler whose work has to wait from now on. The work goes back into the queue, and the attempt does not count. */
export class NotNow extends Error {}

export type RunOutcome =
  | { kind: 'done' }
  | { kind: 'failed'; error: string }
  | { kind: 'retry'; error: string; afterMs: number }
  | { kind: 'interrupted' }

type RunOptions = { signal: AbortSignal; maxAttempts: number; progress: RunningJob['progress'] }

/** Runs a handler once. A refusal (an AppError) is final; a crash is tried again, later each time. */
export async function runJob(job: Job, handler: JobHandler, options: RunOptions): Promise<RunOutcome> {
  const { signal, maxAttempts, progress } = options
  const { id, input, attempts } = job
  if (attempts > maxAttempts) {
    const error = `the server died ${maxAttempts} times over this work`
    await handler.gaveUp(input, error)
    return { kind: 'failed', error }
  }
  try {
    await handler.run({ id, input, attempt: attempts, signal, progress })
    return { kind: 'done' }
  } catch (error) {
    if (signal.aborted || error instanceof NotNow) return { kind: 'interrupted' }
    if (error instanceof AppError) {
      await handler.gaveUp(input, error.message)
      return { kind: 'failed', error: error.message }
    }
    const trace = (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 4000)
    if (attempts < maxAttempts) return { kind: 'retry', error: trace, afterMs: (handler.backOff ?? backOff)(attempts) }
    await handler.gaveUp(input, 'an unexpected error stopped the work')
    return { kind: 'failed', error: trace }
  }
}

/** 2, 4, 8, 16 … seconds, at most five minutes. */
const backOff = (attempt: number) => Math.min(1000 * 2 ** attempt, 300_000)
