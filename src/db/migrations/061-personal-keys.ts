import type { Migration } from '../migrate.ts'

/** In the system database: public keys whose private half stays with a person. */
export const personalKeys: Migration = {
  name: '061-personal-keys',
  async up(db) {
    await db.schema
      .createTable('personal_key')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('key_id', 'text', (c) => c.notNull().unique())
      .addColumn('public_key', 'text', (c) => c.notNull())
      .addColumn('enrolled_at', 'text', (c) => c.notNull())
      .addColumn('revoked_at', 'text')
      .execute()
    await db.schema.createIndex('personal_key_person').on('personal_key').column('person_id').execute()
  },
}
