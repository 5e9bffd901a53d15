import type { Migration } from '../migrate.ts'

/** Models that runs log, before any of them is registered, and which runs made and used them. */
export const loggedModels: Migration = {
  name: '014-logged-models',
  async up(db) {
    await db.schema
      .createTable('logged_model')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('experiment_id', 'text', (c) => c.notNull().references('experiment.id'))
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('model_type', 'text', (c) => c.notNull())
      .addColumn('source_run_id', 'text', (c) => c.notNull())
      .addColumn('artifact_uri', 'text', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('created_at', 'double precision', (c) => c.notNull())
      .addColumn('updated_at', 'double precision', (c) => c.notNull())
      .addColumn('deleted_at', 'double precision')
      .addColumn('created_by', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createIndex('logged_model_newest')
      .on('logged_model')
      .columns(['experiment_id', 'created_at', 'id'])
      .execute()
    await db.schema.createIndex('logged_model_run').on('logged_model').column('source_run_id').execute()
    for (const table of ['logged_model_param', 'logged_model_tag']) {
      await db.schema
        .createTable(table)
        .addColumn('model_id', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint(`${table}_pk`, ['model_id', 'key'])
        .execute()
    }
    await db.schema
      .createTable('logged_model_metric')
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('run_id', 'text', (c) => c.notNull())
      .addColumn('dataset_name', 'text', (c) => c.notNull())
      .addColumn('dataset_digest', 'text', (c) => c.notNull())
      .addColumn('value', 'double precision', (c) => c.notNull())
      .addColumn('is_nan', 'integer', (c) => c.notNull())
      .addColumn('step', 'double precision', (c) => c.notNull())
      .addColumn('timestamp', 'double precision', (c) => c.notNull())
      .addPrimaryKeyConstraint('logged_model_metric_pk', [
        'model_id',
        'key',
        'run_id',
        'dataset_name',
        'dataset_digest',
      ])
      .execute()
    await db.schema.createIndex('logged_model_metric_run').on('logged_model_metric').column('run_id').execute()
    await db.schema
      .createTable('run_model')
      .addColumn('run_id', 'text', (c) => c.notNull())
      .addColumn('direction', 'text', (c) => c.notNull())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addColumn('step', 'double precision', (c) => c.notNull())
      .addPrimaryKeyConstraint('run_model_pk', ['run_id', 'direction', 'model_id'])
      .execute()
    await db.schema.createIndex('run_model_model').on('run_model').column('model_id').execute()
  },
}
