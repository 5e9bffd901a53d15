import { createExperiments, type TrackingParts } from './experiments.ts'
import { createLoggedModels } from './logged-models.ts'
import { createPermissions } from './permissions.ts'
import { createRuns } from './runs.ts'

export type Tracking = ReturnType<typeof createTracking>

/** Experiments, runs, and what runs measured. */
export function createTracking(parts: TrackingParts) {
  return {
    experiments: createExperiments(parts),
    runs: createRuns(parts),
    models: createLoggedModels(parts),
    permissions: createPermissions(parts),
  }
}
