import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'

export const someRun = '0123456789abcdef0123456789abcdef'
export const childRun = 'fedcba9876543210fedcba9876543210'
export const trashedRun = '00000000000000000000000000000bad'
export const someModel = 'm-0123456789abcdef0123456789abcdef'
export const someExperiment = '123456789012345678'

export async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

export const putMeta = (folder: string, meta: Record<string, unknown>) =>
  put(join(folder, 'meta.yaml'), stringify(meta, { version: '1.1' }))

/** An `mlruns` folder as MLflow 3 writes it, with one of everything. Its locations are those of another machine. */
export async function makeMlruns(root: string): Promise<void> {
  const away = 'file:///home/kim/work/mlruns'
  await putMeta(join(root, '0'), {
    artifact_location: `${away}/0`,
    creation_time: 1_700_000_000_000,
    experiment_id: '0',
    last_update_time: 1_700_000_000_000,
    lifecycle_stage: 'active',
    name: 'Default',
  })
  const experiment = join(root, someExperiment)
  await putMeta(experiment, {
    artifact_location: `${away}/${someExperiment}`,
    creation_time: 1_700_000_000_001,
    experiment_id: someExperiment,
    last_update_time: 1_700_000_000_002,
    lifecycle_stage: 'active',
    name: 'wages',
  })
  await put(join(experiment, 'tags', 'mlflow.note.content'), 'about wages')

  const run = join(experiment, someRun)
  await putMeta(run, {
    artifact_uri: `${away}/${someExperiment}/${someRun}/artifacts`,
    end_time: 1_700_000_009_000,
    entry_point_name: '',
    experiment_id: someExperiment,
    lifecycle_stage: 'active',
    run_id: someRun,
    run_name: 'parent-1',
    run_uuid: someRun,
    source_name: '',
    source_type: 4,
    start_time: 1_700_000_000_500,
    status: 3,
    tags: [],
    user_id: 'kim',
  })
  await put(join(run, 'params', 'optimizer', 'lr'), '0.1')
  await put(join(run, 'params', 'note'), 'two\nlines')
  await put(join(run, 'tags', 'mlflow.runName'), 'parent-1')
  await put(join(run, 'tags', 'mlflow.user'), 'kim')
  await put(
    join(run, 'metrics', 'loss'),
    '1700000000600 0.5 0\n1700000000700 nan 1\n1700000000800 -inf 2\n1700000000700 nan 1\n1700000000900 1e-05 3\n',
  )
  await put(join(run, 'metrics', 'val', 'acc'), '1700000000600 0.75 0\n')
  await put(
    join(run, 'artifacts', 'model', 'MLmodel'),
    'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n',
  )
  await put(join(run, 'artifacts', 'model', 'model.pkl'), Uint8Array.from([1, 2, 3]))
  await put(join(run, 'artifacts', 'notes.txt'), 'hello')
  await putMeta(join(run, 'inputs', 'input1'), {
    destination_id: 'dataset1',
    destination_type: 'RUN',
    source_id: 'dataset1',
    source_type: 'DATASET',
    tags: { 'mlflow.data.context': 'training' },
  })
  await putMeta(join(experiment, 'datasets', 'dataset1'), {
    digest: 'abcd1234',
    name: 'cps',
    profile: '{"rows": 3}',
    schema: '{"columns": []}',
    source: '{"uri": "s3://data/cps.csv"}',
    source_type: 's3',
  })
  await putMeta(join(run, 'outputs', someModel), {
    destination_id: someModel,
    destination_type: 'MODEL_OUTPUT',
    source_id: someRun,
    source_type: 'RUN_OUTPUT',
    step: 7,
    tags: {},
  })

  const child = join(experiment, childRun)
  await putMeta(child, {
    artifact_uri: `${away}/${someExperiment}/${childRun}/artifacts`,
    end_time: null,
    experiment_id: someExperiment,
    lifecycle_stage: 'active',
    run_id: childRun,
    run_name: 'child',
    run_uuid: childRun,
    start_time: 1_700_000_001_000,
    status: 1,
    user_id: 'lee',
  })
  await put(join(child, 'tags', 'mlflow.parentRunId'), someRun)
  await put(join(child, 'tags', 'mlflow.runName'), 'child')

  const trashed = join(root, '.trash', '55')
  await putMeta(trashed, {
    artifact_location: `${away}/55`,
    experiment_id: '55',
    lifecycle_stage: 'deleted',
    name: 'given up',
  })
  await putMeta(join(trashed, trashedRun), {
    artifact_uri: `${away}/55/${trashedRun}/artifacts`,
    end_time: 1_700_000_000_000,
    experiment_id: '55',
    lifecycle_stage: 'deleted',
    run_id: trashedRun,
    run_name: 'gone',
    start_time: 1_699_999_999_000,
    status: 4,
    user_id: 'kim',
  })

  const model = join(experiment, 'models', someModel)
  await putMeta(model, {
    artifact_location: `${away}/${someExperiment}/models/${someModel}/artifacts`,
    creation_timestamp: 1_700_000_002_000,
    experiment_id: someExperiment,
    last_updated_timestamp: 1_700_000_003_000,
    model_id: someModel,
    model_type: 'classifier',
    name: 'wage-model',
    source_run_id: someRun,
    status: 2,
    status_message: null,
  })
  await put(join(model, 'params', 'depth'), '3')
  await put(join(model, 'tags', 'team'), 'pay')
  await put(join(model, 'metrics', 'auc'), `1700000002000 0.9 1 ${someRun}\n`)
  await put(join(model, 'artifacts', 'model.onnx.txt'), 'not really')

  const registered = join(root, 'models', 'wage-screening')
  await putMeta(registered, {
    creation_timestamp: 1_700_000_004_000,
    description: 'who gets a look',
    last_updated_timestamp: 1_700_000_005_000,
    name: 'wage-screening',
  })
  await put(join(registered, 'tags', 'owner'), 'pay team')
  await put(join(registered, 'aliases', 'champion'), '2')
  const version = (number: number, source: string, stage: string) =>
    putMeta(join(registered, `version-${number}`), {
      creation_timestamp: 1_700_000_004_000 + number,
      current_stage: stage,
      description: `version ${number}`,
      last_updated_timestamp: 1_700_000_005_000 + number,
      name: 'wage-screening',
      run_id: someRun,
      run_link: null,
      source,
      status: 'READY',
      user_id: 'kim',
      version: number,
    })
  await version(2, `${away}/${someExperiment}/${someRun}/artifacts/model`, 'Production')
  await version(3, `${away}/${someExperiment}/${someRun}/artifacts/never`, 'None')
  await version(5, `models:/${someModel}`, 'Staging')
  await version(6, 's3://bucket/wages/model', 'None')
  await put(join(registered, 'version-2', 'tags', 'checked'), 'yes')
}
