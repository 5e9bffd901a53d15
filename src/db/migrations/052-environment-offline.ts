import type { Migration } from '../migrate.ts'

/** What a client may answer while the server is away, as JSON. */
export const environmentOffline: Migration = {
  name: '052-environment-offline',
  async up(db) {
    await db.schema
      .alterTable('environment')
      .addColumn('offline', 'text', (c) => c.notNull().defaultTo('{"rule":"fail_closed"}'))
      .execute()
  },
}
