import { sql } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import { deleteTraces } from './store.ts'

export type PurgeTrace = { id: string; experiment_id: string; request_time: number; location: string | null }

/** With where the client was told to put the trace's files. */
export async function readPurgeTraces(db: Db, ids: readonly string[]): Promise<PurgeTrace[]> {
  return inParts(ids, (part) =>
    db
      .selectFrom('trace as t')
      .leftJoin('trace_tag as g', (join) =>
        join.onRef('g.trace_id', '=', 't.id').on('g.key', '=', 'mlflow.artifactLocation'),
      )
      .select(['t.id', 't.experiment_id', 't.request_time', 'g.value as location'])
      .where('t.id', 'in', part)
      .execute(),
  )
}

/** Traces of an experiment, oldest first, that began at a moment or before; the moment is in milliseconds. */
export async function tracesUntil(db: Db, experiment: string, until: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('trace')
    .select('id')
    .where('experiment_id', '=', experiment)
    .where('request_time', '<=', until)
    .orderBy('request_time')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

export async function countTraces(db: Db, experiment: string): Promise<number> {
  const row = await db
    .selectFrom('trace')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .where('experiment_id', '=', experiment)
    .executeTakeFirstOrThrow()
  return Number(row.rows)
}

export async function removeTraces(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`delete from trace_run where trace_id in (${sql.join(ids)})`.execute(tx)
  await deleteTraces(tx, ids)
}

/** Traces stay when a run goes that they were linked to. */
export async function unlinkRuns(tx: Tx, runs: readonly string[]): Promise<void> {
  if (runs.length > 0) await sql`delete from trace_run where run_id in (${sql.join(runs)})`.execute(tx)
}
