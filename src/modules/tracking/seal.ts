import type { Db } from '../../db/database.ts'
import { digestOf } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import { countPoints, readRuns } from './run-store.ts'
import type { Run } from './schema.ts'

/**
 * The digest of what a run says: parameters, the latest point of each metric and how many points it has, tags and inputs. The
 * order in which they were logged does not matter.
 */
export async function digestOfRun(db: Db, runId: string): Promise<Digest> {
  const [run] = await readRuns(db, [runId])
  if (!run) throw new Error(`run ${runId} is gone`)
  return digestOf(contentOfRun(run, await countPoints(db, runId)))
}

/** What the digest of a run covers. `points` says how many points each series has. */
export function contentOfRun(run: Run, points: ReadonlyMap<string, number>) {
  return {
    run: run.id,
    experiment: run.experiment_id,
    params: run.params,
    metrics: run.metrics.map((metric) => ({ ...metric, points: points.get(metric.key) ?? 0 })),
    tags: run.tags,
    inputs: run.inputs,
    ...(run.model_inputs.length > 0 ? { model_inputs: run.model_inputs.map(({ model_id }) => model_id) } : {}),
    ...(run.outputs.length > 0 ? { outputs: run.outputs.map(({ model_id, step }) => ({ model_id, step })) } : {}),
  }
}
