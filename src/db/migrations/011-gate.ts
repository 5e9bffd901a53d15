import type { Migration } from '../migrate.ts'

export const gate: Migration = {
  name: '011-gate',
  async up(db) {
    await db.schema
      .createTable('verdict')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('outcome', 'text', (c) => c.notNull())
      .addColumn('asked_by', 'text', (c) => c.notNull())
      .addColumn('issued_at', 'text', (c) => c.notNull())
      .addColumn('body', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('verdict_model').on('verdict').columns(['model_id', 'issued_at', 'id']).execute()
    await db.schema.createIndex('verdict_time').on('verdict').columns(['issued_at', 'id']).execute()
  },
}
