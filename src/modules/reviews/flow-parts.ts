import type { Db } from '../../db/database.ts'
import type { Actor } from '../access/schema.ts'
import type { Model, ModelVersion } from '../registry/schema.ts'
import type { ReviewParts } from './parts.ts'
import type { Parties } from './separation.ts'
import type { Situation, Situations } from './situation.ts'
import type { StoredReview } from './store.ts'

/** What every step of a review rests on. */
export type FlowParts = ReviewParts & {
  readonly situations: Situations
  /** A review of a model that the actor may not read is one that is not there. */
  getReview(actor: Actor, id: string, from?: Db): Promise<StoredReview>
  partsOf(from: Db, review: StoredReview): Promise<{ version: ModelVersion; model: Model }>
  /** The review and who is compared, read before a write: the system database is another one. */
  before(actor: Actor, id: string): Promise<{ review: StoredReview; parties: Omit<Parties, 'roles'> }>
  /** Refused without the permission to decide about the model. */
  demandReviewer(actor: Actor, situation: Pick<Situation, 'model'>): void
}
