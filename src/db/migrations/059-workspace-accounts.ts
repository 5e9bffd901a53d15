import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** In the system database: which accounts have to do with a workspace, because they hold or held a role there. */
export const workspaceAccounts: Migration = {
  name: '059-workspace-accounts',
  async up(db) {
    await db.schema
      .createTable('workspace_account')
      .addColumn('workspace', 'text', (c) => c.notNull())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addPrimaryKeyConstraint('workspace_account_pk', ['workspace', 'person_id'])
      .execute()
    await sql`
      insert into workspace_account (workspace, person_id)
      select workspace, person_id from person_grant
      union select workspace, person_id from auditor_seat
    `.execute(db)
    // Accounts without a role were made by administrators of main, or by a provider.
    await sql`
      insert into workspace_account (workspace, person_id)
      select 'main', id from person where id not in (select person_id from workspace_account)
    `.execute(db)
  },
}
