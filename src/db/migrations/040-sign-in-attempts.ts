import type { Migration } from '../migrate.ts'

/** In the system database: failures in a row by login and address, each alone and both together. */
export const signInAttempts: Migration = {
  name: '040-sign-in-attempts',
  async up(db) {
    await db.schema
      .createTable('sign_in_attempt')
      .addColumn('login', 'text', (c) => c.notNull())
      .addColumn('address', 'text', (c) => c.notNull())
      .addColumn('failures', 'integer', (c) => c.notNull())
      .addColumn('last_at', 'text', (c) => c.notNull())
      .addColumn('succeeded_at', 'text')
      .addPrimaryKeyConstraint('sign_in_attempt_pk', ['login', 'address'])
      .execute()
    await db.schema.createIndex('sign_in_attempt_age').on('sign_in_attempt').column('last_at').execute()
  },
}
