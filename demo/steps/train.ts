import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { MlflowError } from '../mlflow.ts'
import { mlmodelYaml } from '../mlmodel.ts'
import { exportOnnx } from '../onnx.ts'
import { show } from '../show.ts'
import { evaluationDataset, experimentName, type Story, trainingDataset } from '../story.ts'
import { demoSeed, trainModel, type WageModel } from '../train.ts'
import { datasetCsv, loadWages, splitWages, type WageRow } from '../wages.ts'

export type Variant = 'plain' | 'mitigated'
type RunInfo = { run: { info: { run_id: string; artifact_uri: string } } }

/** Step 2: two models, with and without mitigation, logged the way every MLflow client logs. */
export async function trainBoth(story: Story): Promise<Record<Variant, string>> {
  const rows = loadWages()
  const { training, evaluation } = splitWages(rows)
  story.digests = {
    training: await addDataset(story, trainingDataset, training),
    evaluation: await addDataset(story, evaluationDataset, evaluation),
  }
  show.say(
    `${rows.length} people of the Current Population Survey of 1985: ${training.length} to learn from, ${evaluation.length} to examine.`,
  )

  const experiment = await experimentId(story)
  const runs = { plain: '', mitigated: '' }
  for (const variant of ['plain', 'mitigated'] as const) {
    runs[variant] =
      (await finishedRun(story, experiment, variant)) ?? (await trainOne(story, experiment, variant, training))
  }
  return runs
}

async function addDataset(story: Story, name: string, rows: readonly WageRow[]): Promise<string> {
  const file = join(story.folder, `${name}.csv`)
  await writeFile(file, datasetCsv(rows))
  const { stdout } = await story.as.developer(['dataset', 'add', name, file, '--json'], { quiet: true })
  const { digest } = z.object({ digest: z.string() }).parse(JSON.parse(stdout))
  show.say(`Dataset ${name}: ${rows.length} rows, ${digest.slice(0, 19)}…`)
  return digest
}

async function experimentId({ mlflow }: Story): Promise<string> {
  try {
    const { experiment } = await mlflow.get<{ experiment: { experiment_id: string } }>('experiments/get-by-name', {
      experiment_name: experimentName,
    })
    return experiment.experiment_id
  } catch (error) {
    if (!(error instanceof MlflowError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error
    const made = await mlflow.post<{ experiment_id: string }>('experiments/create', { name: experimentName })
    return made.experiment_id
  }
}

/** A run that a former start finished; one that it left half done is marked as killed. */
async function finishedRun({ mlflow }: Story, experiment: string, variant: Variant): Promise<string | undefined> {
  const { runs = [] } = await mlflow.post<{ runs?: { info: { run_id: string; status: string } }[] }>('runs/search', {
    experiment_ids: [experiment],
    filter: `tags.variant = '${variant}'`,
    max_results: 50,
  })
  for (const { info } of runs) {
    if (info.status === 'FINISHED') {
      show.say(`The ${variant} model is there already: run ${info.run_id}.`)
      return info.run_id
    }
    if (info.status === 'RUNNING')
      await mlflow.post('runs/update', { run_id: info.run_id, status: 'KILLED', end_time: Date.now() })
  }
  return undefined
}

async function trainOne(
  story: Story,
  experiment: string,
  variant: Variant,
  training: readonly WageRow[],
): Promise<string> {
  const { mlflow } = story
  const created = await mlflow.post<RunInfo>('runs/create', {
    experiment_id: experiment,
    run_name: variant === 'plain' ? 'everything the survey knows' : 'reweighed, without protected features',
    start_time: Date.now(),
    tags: [
      { key: 'variant', value: variant },
      { key: 'mlflow.source.name', value: 'demo/train.ts' },
      { key: 'mlflow.source.type', value: 'LOCAL' },
    ],
  })
  const { run_id, artifact_uri } = created.run.info
  await logInputs(story, run_id, training.length)

  const model = await show.bar(`Training the ${variant} model`, 24, async (advance) => {
    const steps: { step: number; loss: number; train_accuracy: number }[] = []
    const trained = trainModel({
      rows: [...training],
      mitigated: variant === 'mitigated',
      seed: demoSeed,
      onStep: (step, metrics) => {
        steps.push({ step, ...metrics })
        advance(steps.length)
      },
    })
    const timestamp = Date.now()
    await mlflow.post('runs/log-batch', {
      run_id,
      metrics: steps.flatMap(({ step, loss, train_accuracy }) => [
        { key: 'loss', value: loss, timestamp: timestamp + step, step },
        { key: 'train_accuracy', value: train_accuracy, timestamp: timestamp + step, step },
      ]),
      params: Object.entries(trained.params).map(([key, value]) => ({ key, value: String(value) })),
    })
    return trained
  })

  await uploadModel(story, model, run_id, artifact_uri)
  await mlflow.post('runs/update', { run_id, status: 'FINISHED', end_time: Date.now() })
  const last = model.history.at(-1)
  show.say(
    `The ${variant} model is trained: run ${run_id}, accuracy ${last?.train_accuracy.toFixed(3)} on its training rows.`,
  )
  return run_id
}

async function logInputs({ mlflow, digests }: Story, run_id: string, rows: number): Promise<void> {
  const dataset = (name: string, digest: string, context: string) => ({
    tags: [{ key: 'mlflow.data.context', value: context }],
    dataset: {
      name,
      // MLflow allows 36 characters; the source names the whole digest.
      digest: digest.replace('sha256:', '').slice(0, 36),
      source_type: 'modelkeep',
      source: JSON.stringify({ digest }),
      profile: JSON.stringify({ num_rows: rows }),
    },
  })
  await mlflow.post('runs/log-inputs', {
    run_id,
    datasets: [
      dataset(trainingDataset, digests.training, 'training'),
      dataset(evaluationDataset, digests.evaluation, 'evaluation'),
    ],
  })
}

async function uploadModel({ mlflow }: Story, model: WageModel, runId: string, artifactUri: string): Promise<void> {
  const onnx = exportOnnx(model)
  const folder = `${artifactUri.replace(/^mlflow-artifacts:\/+/, '')}/model`
  const mlmodel = mlmodelYaml({
    model,
    runId,
    artifactPath: 'model',
    modelUuid: runId,
    createdAt: new Date(),
    mlflowVersion: '3.11.0',
    data: 'model.onnx',
    sizeBytes: onnx.length,
  })
  await mlflow.upload(`${folder}/model.onnx`, onnx)
  await mlflow.upload(`${folder}/MLmodel`, mlmodel)
  await mlflow.upload(`${folder}/requirements.txt`, 'onnxruntime==1.30.0\n')
}
