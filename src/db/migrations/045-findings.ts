import type { Migration } from '../migrate.ts'

/** What is wrong with a model or a version, who mends it by when, and the severity from which a gate is blocked. */
export const findings: Migration = {
  name: '045-findings',
  async up(db) {
    await db.schema
      .createTable('finding')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text')
      .addColumn('version', 'integer')
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('severity', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('owner', 'text', (c) => c.notNull())
      .addColumn('due_at', 'text', (c) => c.notNull())
      .addColumn('cause', 'text', (c) => c.notNull())
      .addColumn('plan', 'text', (c) => c.notNull())
      .addColumn('opened_by', 'text', (c) => c.notNull())
      .addColumn('opened_at', 'text', (c) => c.notNull())
      .addColumn('proof', 'text')
      .addColumn('resolved_by', 'text')
      .addColumn('resolved_at', 'text')
      .addColumn('verification', 'text')
      .addColumn('verified_by', 'text')
      .addColumn('closed_at', 'text')
      .execute()
    await db.schema.createIndex('finding_model').on('finding').columns(['model_id', 'state']).execute()
    await db.schema.createIndex('finding_state').on('finding').columns(['state', 'due_at', 'id']).execute()
    await db.schema.createIndex('finding_owner').on('finding').columns(['owner', 'state']).execute()
    await db.schema
      .createTable('finding_comment')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('finding_id', 'text', (c) => c.notNull().references('finding.id'))
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('said_by', 'text', (c) => c.notNull())
      .addColumn('said_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createIndex('finding_comment_finding')
      .on('finding_comment')
      .columns(['finding_id', 'said_at', 'id'])
      .execute()
    await db.schema
      .alterTable('environment')
      .addColumn('findings_block', 'text', (c) => c.notNull().defaultTo('high'))
      .execute()
  },
}
