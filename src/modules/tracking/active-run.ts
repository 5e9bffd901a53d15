import type { Db } from '../../db/database.ts'
import type { Thing } from '../audit/schema.ts'
import { mustBeActive, noRun } from './rules.ts'
import { findRunRow } from './run-store.ts'
import type { RunRow } from './tables.ts'

export async function demandActiveRun(db: Db, id: string): Promise<RunRow> {
  const row = await findRunRow(db, id)
  if (!row) throw noRun(id)
  if (row.lifecycle_stage !== 'active') throw mustBeActive('run', id, row.lifecycle_stage)
  return row
}

/** An event about a run is found under its experiment, too. */
export const aboutRun = (row: { experiment_id: string }): Thing[] => [`experiment:${row.experiment_id}`]
