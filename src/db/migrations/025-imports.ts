import type { Migration } from '../migrate.ts'

/**
 * Imports from other trackers: what was begun and how far it came, what each thing became here, and what could not be taken.
 * `import_item` remembers every thing by the source's own name, so that the same import again finds what it brought.
 */
export const imports: Migration = {
  name: '025-imports',
  async up(db) {
    await db.schema
      .createTable('import')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('source', 'text', (c) => c.notNull())
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('prefix', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('phase', 'text', (c) => c.notNull())
      .addColumn('cursor', 'text')
      .addColumn('counts', 'text', (c) => c.notNull())
      .addColumn('actor_id', 'text', (c) => c.notNull())
      .addColumn('started_at', 'text', (c) => c.notNull())
      .addColumn('finished_at', 'text')
      .addColumn('worker', 'text')
      .addColumn('leased_until', 'text')
      .execute()
    await db.schema.createIndex('import_source').on('import').columns(['source', 'started_at', 'id']).execute()

    await db.schema
      .createTable('import_item')
      .addColumn('source', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('source_id', 'text', (c) => c.notNull())
      .addColumn('target_id', 'text', (c) => c.notNull())
      .addColumn('import_id', 'text', (c) => c.notNull())
      .addColumn('content', 'text', (c) => c.notNull())
      .addColumn('here', 'text', (c) => c.notNull())
      .addColumn('location', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('import_item_pk', ['source', 'kind', 'source_id'])
      .execute()
    await db.schema.createIndex('import_item_target').on('import_item').columns(['kind', 'target_id']).execute()
    await db.schema
      .createIndex('import_item_import')
      .on('import_item')
      .columns(['import_id', 'kind', 'source_id'])
      .execute()

    await db.schema
      .createTable('import_problem')
      .addColumn('import_id', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('subject', 'text', (c) => c.notNull())
      .addColumn('code', 'text', (c) => c.notNull())
      .addColumn('message', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('import_problem_pk', ['import_id', 'kind', 'subject', 'code'])
      .execute()
  },
}
