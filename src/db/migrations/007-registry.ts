import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const registry: Migration = {
  name: '007-registry',
  async up(db) {
    await db.schema
      .createTable('model')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('purpose', 'text', (c) => c.notNull())
      .addColumn('tier', 'text')
      .addColumn('owner', 'text')
      .addColumn('last_version', 'integer', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('updated_at', 'text', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('deleted_at', 'text')
      .execute()
    // A deleted name may be used again.
    await db.schema
      .createIndex('model_name')
      .unique()
      .on('model')
      .column('name')
      .where(sql<boolean>`deleted_at is null`)
      .execute()
    await db.schema.createIndex('model_updated').on('model').columns(['updated_at', 'id']).execute()

    for (const [table, owner] of [
      ['model_tag', 'model_id'],
      ['version_tag', 'version_id'],
    ] as const) {
      await db.schema
        .createTable(table)
        .addColumn(owner, 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint(`${table}_pk`, [owner, 'key'])
        .execute()
    }

    await db.schema
      .createTable('model_alias')
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('alias', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('model_alias_pk', ['model_id', 'alias'])
      .execute()

    await db.schema
      .createTable('model_version')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('model_id', 'text', (c) => c.notNull().references('model.id'))
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('manifest', 'text', (c) => c.notNull())
      .addColumn('facts', 'text', (c) => c.notNull())
      .addColumn('files', 'integer', (c) => c.notNull())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('source', 'text', (c) => c.notNull())
      .addColumn('location', 'text', (c) => c.notNull())
      .addColumn('run_id', 'text')
      .addColumn('origin_run', 'text')
      .addColumn('run_link', 'text', (c) => c.notNull())
      .addColumn('registered_at', 'text', (c) => c.notNull())
      .addColumn('registered_by', 'text', (c) => c.notNull())
      .addUniqueConstraint('model_version_number', ['model_id', 'version'])
      .execute()
    await db.schema.createIndex('model_version_origin').on('model_version').columns(['origin_run', 'id']).execute()

    await db.schema
      .createTable('version_status')
      .addColumn('version_id', 'text', (c) => c.primaryKey().references('model_version.id'))
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('stage', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('updated_at', 'text', (c) => c.notNull())
      .addColumn('deleted_at', 'text')
      .execute()

    await db.schema
      .createTable('version_developer')
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('person_id', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('version_developer_pk', ['version_id', 'person_id'])
      .execute()
    await db.schema
      .createTable('version_dataset')
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('context', 'text')
      .execute()
    await db.schema.createIndex('version_dataset_use').on('version_dataset').columns(['digest', 'version_id']).execute()

    await db.schema
      .createTable('environment')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('mode', 'text', (c) => c.notNull())
      .addColumn('protected_aliases', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('deployment')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('endpoint', 'text')
      .addColumn('verdict_id', 'text')
      .addColumn('reported_by', 'text', (c) => c.notNull())
      .addColumn('reported_at', 'text', (c) => c.notNull())
      .addColumn('ended_at', 'text')
      .execute()
    // One open deployment of a model per environment.
    await db.schema
      .createIndex('deployment_open')
      .unique()
      .on('deployment')
      .columns(['model_id', 'environment'])
      .where(sql<boolean>`ended_at is null`)
      .execute()
    await db.schema.createIndex('deployment_time').on('deployment').columns(['reported_at', 'id']).execute()
  },
}
