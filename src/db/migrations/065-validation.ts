import type { Migration } from '../migrate.ts'

/** Tests that validators add to what policies ask for, and their words. */
export const validation: Migration = {
  name: '065-validation',
  async up(db) {
    await db.schema
      .createTable('validation_test')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('risk', 'text', (c) => c.notNull())
      .addColumn('method', 'text', (c) => c.notNull())
      .addColumn('expected', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('result', 'text')
      .addColumn('evidence_id', 'text')
      .addColumn('planned_by', 'text', (c) => c.notNull())
      .addColumn('planned_at', 'text', (c) => c.notNull())
      .addColumn('done_by', 'text')
      .addColumn('done_at', 'text')
      .execute()
    await db.schema
      .createIndex('validation_test_version')
      .on('validation_test')
      .columns(['version_id', 'environment'])
      .execute()
    await db.schema
      .createTable('validation_text')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('section', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('written_by', 'text', (c) => c.notNull())
      .addColumn('written_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createIndex('validation_text_version')
      .on('validation_text')
      .columns(['version_id', 'environment'])
      .execute()
  },
}
