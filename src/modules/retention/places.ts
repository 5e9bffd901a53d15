import type { Db } from '../../db/database.ts'
import { artifactPurge } from '../artifacts/index.ts'
import { trackingPurge } from '../tracking/index.ts'

export type Places = { runs: string[]; logged_models: string[]; experiments: string[] }

/**
 * Whose files lie at and below a path. MLflow's clients put the id of the run or of the logged model into the path, wherever the
 * experiment keeps its artifacts; where neither is in it, what lies below is looked through.
 */
export async function placesOfPath(db: Db, path: string): Promise<Places> {
  const names = path.split('/')
  const direct = await owners(db, names)
  const found =
    direct.runs.length + direct.logged_models.length > 0
      ? direct
      : await owners(db, await artifactPurge.folderNamesBelow(db, path))
  return { ...found, experiments: [...new Set([...found.experiments, names[0] ?? ''])] }
}

async function owners(db: Db, names: readonly string[]): Promise<Places> {
  const runs = await trackingPurge.readPurgeRuns(db, names)
  const models = await trackingPurge.readPurgeModels(db, names)
  return {
    runs: [...runs.map(({ id }) => id), ...models.map((model) => model.source_run_id).filter((id) => id !== '')],
    logged_models: models.map(({ id }) => id),
    experiments: [...runs, ...models].map(({ experiment_id }) => experiment_id),
  }
}
