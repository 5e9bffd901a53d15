import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Condition, ConditionId } from './schema.ts'
import type { ConditionRow } from './tables.ts'

export type StoredCondition = Selectable<ConditionRow>

export function toCondition(row: StoredCondition, model: string, now: string): Condition {
  const { model_id: _model, version_id: _version, warn_at: _warn, lapsed_at: _lapsed, ...rest } = row
  const open = row.due_at > now ? ('open' as const) : ('lapsed' as const)
  return {
    ...rest,
    id: row.id as ConditionId,
    model,
    owner: row.owner as PersonId,
    set_by: row.set_by as PersonId,
    state: row.confirmed_at === null ? open : 'met',
    evidence: JSON.parse(row.evidence) as string[],
    confirmed_by: row.confirmed_by as PersonId | null,
  }
}

/** What is due first comes first. */
export const conditionsOf = prepared((db, version_id: string, environment: string) =>
  db
    .selectFrom('approval_condition')
    .selectAll()
    .where('version_id', '=', version_id)
    .where('environment', '=', environment)
    .orderBy('due_at')
    .orderBy('id'),
)

export type ConditionFilter = {
  unmetAt?: string | undefined
  model_id?: string | undefined
  version?: number | undefined
  owner?: string | undefined
}

/** What is due first comes first, at most 500. */
export function listConditions(db: Db, { unmetAt, model_id, version, owner }: ConditionFilter) {
  let query = db.selectFrom('approval_condition').selectAll()
  if (unmetAt !== undefined) query = query.where('confirmed_at', 'is', null).where('due_at', '>', unmetAt)
  if (model_id !== undefined) query = query.where('model_id', '=', model_id)
  if (version !== undefined) query = query.where('version', '=', version)
  if (owner !== undefined) query = query.where('owner', '=', owner)
  return query.orderBy('due_at').orderBy('id').limit(500).execute()
}

export function findCondition(db: Db, id: string): Promise<StoredCondition | undefined> {
  return db.selectFrom('approval_condition').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function insertCondition(tx: Tx, row: ConditionRow): Promise<void> {
  await tx.insertInto('approval_condition').values(row).execute()
}

/** Compare-and-set: false when it is met or has lapsed by now. */
export async function changeCondition(tx: Tx, id: string, set: Partial<Omit<ConditionRow, 'id'>>): Promise<boolean> {
  const result = await tx
    .updateTable('approval_condition')
    .set(set)
    .where('id', '=', id)
    .where('confirmed_at', 'is', null)
    .where('lapsed_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Compare-and-set on what is warned of next, so that several servers warn once. */
export async function setWarning(tx: Tx, { id, warn_at }: StoredCondition, next: string | null): Promise<boolean> {
  const result = await tx
    .updateTable('approval_condition')
    .set({ warn_at: next })
    .where('id', '=', id)
    .where('confirmed_at', 'is', null)
    .where('warn_at', '=', warn_at)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Unmet conditions of what is there, of which somebody is to be warned or whose day has come. */
export function dueConditions(db: Db, now: string) {
  return db
    .selectFrom('approval_condition as c')
    .innerJoin('model as m', 'm.id', 'c.model_id')
    .innerJoin('version_status as s', 's.version_id', 'c.version_id')
    .selectAll('c')
    .where('c.confirmed_at', 'is', null)
    .where('c.lapsed_at', 'is', null)
    .where('m.deleted_at', 'is', null)
    .where('s.deleted_at', 'is', null)
    .where((eb) => eb.or([eb('c.warn_at', '<=', now), eb('c.due_at', '<=', now)]))
    .orderBy('c.due_at')
    .orderBy('c.id')
    .limit(500)
    .execute()
}

/** Reviews of a version that ended in an approval, each with its conditions. */
export async function approvedReviews(db: Db, version_id: string) {
  const reviews = await db
    .selectFrom('review')
    .select('id')
    .where('version_id', '=', version_id)
    .where('state', '=', 'approved')
    .execute()
  const rows = await db.selectFrom('approval_condition').selectAll().where('version_id', '=', version_id).execute()
  return reviews.map(({ id }) => ({ id, conditions: rows.filter(({ review_id }) => review_id === id) }))
}
