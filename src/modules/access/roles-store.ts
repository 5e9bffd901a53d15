import type { Db, Tx } from '../../db/database.ts'
import type { CustomRoleRow } from './tables.ts'

export function listRoles(db: Db, workspace: string): Promise<CustomRoleRow[]> {
  return db.selectFrom('custom_role').selectAll().where('workspace', '=', workspace).orderBy('name').execute()
}

export function findRole(db: Db, workspace: string, name: string): Promise<CustomRoleRow | undefined> {
  return db
    .selectFrom('custom_role')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

export async function insertRole(tx: Tx, row: CustomRoleRow): Promise<void> {
  await tx.insertInto('custom_role').values(row).execute()
}

/** Compare-and-set: false when the role is at another version. */
export async function changeRole(
  tx: Tx,
  workspace: string,
  name: string,
  version: number,
  set: Omit<CustomRoleRow, 'workspace' | 'name'>,
): Promise<boolean> {
  const result = await tx
    .updateTable('custom_role')
    .set(set)
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function deleteRole(tx: Tx, workspace: string, name: string): Promise<void> {
  await tx.deleteFrom('custom_role').where('workspace', '=', workspace).where('name', '=', name).execute()
}

/** How many people hold each role. */
export async function countHolders(db: Db, workspace: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('person_grant')
    .where('workspace', '=', workspace)
    .groupBy('role')
    .select((eb) => ['role', eb.fn.count<number>('person_id').distinct().as('n')])
    .execute()
  return new Map(rows.map(({ role, n }) => [role, Number(n)]))
}

/** Everyone who holds a role, disabled accounts too; `model` is empty for the whole workspace. */
export function holdersOf(db: Db, workspace: string, role: string) {
  return db
    .selectFrom('person_grant')
    .innerJoin('person', 'person.id', 'person_grant.person_id')
    .where('person_grant.workspace', '=', workspace)
    .where('person_grant.role', '=', role)
    .select(['person.id', 'person.login', 'person_grant.model'])
    .orderBy('person.login')
    .orderBy('person_grant.model')
    .execute()
}
