import { z } from 'zod'
import { unsafeHeaders } from '../../api/http.ts'
import { ApiError, problemOf } from '../../api/problem.ts'
import { createWorkspace } from '../workspaces/queries.ts'
import { applicants, train } from './sample-training.ts'

export const sampleWorkspace = 'sample'

const mlflow = '/api/2.0/mlflow'
const Run = z.object({ run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) }) })
const Experiment = z.object({ experiment_id: z.string() })

/**
 * A workspace of its own with two small models that are trained here, logged and registered as any client does it. Nothing of
 * it is in the real inventory, and it goes away with its workspace.
 */
export async function makeSample(tell: (done: string) => void): Promise<void> {
  await createWorkspace(sampleWorkspace, 'Made up, to look around in: delete it at any time.')
  tell('made the workspace')
  const experiment = Experiment.parse(await post(`${mlflow}/experiments/create`, { name: 'credit (sample)' }))
  const people = applicants(400)
  await post(`${mlflow}/registered-models/create`, { name: 'credit-score' })
  for (const [index, rate] of [0.4, 2].entries()) {
    await version(experiment.experiment_id, index + 1, rate, train(people, rate, 200))
    tell(`trained, logged and registered version ${index + 1}`)
  }
  await ask('PATCH', '/api/v1/models/credit-score', {
    tier: 'medium',
    purpose: 'Says how likely an applicant pays a small credit back. Sample: made up.',
  })
  await post('/api/v1/systems', {
    name: 'Small credits (sample)',
    purpose: 'Decides about credits below 1,000 within a minute.',
    affected: 'Applicants for small credits.',
    tier: 'medium',
  })
  await ask('PUT', '/api/v1/systems/Small%20credits%20(sample)/models/credit-score')
  await post('/api/v1/gate/checks', { model: 'credit-score', version: 2, environment: 'dev' })
  tell('asked the gate')
}

async function version(
  experiment_id: string,
  number: number,
  rate: number,
  { points, weights }: ReturnType<typeof train>,
): Promise<void> {
  const now = Date.now()
  const made = await post(`${mlflow}/runs/create`, {
    experiment_id,
    run_name: `learning rate ${rate}`,
    start_time: now,
    tags: [{ key: 'mlflow.note.content', value: 'Sample: trained in the browser on made-up applicants.' }],
  })
  const { run_id, artifact_uri } = Run.parse(made).run.info
  await post(`${mlflow}/runs/log-batch`, {
    run_id,
    params: [
      { key: 'learning_rate', value: String(rate) },
      { key: 'steps', value: '200' },
    ],
    metrics: points.flatMap(({ step, loss, accuracy }) => [
      { key: 'loss', value: loss, timestamp: now + step, step },
      { key: 'accuracy', value: accuracy, timestamp: now + step, step },
    ]),
  })
  const place = artifact_uri.replace(/^mlflow-artifacts:\/*/, '')
  const files = {
    MLmodel: `flavors:\n  sample:\n    weights: weights.json\nrun_id: ${run_id}\n`,
    'weights.json': JSON.stringify(weights, null, 2),
  }
  for (const [name, text] of Object.entries(files)) {
    await ask('PUT', `/api/2.0/mlflow-artifacts/artifacts/${place}/model/${name}`, new Blob([text]))
  }
  await post(`${mlflow}/runs/update`, { run_id, status: 'FINISHED', end_time: now + 1000 })
  const source = `runs:/${run_id}/model`
  const registered = await post(`${mlflow}/model-versions/create`, { name: 'credit-score', source, run_id })
  z.object({ model_version: z.object({ version: z.coerce.number().pipe(z.literal(number)) }) }).parse(registered)
}

const post = (path: string, body: unknown) => ask('POST', path, body)

async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers = new Headers(unsafeHeaders())
  headers.set('x-modelkeep-workspace', sampleWorkspace)
  const isFile = body instanceof Blob
  if (body !== undefined && !isFile) headers.set('content-type', 'application/json')
  const content = isFile ? body : body === undefined ? null : JSON.stringify(body)
  const response = await fetch(path, { method, headers, body: content, credentials: 'same-origin' })
  if (!response.ok) throw new ApiError(await problemOf(response))
  return response.json()
}
