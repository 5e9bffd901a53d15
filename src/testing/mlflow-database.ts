import { DatabaseSync } from 'node:sqlite'

/** Tables of MLflow's database as its release 2 has them; release 3 adds logged models and steps of links. */
const release2 = `
create table experiments (experiment_id integer not null primary key, name varchar(256) not null unique,
  artifact_location varchar(256), lifecycle_stage varchar(32), creation_time bigint, last_update_time bigint);
create table runs (run_uuid varchar(32) not null primary key, name varchar(250), source_type varchar(20), source_name varchar(500),
  entry_point_name varchar(50), user_id varchar(256), status varchar(9), start_time bigint, end_time bigint,
  source_version varchar(50), lifecycle_stage varchar(20), artifact_uri varchar(200), experiment_id integer,
  deleted_time bigint);
create table experiment_tags (key varchar(250) not null, value varchar(5000), experiment_id integer not null,
  primary key (key, experiment_id));
create table tags (key varchar(250) not null, value varchar(5000), run_uuid varchar(32) not null, primary key (key, run_uuid));
create index index_tags_run_uuid on tags (run_uuid);
create table params (key varchar(250) not null, value varchar(8000) not null, run_uuid varchar(32) not null,
  primary key (key, run_uuid));
create index index_params_run_uuid on params (run_uuid);
create table metrics (key varchar(250) not null, value float not null, timestamp bigint not null, run_uuid varchar(32) not null,
  step bigint default '0' not null, is_nan boolean default '0' not null,
  primary key (key, timestamp, step, run_uuid, value, is_nan));
create index index_metrics_run_uuid on metrics (run_uuid);
create table latest_metrics (key varchar(250) not null, value float not null, timestamp bigint, step bigint not null,
  is_nan boolean not null, run_uuid varchar(32) not null, primary key (key, run_uuid));
create table datasets (dataset_uuid varchar(36) not null, experiment_id integer not null, name varchar(500) not null,
  digest varchar(36) not null, dataset_source_type varchar(36) not null, dataset_source text not null, dataset_schema text,
  dataset_profile text, primary key (experiment_id, name, digest));
create table inputs (input_uuid varchar(36) not null, source_type varchar(36) not null, source_id varchar(36) not null,
  destination_type varchar(36) not null, destination_id varchar(36) not null,
  primary key (source_type, source_id, destination_type, destination_id));
create table input_tags (input_uuid varchar(36) not null, name varchar(255) not null, value varchar(500) not null,
  primary key (input_uuid, name));
create table registered_models (name varchar(256) not null primary key, creation_time bigint, last_updated_time bigint,
  description varchar(5000));
create table registered_model_tags (name varchar(256) not null, key varchar(250) not null, value varchar(5000),
  primary key (key, name));
create table registered_model_aliases (name varchar(256) not null, alias varchar(256) not null, version integer not null,
  primary key (name, alias));
create table model_versions (name varchar(256) not null, version integer not null, creation_time bigint, last_updated_time bigint,
  description varchar(5000), user_id varchar(256), current_stage varchar(20), source varchar(500), run_id varchar(32),
  run_link varchar(500), status varchar(20), status_message varchar(500), storage_location varchar(500),
  primary key (name, version));
create table model_version_tags (name varchar(256) not null, version integer not null, key varchar(250) not null,
  value varchar(5000), primary key (key, name, version));
`
const release3 = `
alter table inputs add column step bigint not null default 0;
create table logged_models (model_id varchar(36) not null primary key, experiment_id integer not null, name varchar(500) not null,
  artifact_location varchar(1000) not null, creation_timestamp_ms bigint not null, last_updated_timestamp_ms bigint not null,
  status integer not null, lifecycle_stage varchar(32), model_type varchar(500), source_run_id varchar(32),
  status_message varchar(1000));
create table logged_model_params (model_id varchar(36) not null, experiment_id integer not null, param_key varchar(255) not null,
  param_value text not null, primary key (model_id, param_key));
create table logged_model_tags (model_id varchar(36) not null, experiment_id integer not null, tag_key varchar(255) not null,
  tag_value text not null, primary key (model_id, tag_key));
create table logged_model_metrics (model_id varchar(36) not null, metric_name varchar(500) not null,
  metric_timestamp_ms bigint not null, metric_step bigint not null, metric_value float, experiment_id integer not null,
  run_id varchar(32) not null, dataset_uuid varchar(36), dataset_name varchar(500), dataset_digest varchar(36),
  primary key (model_id, metric_name, metric_timestamp_ms, metric_step, run_id));
`

/** The statements of an MLflow database, for SQLite and PostgreSQL. */
export const mlflowTables = (release: 2 | 3) => (release === 3 ? release2 + release3 : release2)

export type Value = string | number | null

/** A database of MLflow as a file; `add` takes a table and a row. */
export function mlflowDatabase(path: string, release: 2 | 3 = 3) {
  const database = new DatabaseSync(path)
  database.exec(mlflowTables(release))
  return {
    database,
    add(table: string, row: Record<string, Value>) {
      const names = Object.keys(row)
      const marks = names.map(() => '?').join(', ')
      database.prepare(`insert into ${table} (${names.join(', ')}) values (${marks})`).run(...Object.values(row))
    },
    close: () => database.close(),
  }
}

export type MlflowDatabase = ReturnType<typeof mlflowDatabase>

export const runId = (n: number) => n.toString(16).padStart(32, '0')

/** Many runs with ten points, two parameters and three tags each, in a hundred experiments. */
export function fillMlflowDatabase({ database }: MlflowDatabase, runs: number, pointsPerRun = 10): void {
  database.exec('pragma synchronous = off; begin')
  const prepare = (text: string) => database.prepare(text)
  const experiment = prepare(`insert into experiments values (?, ?, ?, 'active', ?, ?)`)
  const experiments = Math.min(100, Math.max(1, Math.floor(runs / 10)))
  for (let i = 0; i < experiments; i++) {
    experiment.run(
      i,
      i === 0 ? 'Default' : `bench ${i}`,
      `mlflow-artifacts:/${i}`,
      1_700_000_000_000,
      1_700_000_000_000,
    )
  }
  const run =
    prepare(`insert into runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri,
    experiment_id) values (?, ?, 'kim', 'FINISHED', ?, ?, 'active', ?, ?)`)
  const param = prepare('insert into params values (?, ?, ?)')
  const tag = prepare('insert into tags values (?, ?, ?)')
  const metric = prepare('insert into metrics values (?, ?, ?, ?, ?, 0)')
  const latest = prepare('insert into latest_metrics values (?, ?, ?, ?, 0, ?)')
  for (let n = 0; n < runs; n++) {
    const id = runId(n)
    const start = 1_700_000_000_000 + n * 1000
    run.run(id, `run ${n}`, start, start + 900, `mlflow-artifacts:/${n % experiments}/${id}/artifacts`, n % experiments)
    param.run('lr', String((n % 10) / 100), id)
    param.run('seed', String(n), id)
    tag.run('mlflow.runName', `run ${n}`, id)
    tag.run('mlflow.user', 'kim', id)
    tag.run('mlflow.source.name', 'train.py', id)
    for (let i = 0; i < pointsPerRun; i++) {
      const key = i % 2 === 0 ? 'loss' : 'acc'
      const step = Math.floor(i / 2)
      const value = ((n * 31 + i * 17) % 1000) / 1000
      metric.run(key, value, start + i, id, step)
      if (i >= pointsPerRun - 2) latest.run(key, value, start + i, step, id)
    }
  }
  database.exec('commit')
}
