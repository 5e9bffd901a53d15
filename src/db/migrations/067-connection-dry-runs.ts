import type { Migration } from '../migrate.ts'

/** What dry runs of connections showed: who asked, when, and what became of it. */
export const connectionDryRuns: Migration = {
  name: '067-connection-dry-runs',
  async up(db) {
    await db.schema
      .createTable('connection_dry_run')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('target', 'text', (c) => c.notNull())
      .addColumn('outcome', 'text', (c) => c.notNull())
      .addColumn('checks', 'text', (c) => c.notNull())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('by', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createIndex('connection_dry_run_target')
      .on('connection_dry_run')
      .columns(['kind', 'target', 'outcome', 'id'])
      .execute()
  },
}
