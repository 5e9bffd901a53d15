import type { Migration } from '../migrate.ts'

/** In the system database: what the server remembers of itself, such as whether the set-up page may ask. */
export const setUp: Migration = {
  name: '035-set-up',
  async up(db) {
    await db.schema
      .createTable('server_state')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('value', 'text', (c) => c.notNull())
      .addColumn('since', 'text', (c) => c.notNull())
      .execute()
  },
}
