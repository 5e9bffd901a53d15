import type { Migration } from '../migrate.ts'

/** What auditors ask for, every step of it, and the things that each step names. */
export const auditorRequests: Migration = {
  name: '066-auditor-requests',
  async up(db) {
    await db.schema
      .createTable('auditor_request')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('seat_id', 'text', (c) => c.notNull())
      .addColumn('asked_by', 'text', (c) => c.notNull())
      .addColumn('asked_at', 'text', (c) => c.notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('due_at', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('round', 'integer', (c) => c.notNull())
      .addColumn('entries', 'integer', (c) => c.notNull())
      .addColumn('assignee', 'text')
      .addColumn('changed_at', 'text', (c) => c.notNull())
      .addColumn('remind_at', 'text')
      .execute()
    await db.schema
      .createIndex('auditor_request_state')
      .on('auditor_request')
      .columns(['state', 'due_at', 'id'])
      .execute()
    await db.schema.createIndex('auditor_request_seat').on('auditor_request').columns(['seat_id', 'id']).execute()
    await db.schema.createIndex('auditor_request_remind').on('auditor_request').columns(['remind_at']).execute()
    await db.schema
      .createTable('auditor_request_entry')
      .addColumn('request_id', 'text', (c) => c.notNull())
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('round', 'integer', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('said_by', 'text', (c) => c.notNull())
      .addColumn('said_at', 'text', (c) => c.notNull())
      .addColumn('due_at', 'text')
      .addColumn('assignee', 'text')
      .addPrimaryKeyConstraint('auditor_request_entry_key', ['request_id', 'number'])
      .execute()
    await db.schema
      .createTable('auditor_request_object')
      .addColumn('request_id', 'text', (c) => c.notNull())
      .addColumn('entry', 'integer', (c) => c.notNull())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addColumn('thing', 'text', (c) => c.notNull())
      .addColumn('model_id', 'text')
      .addColumn('model', 'text')
      .addColumn('version', 'integer')
      .addColumn('words', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('auditor_request_object_key', ['request_id', 'entry', 'position'])
      .execute()
  },
}
