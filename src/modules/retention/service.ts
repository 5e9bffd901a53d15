import { registryPurge } from '../registry/index.ts'
import { trackingPurge } from '../tracking/index.ts'
import { collectJob } from './collect.ts'
import { purgeJob } from './execute.ts'
import type { RetentionParts } from './parts.ts'
import { createPurges } from './purges.ts'
import { createRules } from './rules.ts'
import type { DeletedThings } from './schema.ts'
import { createStorage } from './storage.ts'

export type Retention = ReturnType<typeof createRetention>

/** Kinds of work that wait while a workspace is archived. */
export const removalJobs: readonly string[] = [purgeJob, collectJob]

/** Removal for good, by hand and by rule; holds that forbid it; and the bytes that are left over. */
export function createRetention(parts: RetentionParts) {
  const { db } = parts.connection
  const purges = createPurges(parts)
  const rules = createRules(parts, purges)
  const storage = createStorage(parts)

  async function deleted(): Promise<DeletedThings> {
    const tracked = await trackingPurge.countDeleted(db)
    const experiments: DeletedThings['experiments'] = []
    for (const { id, name, deleted_at } of tracked.experiments) {
      const { runs } = await trackingPurge.contentsOf(db, id)
      experiments.push({ id, name, deleted_at: new Date(deleted_at).toISOString(), runs })
    }
    const { models, versions } = await registryPurge.listDeleted(db)
    return {
      runs: tracked.runs,
      logged_models: tracked.logged_models,
      experiments,
      models: models as DeletedThings['models'],
      versions: versions as DeletedThings['versions'],
    }
  }

  return {
    purges,
    rules,
    storage,
    holds: parts.holds,
    deleted,
    async tick() {
      await rules.tick()
      await storage.tick()
    },
  }
}
