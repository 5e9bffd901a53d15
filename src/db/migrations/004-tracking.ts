import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/**
 * Times, steps and values are doubles: clients send 64-bit integers, and a double reads back as a number on both engines.
 * `head` is the beginning of a value, short enough for an index.
 */
export const tracking: Migration = {
  name: '004-tracking',
  async up(db) {
    await experiments(db)
    await runs(db)
    await points(db)
    await inputs(db)
  },
}

async function experiments(db: Kysely<unknown>) {
  await db.schema
    .createTable('experiment')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('position', 'bigint', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('artifact_location', 'text', (c) => c.notNull())
    .addColumn('lifecycle_stage', 'text', (c) => c.notNull())
    .addColumn('creation_time', 'double precision', (c) => c.notNull())
    .addColumn('last_update_time', 'double precision', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('experiment_tag')
    .addColumn('experiment_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('experiment_tag_pk', ['experiment_id', 'key'])
    .execute()
}

async function runs(db: Kysely<unknown>) {
  const runTable = db.schema
    .createTable('run')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('experiment_id', 'text', (c) => c.notNull().references('experiment.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('user_name', 'text', (c) => c.notNull())
    .addColumn('start_time', 'double precision', (c) => c.notNull())
    .addColumn('end_time', 'double precision')
    .addColumn('artifact_uri', 'text', (c) => c.notNull())
    .addColumn('lifecycle_stage', 'text', (c) => c.notNull())
    .addColumn('seal', 'text')
    .addColumn('created_by', 'text', (c) => c.notNull())
  await clustered(db, runTable).execute()
  await db.schema
    .createIndex('run_newest')
    .on('run')
    .columns(['experiment_id', 'lifecycle_stage', 'start_time', 'id'])
    .execute()
  await db.schema
    .createTable('run_contributor')
    .addColumn('run_id', 'text', (c) => c.notNull())
    .addColumn('actor_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('run_contributor_pk', ['run_id', 'actor_id'])
    .execute()
  for (const table of ['run_param', 'run_tag']) {
    await db.schema
      .createTable(table)
      .addColumn('run_id', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('head', 'text', (c) => c.notNull())
      .addColumn('value', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint(`${table}_pk`, ['run_id', 'key'])
      .execute()
    await db.schema.createIndex(`${table}_value`).on(table).columns(['key', 'head', 'run_id']).execute()
  }
}

/** A series is one key of one run. Its newest point stands in `metric_latest`, all of them in `metric_point`. */
async function points(db: Kysely<unknown>) {
  const latest = db.schema
    .createTable('metric_latest')
    .addColumn('run_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('series', 'bigint', (c) => c.notNull().unique())
    .addColumn('experiment_id', 'text', (c) => c.notNull())
    .addColumn('value', 'double precision', (c) => c.notNull())
    .addColumn('is_nan', 'integer', (c) => c.notNull())
    .addColumn('step', 'double precision', (c) => c.notNull())
    .addColumn('timestamp', 'double precision', (c) => c.notNull())
    .addPrimaryKeyConstraint('metric_latest_pk', ['run_id', 'key'])
  await clustered(db, latest).execute()
  await db.schema
    .createIndex('metric_latest_value')
    .on('metric_latest')
    .columns(['experiment_id', 'key', 'value', 'run_id', 'is_nan'])
    .execute()
  const points = db.schema
    .createTable('metric_point')
    .addColumn('series', 'bigint', (c) => c.notNull())
    .addColumn('step', 'double precision', (c) => c.notNull())
    .addColumn('timestamp', 'double precision', (c) => c.notNull())
    .addColumn('value', 'double precision', (c) => c.notNull())
    .addColumn('is_nan', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('metric_point_pk', ['series', 'step', 'timestamp', 'value', 'is_nan'])
  await clustered(db, points).execute()
}

/** SQLite keeps the rows in the order of the primary key, so that one look finds a row. */
function clustered(db: Kysely<unknown>, table: CreateTableBuilder<string, string>) {
  return db.getExecutor().adapter instanceof SqliteAdapter ? table.modifyEnd(sql`without rowid`) : table
}

async function inputs(db: Kysely<unknown>) {
  await db.schema
    .createTable('run_input')
    .addColumn('run_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('experiment_id', 'text', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('source_type', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('schema', 'text')
    .addColumn('profile', 'text')
    .addColumn('context', 'text')
    .addColumn('tags', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('run_input_pk', ['run_id', 'name', 'digest'])
    .execute()
  await db.schema
    .createIndex('run_input_dataset')
    .on('run_input')
    .columns(['experiment_id', 'name', 'digest'])
    .execute()
}
