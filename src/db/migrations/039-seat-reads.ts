import type { Migration } from '../migrate.ts'

/** What was read from auditors' seats, on its way into the trail. */
export const seatReads: Migration = {
  name: '039-seat-reads',
  async up(db) {
    await db.schema
      .createTable('seat_read')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('seat_id', 'text', (c) => c.notNull())
      .addColumn('person_id', 'text', (c) => c.notNull())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('method', 'text', (c) => c.notNull())
      .addColumn('path', 'text', (c) => c.notNull())
      .addColumn('status', 'integer', (c) => c.notNull())
      .addColumn('batch', 'text')
      .execute()
    await db.schema.createIndex('seat_read_batch').on('seat_read').columns(['batch', 'seat_id', 'id']).execute()
    await db.schema.createIndex('seat_read_seat').on('seat_read').columns(['seat_id', 'id']).execute()
  },
}
