import type { Migration } from '../migrate.ts'

export const audit: Migration = {
  name: '001-audit',
  async up(db) {
    await db.schema
      .createTable('audit_event')
      .addColumn('position', 'bigint', (c) => c.primaryKey())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('actor_id', 'text', (c) => c.notNull())
      .addColumn('action', 'text', (c) => c.notNull())
      .addColumn('subject', 'text', (c) => c.notNull())
      .addColumn('body', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('audit_about')
      .addColumn('thing', 'text', (c) => c.notNull())
      .addColumn('position', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('audit_about_pk', ['thing', 'position'])
      .execute()
    await db.schema
      .createTable('audit_node')
      .addColumn('level', 'integer', (c) => c.notNull())
      .addColumn('position', 'bigint', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('audit_node_pk', ['level', 'position'])
      .execute()
    await db.schema
      .createTable('audit_head')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('frontier', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('audit_checkpoint')
      .addColumn('size', 'bigint', (c) => c.primaryKey())
      .addColumn('note', 'text', (c) => c.notNull())
      .addColumn('taken_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('audit_event_at').on('audit_event').columns(['at', 'position']).execute()
    await db.schema.createIndex('audit_event_actor').on('audit_event').columns(['actor_id', 'position']).execute()
  },
}
