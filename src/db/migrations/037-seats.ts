import type { Migration } from '../migrate.ts'

/** Auditors' seats, beside the roles that people are given. */
export const seats: Migration = {
  name: '037-seats',
  async up(db) {
    await db.schema
      .createTable('auditor_seat')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('workspace', 'text', (c) => c.notNull())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('models', 'text')
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('opened_by', 'text', (c) => c.notNull())
      .addColumn('opened_at', 'text', (c) => c.notNull())
      .addColumn('ends_at', 'text', (c) => c.notNull())
      .addColumn('closed_at', 'text')
      .execute()
    await db.schema
      .createIndex('auditor_seat_person')
      .on('auditor_seat')
      .columns(['workspace', 'person_id', 'ends_at'])
      .execute()
  },
}
