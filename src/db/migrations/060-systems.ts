import type { Migration } from '../migrate.ts'

/** AI systems, and the models that serve them. */
export const systems: Migration = {
  name: '060-systems',
  async up(db) {
    await db.schema
      .createTable('ai_system')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull().unique())
      .addColumn('purpose', 'text', (c) => c.notNull())
      .addColumn('limits', 'text', (c) => c.notNull())
      .addColumn('affected', 'text', (c) => c.notNull())
      .addColumn('jurisdictions', 'text', (c) => c.notNull())
      .addColumn('tier', 'text')
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('updated_at', 'text', (c) => c.notNull())
      .addColumn('retired_at', 'text')
      .execute()
    await db.schema
      .createTable('ai_system_model')
      .addColumn('system_id', 'text', (c) => c.notNull().references('ai_system.id'))
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('added_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('ai_system_model_pk', ['system_id', 'model_id'])
      .execute()
    await db.schema.createIndex('ai_system_model_model').on('ai_system_model').column('model_id').execute()
  },
}
