import type { Db, Tx } from '../../db/database.ts'
import type { WorkspaceRow } from './tables.ts'

export async function findWorkspace(db: Db, name: string): Promise<WorkspaceRow | undefined> {
  return db.selectFrom('workspace').selectAll().where('name', '=', name).executeTakeFirst()
}

export async function listWorkspaces(db: Db): Promise<WorkspaceRow[]> {
  return db.selectFrom('workspace').selectAll().orderBy('name').execute()
}

/** False when the name is taken, or was. */
export async function insertWorkspace(
  tx: Tx,
  row: Pick<WorkspaceRow, 'name' | 'description' | 'artifact_root' | 'created_at' | 'created_by'>,
): Promise<boolean> {
  const result = await tx
    .insertInto('workspace')
    .values({ ...row, state: 'active', archived_at: null, archive_reason: null, deleted_at: null })
    .onConflict((c) => c.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Compare-and-set: false when the workspace is not in the state that the change begins at. */
export async function changeWorkspace(
  tx: Tx,
  name: string,
  from: WorkspaceRow['state'],
  set: Partial<WorkspaceRow>,
): Promise<boolean> {
  const result = await tx
    .updateTable('workspace')
    .set(set)
    .where('name', '=', name)
    .where('state', '=', from)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
