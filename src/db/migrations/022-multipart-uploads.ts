import type { Migration } from '../migrate.ts'

export const multipartUploads: Migration = {
  name: '022-multipart-uploads',
  async up(db) {
    await db.schema
      .createTable('artifact_upload')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('path', 'text', (c) => c.notNull())
      .addColumn('store_upload', 'text')
      .addColumn('parts', 'integer', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('digest', 'text')
      .addColumn('size', 'bigint')
      .addColumn('completed_at', 'text')
      .addColumn('expires_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('artifact_upload_expires').on('artifact_upload').column('expires_at').execute()
  },
}
