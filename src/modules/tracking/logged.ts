import type { Db } from '../../db/database.ts'
import { readRuns } from './run-store.ts'
import { digestOfRun } from './seal.ts'

export type LoggedByRun = {
  readonly metrics: Record<string, number>
  readonly params: Record<string, string>
  /** From start to end; null while it goes on. */
  readonly hours: number | null
}

const hour = 3_600_000

/**
 * The latest metrics and the parameters of these names that a run logged, as its seal covers them: undefined when the run is gone or
 * says something else than when it was sealed. A metric that is no number is left out.
 */
export async function loggedByRun(
  db: Db,
  run: { id: string; digest: string },
  names: { metrics: readonly string[]; params: readonly string[] },
): Promise<LoggedByRun | undefined> {
  const [found] = await readRuns(db, [run.id])
  if (!found || (await digestOfRun(db, run.id)) !== run.digest) return undefined
  const { start_time, end_time } = found
  return {
    metrics: Object.fromEntries(
      found.metrics.flatMap(({ key, value }) =>
        names.metrics.includes(key) && typeof value === 'number' ? [[key, value]] : [],
      ),
    ),
    params: Object.fromEntries(
      found.params.flatMap(({ key, value }) => (names.params.includes(key) ? [[key, value]] : [])),
    ),
    hours: start_time === null || end_time === null ? null : Math.max(0, end_time - start_time) / hour,
  }
}
