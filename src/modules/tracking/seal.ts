import type { Db } from '../../db/database.ts'
import { digestOf } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import { countPoints, readRuns } from './run-store.ts'

/**
 * The digest of what a run says: parameters, the latest point of each metric and how many points it has, tags and inputs. The
 * order in which they were logged does not matter.
 */
export async function digestOfRun(db: Db, runId: string): Promise<Digest> {
  const [run] = await readRuns(db, [runId])
  if (!run) throw new Error(`run ${runId} is gone`)
  const points = await countPoints(db, runId)
  return digestOf({
    run: run.id,
    experiment: run.experiment_id,
    params: run.params,
    metrics: run.metrics.map((metric) => ({ ...metric, points: points.get(metric.key) ?? 0 })),
    tags: run.tags,
    inputs: run.inputs,
    ...(run.model_inputs.length > 0 ? { model_inputs: run.model_inputs.map(({ model_id }) => model_id) } : {}),
    ...(run.outputs.length > 0 ? { outputs: run.outputs.map(({ model_id, step }) => ({ model_id, step })) } : {}),
  })
}
