import type { Migration } from '../migrate.ts'

export const datasets: Migration = {
  name: '006-datasets',
  async up(db) {
    await db.schema
      .createTable('dataset_version')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('format', 'text', (c) => c.notNull())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('rows', 'bigint', (c) => c.notNull())
      .addColumn('columns', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addUniqueConstraint('dataset_version_content', ['digest', 'name'])
      .execute()
    await db.schema.createIndex('dataset_version_name').on('dataset_version').columns(['name', 'created_at']).execute()
  },
}
