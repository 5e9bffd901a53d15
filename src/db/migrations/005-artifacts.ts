import type { Migration } from '../migrate.ts'

export const artifacts: Migration = {
  name: '005-artifacts',
  async up(db) {
    await db.schema
      .createTable('artifact')
      .addColumn('path', 'text', (c) => c.primaryKey())
      .addColumn('folder', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('media_type', 'text', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('artifact_in_folder').on('artifact').columns(['folder', 'name']).execute()
    await db.schema
      .createTable('artifact_folder')
      .addColumn('path', 'text', (c) => c.primaryKey())
      .addColumn('parent', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('artifact_folder_parent').on('artifact_folder').columns(['parent', 'name']).execute()
    await db.schema.createIndex('artifact_folder_name').on('artifact_folder').column('name').execute()
    await db.schema
      .createTable('artifact_seal')
      .addColumn('prefix', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('sealed_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('artifact_seal_pk', ['prefix', 'version_id'])
      .execute()
  },
}
