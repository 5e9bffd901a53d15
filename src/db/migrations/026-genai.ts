import { type Kysely, sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Prompts beside models, traces of a run, evaluation datasets, scorers and issues. */
export const genai: Migration = {
  name: '026-genai',
  async up(db) {
    await db.schema
      .alterTable('model')
      .addColumn('kind', 'text', (c) => c.notNull().defaultTo('model'))
      .execute()
    await sql`
      update model set kind = 'prompt' where id in (
        select model_id from model_tag where key = 'mlflow.prompt.is_prompt' and lower(value) = 'true'
      )
    `.execute(db)
    await traceRuns(db)
    await evaluationDatasets(db)
    await scorers(db)
    await issues(db)
  },
}

async function traceRuns(db: Kysely<unknown>) {
  await db.schema
    .createTable('trace_run')
    .addColumn('trace_id', 'text', (c) => c.notNull())
    .addColumn('run_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('trace_run_pk', ['trace_id', 'run_id'])
    .execute()
  await db.schema.createIndex('trace_run_by_run').on('trace_run').columns(['run_id', 'trace_id']).execute()
}

async function evaluationDatasets(db: Kysely<unknown>) {
  await db.schema
    .createTable('evaluation_dataset')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('shape', 'text', (c) => c.notNull())
    .addColumn('records', 'integer', (c) => c.notNull())
    .addColumn('created_time', 'double precision', (c) => c.notNull())
    .addColumn('last_update_time', 'double precision', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('last_updated_by', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createIndex('evaluation_dataset_newest')
    .on('evaluation_dataset')
    .columns(['created_time', 'id'])
    .execute()
  await db.schema
    .createTable('evaluation_dataset_tag')
    .addColumn('dataset_id', 'text', (c) => c.notNull().references('evaluation_dataset.id').onDelete('cascade'))
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('evaluation_dataset_tag_pk', ['dataset_id', 'key'])
    .execute()
  await db.schema
    .createTable('evaluation_dataset_experiment')
    .addColumn('dataset_id', 'text', (c) => c.notNull().references('evaluation_dataset.id').onDelete('cascade'))
    .addColumn('experiment_id', 'text', (c) => c.notNull().references('experiment.id'))
    .addPrimaryKeyConstraint('evaluation_dataset_experiment_pk', ['experiment_id', 'dataset_id'])
    .execute()
  await db.schema
    .createTable('evaluation_record')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('dataset_id', 'text', (c) => c.notNull().references('evaluation_dataset.id').onDelete('cascade'))
    .addColumn('input_digest', 'text', (c) => c.notNull())
    .addColumn('content', 'text', (c) => c.notNull())
    .addColumn('created_time', 'double precision', (c) => c.notNull())
    .addColumn('last_update_time', 'double precision', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('last_updated_by', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createIndex('evaluation_record_by_input')
    .unique()
    .on('evaluation_record')
    .columns(['dataset_id', 'input_digest'])
    .execute()
  await db.schema
    .createIndex('evaluation_record_oldest')
    .on('evaluation_record')
    .columns(['dataset_id', 'created_time', 'id'])
    .execute()
}

async function scorers(db: Kysely<unknown>) {
  await db.schema
    .createTable('scorer')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('experiment_id', 'text', (c) => c.notNull().references('experiment.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('last_version', 'integer', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('scorer_by_name').unique().on('scorer').columns(['experiment_id', 'name']).execute()
  await db.schema
    .createTable('scorer_version')
    .addColumn('scorer_id', 'text', (c) => c.notNull().references('scorer.id').onDelete('cascade'))
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('serialized', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('created_time', 'double precision', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('scorer_version_pk', ['scorer_id', 'version'])
    .execute()
}

async function issues(db: Kysely<unknown>) {
  await db.schema
    .createTable('trace_issue')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('experiment_id', 'text', (c) => c.notNull().references('experiment.id'))
    .addColumn('run_id', 'text')
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('content', 'text', (c) => c.notNull())
    .addColumn('created_time', 'double precision', (c) => c.notNull())
    .addColumn('last_update_time', 'double precision', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createIndex('trace_issue_newest')
    .on('trace_issue')
    .columns(['experiment_id', 'created_time', 'id'])
    .execute()
}
