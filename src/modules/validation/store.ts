import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Section, SectionText, ValidationTest, ValidationTestId } from './schema.ts'
import type { ValidationTestRow, ValidationTextRow } from './tables.ts'

export function toTest(row: ValidationTestRow): ValidationTest {
  const { model_id: _model, version_id: _version, environment: _environment, ...rest } = row
  return {
    ...rest,
    id: row.id as ValidationTestId,
    planned_by: row.planned_by as PersonId,
    done_by: row.done_by as PersonId | null,
  }
}

/** Oldest first. */
export async function testsOf(db: Db, version_id: string, environment: string): Promise<ValidationTest[]> {
  const rows = await db
    .selectFrom('validation_test')
    .selectAll()
    .where('version_id', '=', version_id)
    .where('environment', '=', environment)
    .orderBy('planned_at')
    .orderBy('id')
    .execute()
  return rows.map(toTest)
}

export function findTest(db: Db, id: string): Promise<ValidationTestRow | undefined> {
  return db.selectFrom('validation_test').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function insertTest(tx: Tx, row: ValidationTestRow): Promise<void> {
  await tx.insertInto('validation_test').values(row).execute()
}

/** Compare-and-set: false when somebody has said its result already. */
export async function finishTest(
  tx: Tx,
  id: string,
  set: Pick<ValidationTestRow, 'state' | 'result' | 'evidence_id' | 'done_by' | 'done_at'>,
): Promise<boolean> {
  const result = await tx
    .updateTable('validation_test')
    .set(set)
    .where('id', '=', id)
    .where('state', '=', 'planned')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** The newest text of each section, in the order in which they were written. */
export async function textsOf(db: Db, version_id: string, environment: string): Promise<SectionText[]> {
  const rows = await db
    .selectFrom('validation_text')
    .select(['section', 'text', 'written_by', 'written_at'])
    .where('version_id', '=', version_id)
    .where('environment', '=', environment)
    .orderBy('written_at')
    .orderBy('id')
    .execute()
  const newest = new Map<Section, SectionText>()
  for (const row of rows) newest.set(row.section, { ...row, written_by: row.written_by as PersonId })
  return [...newest.values()]
}

export async function insertText(tx: Tx, row: ValidationTextRow): Promise<void> {
  await tx.insertInto('validation_text').values(row).execute()
}

/** With the versions that they are about. */
export async function removeValidations(tx: Tx, versions: readonly string[]): Promise<void> {
  for (const table of ['validation_test', 'validation_text'] as const) {
    await tx
      .deleteFrom(table)
      .where('version_id', 'in', [...versions])
      .execute()
  }
}
