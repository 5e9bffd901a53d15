import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const retention: Migration = {
  name: '023-retention',
  async up(db) {
    await db.schema.alterTable('run').addColumn('deleted_at', 'double precision').execute()
    // When these runs were deleted is not known: their time counts from now.
    await sql`update run set deleted_at = ${Date.now()} where lifecycle_stage = 'deleted'`.execute(db)
    await db.schema
      .createTable('purged_experiment')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('position', 'bigint', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('model_version_run').on('model_version').column('run_id').execute()
    await db.schema.createIndex('model_version_location').on('model_version').column('location').execute()
    await db.schema.createIndex('model_version_source').on('model_version').column('source').execute()
    await db.schema.createIndex('artifact_digest').on('artifact').column('digest').execute()

    await db.schema
      .createTable('retention_hold')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('subject_id', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('placed_by', 'text', (c) => c.notNull())
      .addColumn('placed_at', 'text', (c) => c.notNull())
      .addColumn('lifted_by', 'text')
      .addColumn('lifted_at', 'text')
      .addColumn('lift_reason', 'text')
      .execute()
    await db.schema.createIndex('retention_hold_subject').on('retention_hold').columns(['kind', 'subject_id']).execute()

    await db.schema
      .createTable('retention_rule')
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('document', 'text', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('retention_rule_pk', ['id', 'version'])
      .execute()
    await db.schema
      .createTable('retention_schedule')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('next_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('retention_setting')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('grace_days', 'integer', (c) => c.notNull())
      .execute()

    await db.schema
      .createTable('purge')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('rule_id', 'text')
      .addColumn('rule_version', 'integer')
      .addColumn('selection', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('job_id', 'text', (c) => c.notNull())
      .addColumn('progress', 'double precision', (c) => c.notNull())
      .addColumn('totals', 'text', (c) => c.notNull())
      .addColumn('error', 'text')
      .addColumn('requested_by', 'text', (c) => c.notNull())
      .addColumn('requested_at', 'text', (c) => c.notNull())
      .addColumn('finished_at', 'text')
      .execute()
    await db.schema.createIndex('purge_rule').on('purge').columns(['rule_id', 'id']).execute()
    await db.schema
      .createTable('purge_item')
      .addColumn('purge_id', 'text', (c) => c.notNull().references('purge.id'))
      .addColumn('position', 'integer', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('subject_id', 'text', (c) => c.notNull())
      .addColumn('is_part', 'integer', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('holders', 'text')
      .addPrimaryKeyConstraint('purge_item_pk', ['purge_id', 'position'])
      .execute()
    await db.schema
      .createIndex('purge_item_next')
      .on('purge_item')
      .columns(['purge_id', 'state', 'kind', 'position'])
      .execute()

    await db.schema
      .createTable('collection')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('job_id', 'text', (c) => c.notNull())
      .addColumn('place', 'text', (c) => c.notNull())
      .addColumn('totals', 'text', (c) => c.notNull())
      .addColumn('error', 'text')
      .addColumn('requested_by', 'text', (c) => c.notNull())
      .addColumn('requested_at', 'text', (c) => c.notNull())
      .addColumn('finished_at', 'text')
      .execute()
    await db.schema
      .createTable('blob_garbage')
      .addColumn('digest', 'text', (c) => c.primaryKey())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('seen_at', 'text', (c) => c.notNull())
      .execute()
  },
}
