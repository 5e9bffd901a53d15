import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** In the system database: what is known of each workspace. The first one has its row from the beginning. */
export const workspaces: Migration = {
  name: '021-workspaces',
  async up(db) {
    for (const column of ['description', 'created_by', 'archived_at', 'archive_reason', 'deleted_at'] as const) {
      await db.schema.alterTable('workspace').addColumn(column, 'text').execute()
    }
    await db.schema
      .alterTable('workspace')
      .addColumn('state', 'text', (c) => c.notNull().defaultTo('active'))
      .execute()
    const now = new Date().toISOString()
    await sql`insert into workspace (name, created_at) values ('main', ${now}) on conflict do nothing`.execute(db)
    await db.schema.createIndex('person_grant_workspace').on('person_grant').column('workspace').execute()
  },
}
