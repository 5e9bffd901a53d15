import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Review, ReviewId } from './schema.ts'
import type { DecisionRow, ReviewRow } from './tables.ts'

export type StoredReview = Selectable<ReviewRow>
export type StoredDecision = Selectable<DecisionRow>
export type DecisionIndex = Omit<StoredDecision, 'document'>

/** The model's name is the present one, which may not be the one of then. */
export function toReview({ scope: _scope, model_id: _model, ...row }: StoredReview, model: string): Review {
  return { ...row, id: row.id as ReviewId, requested_by: row.requested_by as PersonId, model }
}

export function findReview(db: Db, id: string): Promise<StoredReview | undefined> {
  return db.selectFrom('review').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export function listReviews(
  db: Db,
  filter: { open?: boolean | undefined; model_id?: string | undefined; version?: number | undefined },
): Promise<StoredReview[]> {
  let query = db.selectFrom('review').selectAll()
  if (filter.open) query = query.where('state', '=', 'open')
  if (filter.model_id !== undefined) query = query.where('model_id', '=', filter.model_id)
  if (filter.version !== undefined) query = query.where('version', '=', filter.version)
  return query.orderBy('requested_at', 'desc').orderBy('id', 'desc').limit(500).execute()
}

/** Reviews of a version for an environment, newest first, without those that were withdrawn. */
export function reviewsOf(db: Db, version_id: string, environment: string): Promise<StoredReview[]> {
  return db
    .selectFrom('review')
    .selectAll()
    .where('version_id', '=', version_id)
    .where('environment', '=', environment)
    .where('state', '!=', 'withdrawn')
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
}

export async function openReviewsOf(db: Db, version_id: string): Promise<number> {
  const rows = await db
    .selectFrom('review')
    .select('id')
    .where('version_id', '=', version_id)
    .where('state', '=', 'open')
    .execute()
  return rows.length
}

export async function insertReview(tx: Tx, row: ReviewRow): Promise<void> {
  await tx.insertInto('review').values(row).execute()
}

/** Compare-and-set: false when the review is no longer open. */
export async function closeReview(tx: Tx, id: string, state: 'approved' | 'rejected' | 'withdrawn', at: string) {
  const result = await tx
    .updateTable('review')
    .set({ state, closed_at: at })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export function findDecision(db: Db, id: string): Promise<StoredDecision | undefined> {
  return db.selectFrom('decision').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export function decisionsOf(db: Db, version_id: string, environment: string): Promise<StoredDecision[]> {
  return db
    .selectFrom('decision')
    .selectAll()
    .where('version_id', '=', version_id)
    .where('environment', '=', environment)
    .orderBy('decided_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
}

/** Versions and environments that have decisions, those decided about last first. */
export async function decidedPlaces(db: Db, filter: { model_id?: string | undefined; version?: number | undefined }) {
  let query = db
    .selectFrom('decision')
    .select(['model_id', 'version_id', 'environment'])
    .select((eb) => eb.fn.max('decided_at').as('last'))
    .groupBy(['model_id', 'version_id', 'environment'])
  if (filter.model_id !== undefined) query = query.where('model_id', '=', filter.model_id)
  if (filter.version !== undefined) query = query.where('version', '=', filter.version)
  return query.orderBy('last', 'desc').orderBy('version_id').limit(100).execute()
}

export async function insertDecision(tx: Tx, row: DecisionRow): Promise<void> {
  await tx.insertInto('decision').values(row).execute()
}
