import type { Db } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import type { CommentSubject } from '../comments/schema.ts'
import { findEnvironment } from '../registry/index.ts'
import type { ModelVersion } from '../registry/schema.ts'
import type { ReviewParts } from './parts.ts'
import type { Situations } from './situation.ts'
import { findReview } from './store.ts'

/** Whether a version has the review, the evidence or the requirement that somebody wants to say something about. */
export function createSubjects({ clock, evidence, situations }: ReviewParts & { situations: Situations }) {
  return async function has(db: Db, version: ModelVersion, about: CommentSubject): Promise<boolean> {
    switch (about.kind) {
      case 'review':
        return (await findReview(db, about.id))?.version_id === version.id
      case 'evidence':
        return (await evidence.of(db, version.id)).some(({ id }) => id === about.id)
      case 'requirement': {
        if (!(await findEnvironment(db, about.environment))) return false
        const { assessment } = await situations.atVersion(db, version.id, about.environment, isoNow(clock))
        return assessment.requirements.some(({ policy, id }) => policy.name === about.policy && id === about.rule)
      }
    }
  }
}
