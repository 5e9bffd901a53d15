import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MlflowError } from '../mlflow.ts'
import { colleagues } from '../people.ts'
import { hold, show } from '../show.ts'
import { modelName, type Story } from '../story.ts'

type Version = {
  version: number
  digest: string
  manifest: { files: { path: string }[]; datasets: { dataset_version: string | null }[] }
  facts: { onnx: unknown; flavors: string[] }
}
type Evidence = { id: string; kind: string; result: Record<string, unknown> }

const purpose =
  'Shortlists applicants for the better paid half of advertised jobs. A person decides; the score orders the list. ' +
  'It affects everyone who applies, so the same share of women and men, and of every ethnicity, should reach the list.'

/** Steps 3 and 6: a version from a run, as MLflow's client registers it. */
export async function register(story: Story, number: number, runId: string): Promise<void> {
  const { mlflow } = story
  if (number === 1) await createModel(story)
  const { model_versions: known = [] } = await mlflow.get<{ model_versions?: { run_id: string; version: string }[] }>(
    'model-versions/search',
    {
      filter: `name='${modelName}'`,
    },
  )
  if (!known.some((version) => version.run_id === runId)) {
    const { run } = await mlflow.get<{ run: { info: { artifact_uri: string } } }>('runs/get', { run_id: runId })
    await mlflow.post('model-versions/create', {
      name: modelName,
      source: `${run.info.artifact_uri}/model`,
      run_id: runId,
    })
  }
  const version = await story.read<Version>(`/models/${modelName}/versions/${number}`)
  hold(version.manifest.files.length === 3, `version ${number} should hold three files`)
  hold(
    version.manifest.datasets.every((dataset) => dataset.dataset_version !== null),
    'a dataset of the run was not found by its digest',
  )
  hold(
    version.facts.onnx !== null && version.facts.flavors.includes('onnx'),
    'the facts of the ONNX graph were not read',
  )
  show.say(`Version ${number} is sealed: ${version.manifest.files.map((file) => file.path).join(', ')}.`)
  show.say(`Its digest covers every file, the run and the datasets: ${version.digest}`)
}

async function createModel(story: Story): Promise<void> {
  try {
    await story.mlflow.post('registered-models/create', { name: modelName })
  } catch (error) {
    if (!(error instanceof MlflowError) || error.code !== 'RESOURCE_ALREADY_EXISTS') throw error
  }
  await story.as.developer(
    ['model', 'set', modelName, '--tier', 'high', '--purpose', purpose, '--owner', colleagues.developer.login],
    { quiet: true },
  )
  show.say(`Much depends on ${modelName}: its tier is high; its purpose and its accountable owner are on record.`)
}

/** Steps 4 and 6: the server scores the model itself and keeps what it finds. */
export async function evaluate(story: Story, number: number): Promise<string> {
  await setProtocol(story)
  const url = `/evidence?model=${modelName}&version=${number}`
  let { evidence } = await story.read<{ evidence: Evidence[] }>(url)
  if (evidence.length < 2) {
    await story.as.developer(['evaluate', `${modelName}@${number}`, '--dataset', story.digests.evaluation])
    evidence = (await story.read<{ evidence: Evidence[] }>(url)).evidence
  }
  const fairness = evidence.find((item) => item.kind === 'fairness')
  hold(
    fairness && evidence.some((item) => item.kind === 'performance'),
    'performance and fairness should both be there',
  )
  show.say(
    `Performance and fairness, by sex, by ethnicity and by both, are evidence now: ${evidence.map((item) => item.id).join(', ')}`,
  )
  return fairness.id
}

async function setProtocol(story: Story): Promise<void> {
  const known = await story.read<unknown>(`/models/${modelName}/protocol`).catch(() => undefined)
  if (known) return
  const file = join(story.folder, 'protocol.json')
  const protocol = {
    task: 'binary',
    label: 'high_wage',
    positive: 1,
    threshold: 0.5,
    protected: ['sex', 'ethnicity'],
    intersections: true,
    seed: 1985,
  }
  await writeFile(file, JSON.stringify(protocol, null, 2))
  await story.as.developer(['protocol', 'set', modelName, file])
}
