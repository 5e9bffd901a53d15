import type { Db, Tx } from '../../db/database.ts'
import type { AssessmentRow } from './tables.ts'

export async function findAssessment(db: Db, traceId: string, id: string): Promise<AssessmentRow | undefined> {
  return db
    .selectFrom('trace_assessment')
    .selectAll()
    .where('id', '=', id)
    .where('trace_id', '=', traceId)
    .executeTakeFirst()
}

/** By trace, in the order they were made. */
export async function readAssessments(db: Db, traceIds: readonly string[]): Promise<Map<string, AssessmentRow[]>> {
  if (traceIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('trace_assessment')
    .selectAll()
    .where('trace_id', 'in', traceIds)
    .orderBy('trace_id')
    .orderBy('create_time')
    .orderBy('id')
    .execute()
  return Map.groupBy(rows, (row) => row.trace_id)
}

export async function countAssessments(db: Db, traceIds: readonly string[]): Promise<Map<string, number>> {
  if (traceIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('trace_assessment')
    .select(({ fn }) => ['trace_id', fn.countAll<number>().as('assessments')])
    .where('trace_id', 'in', traceIds)
    .groupBy('trace_id')
    .execute()
  return new Map(rows.map(({ trace_id, assessments }) => [trace_id, assessments]))
}

export async function insertAssessment(tx: Tx, row: AssessmentRow): Promise<void> {
  await tx.insertInto('trace_assessment').values(row).execute()
}

export async function updateAssessment(tx: Tx, id: string, change: Partial<AssessmentRow>): Promise<void> {
  await tx.updateTable('trace_assessment').set(change).where('id', '=', id).execute()
}

export async function deleteAssessment(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('trace_assessment').where('id', '=', id).execute()
}
