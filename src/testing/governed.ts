import { digestOf } from '../lib/digest.ts'
import { newId } from '../lib/ids.ts'
import type { JsonObject } from '../lib/json.ts'
import type { EvidenceKind } from '../modules/evaluation/schema.ts'
import type { Tier } from '../modules/registry/schema.ts'
import type { TestApp, TestClient } from './app.ts'
import { fairnessResult, performanceResult } from './snapshots.ts'

const mlflow = '/api/2.0/mlflow'

async function ok(reply: Promise<{ status: number; text: string; json: () => ReturnType<typeof JSON.parse> }>) {
  const { status, text, json } = await reply
  if (status >= 300) throw new Error(`${status}: ${text}`)
  return text === '' ? {} : json()
}

export const governedName = 'wage-screening'

/** A model with a purpose and a tier, as its developer makes it through MLflow's API. */
export async function givenModel(developer: TestClient, { tier = 'high' }: { tier?: Tier | null } = {}) {
  await ok(developer.post('/models', { name: governedName }))
  return ok(developer.patch(`/models/${governedName}`, { tier, purpose: 'Suggests whom to invite for an interview.' }))
}

/** A version with one file, trained by a run that names its data. */
export async function givenVersion(
  developer: TestClient,
  content: string | Uint8Array = 'weights',
): Promise<{ id: string; version: number }> {
  const { run } = await ok(developer.post(`${mlflow}/runs/create`, { experiment_id: '0', start_time: 1 }))
  const { run_id, artifact_uri } = run.info
  const path = artifact_uri.replace('mlflow-artifacts:/', '')
  const dataset = { name: 'wages', digest: 'abc12345', source_type: 'local', source: '{}' }
  await ok(developer.post(`${mlflow}/runs/log-inputs`, { run_id, datasets: [{ dataset }] }))
  const upload = `/api/2.0/mlflow-artifacts/artifacts/${path}/model/model.onnx`
  await ok(
    developer.request('PUT', upload, typeof content === 'string' ? Buffer.from(content) : content, {
      'content-type': 'application/octet-stream',
    }),
  )
  await ok(developer.post(`${mlflow}/runs/update`, { run_id, status: 'FINISHED', end_time: 2 }))
  const made = await ok(
    developer.post(`${mlflow}/model-versions/create`, {
      name: governedName,
      source: `${artifact_uri}/model`,
      run_id,
    }),
  )
  const version = Number(made.model_version.version)
  return ok(developer.get(`/models/${governedName}/versions/${version}`))
}

/** Evidence as the server would have computed it. */
export async function givenEvidence(app: TestApp, version: string, kind: EvidenceKind, result: JsonObject) {
  const workspace = app.workspaces.get('main')
  if (!workspace) throw new Error('no workspace')
  const { connection } = workspace
  const row = await connection.db
    .selectFrom('model_version')
    .select(['id', 'model_id', 'digest'])
    .where('id', '=', version)
    .executeTakeFirstOrThrow()
  const now = app.clock.now()
  await connection.writer.commit((tx) =>
    tx
      .insertInto('evidence')
      .values({
        id: newId('evi', now.getTime()),
        evaluation_id: null,
        kind,
        model_id: row.model_id,
        version_id: row.id,
        version_digest: row.digest,
        inputs: JSON.stringify([]),
        method_name: `modelkeep.${kind}`,
        method_version: '1',
        parameters: '{}',
        result: JSON.stringify(result),
        source: 'server',
        collected_at: now.toISOString(),
        collected_by: 'server',
        valid_until: null,
        digest: digestOf({ kind, version, result }),
      })
      .execute(),
  )
}

/** Performance and fairness that the starter policies accept, unless told otherwise. */
export async function givenGoodEvidence(app: TestApp, version: string, { auc = 0.82, ratio = 0.91 } = {}) {
  await givenEvidence(app, version, 'performance', performanceResult(auc))
  await givenEvidence(app, version, 'fairness', fairnessResult(ratio))
}

/** Everything up to the review: a version that only lacks an approval. */
export async function givenReady(app: TestApp) {
  const developer = await app.as('developer')
  const model = await givenModel(developer)
  const version = await givenVersion(developer)
  await givenGoodEvidence(app, version.id)
  return { developer, model, version, base: `/models/${governedName}/versions/${version.version}` }
}

/** A review that is open for prod, and a validator who may decide. */
export async function givenReview(app: TestApp) {
  const ready = await givenReady(app)
  const validator = await app.as('validator')
  const review = await ok(ready.developer.post(`${ready.base}/reviews`, { environment: 'prod', note: 'please' }))
  const sheet = await ok(validator.get(`/reviews/${review.id}`))
  const decide = (who: TestClient, outcome: 'approved' | 'rejected' = 'approved', scope = sheet.scope_digest) =>
    who.post(`/reviews/${review.id}/decisions`, { outcome, reason: 'Checked figures and files.', scope_digest: scope })
  return { ...ready, validator, review, sheet, decide }
}
