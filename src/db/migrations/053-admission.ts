import type { Migration } from '../migrate.ts'

/** Which namespaces of a cluster are which environment, and the ways in which a cluster names a version. */
export const admission: Migration = {
  name: '053-admission',
  async up(db) {
    await db.schema
      .createTable('admission_rules')
      .addColumn('environment', 'text', (c) => c.primaryKey().references('environment.name'))
      .addColumn('namespaces', 'text', (c) => c.notNull())
      .addColumn('without_model', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('model_version_digest').on('model_version').columns(['digest', 'id']).execute()
    await db.schema.createIndex('version_tag_key').on('version_tag').columns(['key', 'version_id']).execute()
  },
}
