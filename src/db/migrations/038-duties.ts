import type { Migration } from '../migrate.ts'

/** Who answers for what, who stands in, and the alarms of what nobody answers for. */
export const duties: Migration = {
  name: '038-duties',
  async up(db) {
    await db.schema
      .createTable('assignment')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('subject_type', 'text', (c) => c.notNull())
      .addColumn('subject_id', 'text', (c) => c.notNull())
      .addColumn('duty', 'text', (c) => c.notNull())
      .addColumn('person_id', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('replaces', 'text')
      .addColumn('proposed_by', 'text', (c) => c.notNull())
      .addColumn('proposed_at', 'text', (c) => c.notNull())
      .addColumn('answered_at', 'text')
      .addColumn('answer', 'text')
      .addColumn('accepted_at', 'text')
      .addColumn('ended_at', 'text')
      .addColumn('ended_by', 'text')
      .addColumn('end_reason', 'text')
      .execute()
    await db.schema
      .createIndex('assignment_subject')
      .on('assignment')
      .columns(['subject_type', 'subject_id', 'duty', 'state'])
      .execute()
    await db.schema.createIndex('assignment_person').on('assignment').columns(['person_id', 'state']).execute()
    await db.schema.createIndex('assignment_state').on('assignment').columns(['state', 'id']).execute()
    await db.schema
      .createTable('deputy')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('assignment_id', 'text', (c) => c.notNull().references('assignment.id'))
      .addColumn('person_id', 'text', (c) => c.notNull())
      .addColumn('starts_at', 'text', (c) => c.notNull())
      .addColumn('ends_at', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('appointed_by', 'text', (c) => c.notNull())
      .addColumn('appointed_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('deputy_assignment').on('deputy').columns(['assignment_id', 'ends_at']).execute()
    await db.schema.createIndex('deputy_person').on('deputy').columns(['person_id', 'ends_at']).execute()
    await db.schema
      .createTable('duty_alarm')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('assignment_id', 'text', (c) => c.notNull().references('assignment.id'))
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('raised_at', 'text', (c) => c.notNull())
      .addColumn('cleared_at', 'text')
      .execute()
    await db.schema.createIndex('duty_alarm_open').on('duty_alarm').columns(['cleared_at', 'assignment_id']).execute()
    await db.schema
      .createTable('duty_watch')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('next_at', 'text', (c) => c.notNull())
      .execute()
  },
}
