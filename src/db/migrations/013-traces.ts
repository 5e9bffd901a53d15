import type { Migration } from '../migrate.ts'

/** Nanoseconds are text of 20 digits: they sort like numbers, and no engine or language cuts them to 53 bits. */
export const traces: Migration = {
  name: '013-traces',
  async up(db) {
    await db.schema
      .createTable('trace')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('experiment_id', 'text', (c) => c.notNull().references('experiment.id'))
      .addColumn('request_time', 'double precision', (c) => c.notNull())
      .addColumn('execution_duration', 'double precision')
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('client_request_id', 'text')
      .addColumn('request_preview', 'text')
      .addColumn('response_preview', 'text')
      .addColumn('described_at', 'double precision')
      .addColumn('created_by', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('trace_newest').on('trace').columns(['experiment_id', 'request_time', 'id']).execute()
    for (const table of ['trace_tag', 'trace_metadata']) {
      await db.schema
        .createTable(table)
        .addColumn('trace_id', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint(`${table}_pk`, ['trace_id', 'key'])
        .execute()
    }
    await db.schema
      .createTable('span')
      .addColumn('trace_id', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('parent_id', 'text')
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('type', 'text', (c) => c.notNull())
      .addColumn('kind', 'integer', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('start_nano', 'text', (c) => c.notNull())
      .addColumn('end_nano', 'text', (c) => c.notNull())
      .addColumn('content', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('span_pk', ['trace_id', 'id'])
      .execute()
    await db.schema
      .createTable('trace_assessment')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('trace_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('source_type', 'text', (c) => c.notNull())
      .addColumn('source_id', 'text')
      .addColumn('span_id', 'text')
      .addColumn('value', 'text', (c) => c.notNull())
      .addColumn('content', 'text', (c) => c.notNull())
      .addColumn('overrides', 'text')
      .addColumn('overridden_by', 'text')
      .addColumn('valid', 'integer', (c) => c.notNull())
      .addColumn('create_time', 'double precision', (c) => c.notNull())
      .addColumn('last_update_time', 'double precision', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createIndex('trace_assessment_of')
      .on('trace_assessment')
      .columns(['trace_id', 'create_time', 'id'])
      .execute()
  },
}
