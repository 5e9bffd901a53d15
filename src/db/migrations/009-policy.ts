import type { Migration } from '../migrate.ts'

export const policy: Migration = {
  name: '009-policy',
  async up(db) {
    await db.schema
      .createTable('policy_version')
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('published_at', 'text')
      .addColumn('published_by', 'text')
      .addPrimaryKeyConstraint('policy_version_pk', ['name', 'version'])
      .execute()
    await db.schema.createIndex('policy_version_state').on('policy_version').columns(['state', 'name']).execute()
  },
}
