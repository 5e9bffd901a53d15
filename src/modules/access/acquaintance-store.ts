import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'

/** From now on the workspace knows the account, also when it holds no role there any more. */
export async function acquaint(tx: Tx, workspace: string, person: PersonId): Promise<void> {
  const query = tx.insertInto('workspace_account').values({ workspace, person_id: person })
  await query.onConflict((c) => c.columns(['workspace', 'person_id']).doNothing()).execute()
}

/** Accounts that have to do with a workspace. */
export async function acquaintancesOf(db: Db, workspace: string): Promise<Set<string>> {
  const rows = await db.selectFrom('workspace_account').select('person_id').where('workspace', '=', workspace).execute()
  return new Set(rows.map(({ person_id }) => person_id))
}

export async function isAcquainted(db: Db, workspace: string, person: PersonId): Promise<boolean> {
  const row = await db
    .selectFrom('workspace_account')
    .select('person_id')
    .where('workspace', '=', workspace)
    .where('person_id', '=', person)
    .executeTakeFirst()
  return row !== undefined
}
