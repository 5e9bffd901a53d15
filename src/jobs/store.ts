import type { Selectable } from 'kysely'
import type { Db, Tx } from '../db/database.ts'
import type { Json } from '../lib/json.ts'
import type { JobRow } from './tables.ts'

// Leases are not governed data, so nothing here is recorded in the trail: a job that changes something that is
// records it in its own governed write.

export type Job = { readonly id: string; readonly kind: string; readonly input: Json; readonly attempts: number }

const toJob = ({ id, kind, input, attempts }: Selectable<JobRow>): Job => ({
  id,
  kind,
  input: JSON.parse(input) as Json,
  attempts,
})

export async function insertJob(tx: Tx, job: { id: string; kind: string; input: Json; now: string }): Promise<void> {
  await tx
    .insertInto('job')
    .values({
      id: job.id,
      kind: job.kind,
      input: JSON.stringify(job.input),
      state: 'queued',
      attempts: 0,
      run_after: job.now,
      leased_by: null,
      leased_until: null,
      progress: 0,
      error: null,
      created_at: job.now,
      finished_at: null,
    })
    .execute()
}

/** The oldest job that is due. */
export async function findDue(db: Db, kinds: readonly string[], now: string): Promise<Job | undefined> {
  if (kinds.length === 0) return undefined
  const row = await db
    .selectFrom('job')
    .selectAll()
    .where('state', '=', 'queued')
    .where('kind', 'in', kinds)
    .where('run_after', '<=', now)
    .orderBy('run_after')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row && toJob(row)
}

/** Work that waits or goes on, of other kinds than these. */
export async function hasUnfinishedJobs(db: Db, except: readonly string[] = []): Promise<boolean> {
  const row = await db
    .selectFrom('job')
    .select('id')
    .where('state', 'in', ['queued', 'running'])
    .$if(except.length > 0, (query) => query.where('kind', 'not in', except))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export type Leased = Job & { readonly leasedBy: string; readonly leasedUntil: string }

export async function listLeased(db: Db): Promise<Leased[]> {
  const rows = await db.selectFrom('job').selectAll().where('state', '=', 'running').orderBy('id').execute()
  return rows.map((row) => ({
    ...toJob(row),
    leasedBy: row.leased_by ?? '',
    leasedUntil: row.leased_until ?? '',
  }))
}

export async function lease(tx: Tx, id: string, worker: string, until: string): Promise<boolean> {
  const result = await tx
    .updateTable('job')
    .set((eb) => ({
      state: 'running' as const,
      leased_by: worker,
      leased_until: until,
      attempts: eb('attempts', '+', 1),
    }))
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** False when the lease is somebody else's now, or the job was cancelled. */
export async function extendLease(tx: Tx, id: string, worker: string, until: string): Promise<boolean> {
  return changeHeld(tx, id, worker, { leased_until: until })
}

export async function noteProgress(tx: Tx, id: string, worker: string, progress: number): Promise<boolean> {
  return changeHeld(tx, id, worker, { progress })
}

/** Back into the queue, keeping or giving back the attempt. */
export async function requeue(
  tx: Tx,
  id: string,
  worker: string,
  { runAfter, attempts, error }: { runAfter: string; attempts: number; error: string | null },
): Promise<boolean> {
  const row = { state: 'queued' as const, run_after: runAfter, attempts, error, leased_by: null, leased_until: null }
  return changeHeld(tx, id, worker, row)
}

export async function finish(
  tx: Tx,
  id: string,
  worker: string,
  { state, error, now }: { state: 'done' | 'failed'; error: string | null; now: string },
): Promise<boolean> {
  const progress = state === 'done' ? { progress: 1 } : {}
  const row = { state, error, finished_at: now, leased_by: null, leased_until: null, ...progress }
  return changeHeld(tx, id, worker, row)
}

/** False when the job has already ended. */
export async function cancel(tx: Tx, id: string, now: string): Promise<boolean> {
  const result = await tx
    .updateTable('job')
    .set({ state: 'cancelled', finished_at: now, leased_by: null, leased_until: null })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

async function changeHeld(tx: Tx, id: string, worker: string, set: Partial<JobRow>): Promise<boolean> {
  const result = await tx
    .updateTable('job')
    .set(set)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .where('leased_by', '=', worker)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
