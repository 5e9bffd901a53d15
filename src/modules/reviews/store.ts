import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Review, ReviewId } from './schema.ts'
import type { DecisionRow, ReviewRow } from './tables.ts'

export type StoredReview = Selectable<ReviewRow>
export type StoredDecision = Selectable<DecisionRow>
export type DecisionIndex = Omit<StoredDecision, 'document'>

/** The model's name is the present one, which may not be the one of then. */
export function toReview(stored: StoredReview, model: string): Review {
  const { scope: _scope, model_id: _model, remind_at: _remind, ...row } = stored
  return { ...row, id: row.id as ReviewId, requested_by: row.requested_by as PersonId, model }
}

/** Nobody has ended it: it waits for reviewers, or for whoever asked. */
export const undecided = ['open', 'changes_requested'] as const

export function findReview(db: Db, id: string): Promise<StoredReview | undefined> {
  return db.selectFrom('review').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export function listReviews(
  db: Db,
  filter: { open?: boolean | undefined; model_id?: string | undefined; version?: number | undefined },
): Promise<StoredReview[]> {
  let query = db.selectFrom('review').selectAll()
  if (filter.open) query = query.where('state', 'in', undecided)
  if (filter.model_id !== undefined) query = query.where('model_id', '=', filter.model_id)
  if (filter.version !== undefined) query = query.where('version', '=', filter.version)
  return query.orderBy('requested_at', 'desc').orderBy('id', 'desc').limit(500).execute()
}

/** Reviews of a version for an environment, newest first, without those that were withdrawn or ran out. */
export const reviewsOf = prepared((db, version_id: string, environment: string) =>
  db
    .selectFrom('review')
    .selectAll()
    .where('version_id', '=', version_id)
    .where('environment', '=', environment)
    .where('state', 'not in', ['withdrawn', 'expired'])
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc'),
)

export async function openReviewsOf(db: Db, version_id: string): Promise<number> {
  const rows = await db
    .selectFrom('review')
    .select('id')
    .where('version_id', '=', version_id)
    .where('state', 'in', undecided)
    .execute()
  return rows.length
}

export async function insertReview(tx: Tx, row: ReviewRow): Promise<void> {
  await tx.insertInto('review').values(row).execute()
}

/** Compare-and-set: false when the review is in another state by now. */
export async function moveReview(
  tx: Tx,
  { id, state }: Pick<StoredReview, 'id' | 'state'>,
  set: Partial<Omit<ReviewRow, 'id'>> & Pick<ReviewRow, 'state'>,
): Promise<boolean> {
  const result = await tx
    .updateTable('review')
    .set(set)
    .where('id', '=', id)
    .where('state', '=', state)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export function findDecision(db: Db, id: string): Promise<StoredDecision | undefined> {
  return db.selectFrom('decision').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export const decisionsOf = prepared((db, version_id: string, environment: string) =>
  db
    .selectFrom('decision')
    .selectAll()
    .where('version_id', '=', version_id)
    .where('environment', '=', environment)
    .orderBy('decided_at', 'desc')
    .orderBy('id', 'desc'),
)

/** Newest first; `from` is inside, `to` is not. */
export function decisionsBetween(db: Db, { from, to }: { from?: string | undefined; to?: string | undefined }) {
  let query = db.selectFrom('decision').selectAll()
  if (from !== undefined) query = query.where('decided_at', '>=', from)
  if (to !== undefined) query = query.where('decided_at', '<', to)
  return query.orderBy('decided_at', 'desc').orderBy('id', 'desc').execute()
}

/** Whether one of these people has decided in the round that is going on. */
export async function hasDecided(db: Db, { id, round }: StoredReview, people: readonly string[]): Promise<boolean> {
  const row = await db
    .selectFrom('decision')
    .select('id')
    .where('review_id', '=', id)
    .where('round', '=', round)
    .where('decided_by', 'in', [...people])
    .executeTakeFirst()
  return row !== undefined
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
