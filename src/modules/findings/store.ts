import type { Db, Tx } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Finding, FindingComment, FindingId, FindingState } from './schema.ts'
import type { FindingCommentRow, FindingRow } from './tables.ts'

/** The model's name is the present one. `now` decides what is overdue. */
export function toFinding({ model_id: _, ...row }: FindingRow, model: string, now: string): Finding {
  return {
    ...row,
    id: row.id as FindingId,
    model,
    owner: row.owner as PersonId,
    opened_by: row.opened_by as PersonId,
    resolved_by: row.resolved_by as PersonId | null,
    verified_by: row.verified_by as PersonId | null,
    overdue: row.state !== 'closed' && row.due_at < now,
  }
}

export function findFinding(db: Db, id: string): Promise<FindingRow | undefined> {
  return db.selectFrom('finding').selectAll().where('id', '=', id).executeTakeFirst()
}

export type FindingFilter = {
  state: 'open' | 'closed' | 'all'
  model_id?: string | undefined
  version?: number | undefined
  owner?: string | undefined
}

/** What is due first comes first. */
export function listFindings(db: Db, { state, model_id, version, owner }: FindingFilter): Promise<FindingRow[]> {
  let query = db.selectFrom('finding').selectAll()
  if (state !== 'all') query = query.where('state', state === 'open' ? '!=' : '=', 'closed')
  if (model_id !== undefined) query = query.where('model_id', '=', model_id)
  if (version !== undefined) {
    query = query.where((eb) => eb.or([eb('version', 'is', null), eb('version', '=', version)]))
  }
  if (owner !== undefined) query = query.where('owner', '=', owner)
  return query.orderBy('due_at').orderBy('id').limit(500).execute()
}

/** Everything that nobody has verified yet, on a version and on its whole model, oldest first. */
export const openFindingsOf = prepared((db, model_id: string, version_id: string) =>
  db
    .selectFrom('finding')
    .selectAll()
    .where('model_id', '=', model_id)
    .where('state', '!=', 'closed')
    .where((eb) => eb.or([eb('version_id', 'is', null), eb('version_id', '=', version_id)]))
    .orderBy('id'),
)

export async function insertFinding(tx: Tx, row: FindingRow): Promise<void> {
  await tx.insertInto('finding').values(row).execute()
}

/** Compare-and-set: false when the finding is in another state by now. */
export async function changeFinding(tx: Tx, id: string, from: FindingState, set: Partial<FindingRow>) {
  const result = await tx
    .updateTable('finding')
    .set(set)
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function insertComment(tx: Tx, row: FindingCommentRow): Promise<void> {
  await tx.insertInto('finding_comment').values(row).execute()
}

/** Oldest first. */
export async function commentsOf(db: Db, finding_id: string): Promise<FindingComment[]> {
  const rows = await db
    .selectFrom('finding_comment')
    .selectAll()
    .where('finding_id', '=', finding_id)
    .orderBy('said_at')
    .orderBy('id')
    .execute()
  return rows.map(({ finding_id: _, ...row }) => ({
    ...row,
    id: row.id as FindingComment['id'],
    said_by: row.said_by as PersonId,
  }))
}

/** Findings keep the version that they are about. */
export async function findingsOfVersions(db: Db, versions: readonly string[]) {
  const rows = await db
    .selectFrom('finding')
    .select(['id', 'version_id', 'state'])
    .where('version_id', 'in', [...versions])
    .orderBy('id')
    .execute()
  return rows.flatMap(({ version_id, ...row }) => (version_id === null ? [] : [{ ...row, version_id }]))
}
