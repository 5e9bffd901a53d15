import type { Migration } from '../migrate.ts'

/** What somebody took upon themselves to let through, although nobody can vouch for it. */
export const scanWaivers: Migration = {
  name: '049-scan-waivers',
  async up(db) {
    await db.schema
      .createTable('scan_waiver')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('path', 'text', (c) => c.notNull())
      .addColumn('rule', 'text', (c) => c.notNull())
      .addColumn('what', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('until', 'text', (c) => c.notNull())
      .addColumn('given_by', 'text', (c) => c.notNull())
      .addColumn('given_at', 'text', (c) => c.notNull())
      .addColumn('withdrawn_at', 'text')
      .addColumn('withdrawn_by', 'text')
      .execute()
    await db.schema.createIndex('scan_waiver_version').on('scan_waiver').columns(['version_id', 'until']).execute()
  },
}
