import type { TestApp, TestClient } from '../../src/testing/app.ts'
import { givenGoodEvidence, givenModel, givenVersion, governedName } from '../../src/testing/governed.ts'

export type World = { texts: Record<string, unknown[]>; segments: string[] }

/** What is there, so that a hostile value stands beside honest ones. */
export async function givenWorld(app: TestApp, administrator: TestClient): Promise<World> {
  await givenModel(administrator)
  const version = await givenVersion(administrator)
  await givenGoodEvidence(app, version.id)
  const run = (await administrator.get(`/models/${governedName}/versions/1`)).json().run_id
  const metric = { run_id: run, key: 'loss', value: 0.5, timestamp: 1, step: 0 }
  await administrator.post('/api/2.0/mlflow/runs/log-metric', metric)
  const review = (
    await administrator.post(`/models/${governedName}/versions/1/reviews`, { environment: 'prod' })
  ).json()
  const verdict = (
    await administrator.post('/gate/checks', { model: governedName, version: '1', environment: 'prod' })
  ).json()
  const { evidence } = (await administrator.get('/evidence')).json()
  const { policies } = (await administrator.get('/policies')).json()
  const texts: Record<string, unknown[]> = {
    name: [governedName, policies[0].name],
    model: [governedName],
    version: ['1', 1],
    run_id: [run],
    run_ids: [[run]],
    experiment_id: ['0'],
    experiment_ids: [['0']],
    source: [`runs:/${run}/model`, `models:/${governedName}/1`, version],
    environment: ['prod'],
    path: ['model', ''],
    key: ['loss', 'k'],
    metric_key: ['loss'],
    value: [1, 'v'],
    timestamp: [1],
    step: [0],
    filter: [
      "metrics.loss > 0.1 and params.a = 'b'",
      "attributes.run_id in ('a')",
      "tags.a like '%a%'",
      "name = 'x'",
      Array.from({ length: 3000 }, (_, i) => `metrics.m${i} > ${i}`).join(' and '),
      `attributes.run_id in (${Array.from({ length: 70_000 }, (_, i) => `'${i}'`).join(',')})`,
      `name like '${'%a'.repeat(40_000)}'`,
      '('.repeat(200_000),
      "tags.a = 'a\0b'",
      'metrics.`a\u0000` > 1',
      'version_number = 99999999999',
      'attributes.start_time > 1e300',
    ],
    order_by: [['metrics.loss DESC'], ['name'], ['params.a', 'tags.b'], Array(3000).fill('metrics.a')],
    login: ['some-one'],
    role: ['developer'],
    tier: ['low'],
    mode: ['enforce'],
    reason: ['Looked at all of it.'],
    scope_digest: [`sha256:${'0'.repeat(64)}`],
    digest: [`sha256:${'0'.repeat(64)}`, 'abc'],
    outcome: ['approved'],
    metrics: [[{ key: 'loss', value: 1, timestamp: 1, step: 0 }]],
    params: [[{ key: 'p', value: 'v' }]],
    tags: [[{ key: 't', value: 'v' }]],
    alias: ['champion', 'other'],
    stage: ['Production'],
    max_results: [10],
    artifact_location: ['mlflow-artifacts:/x', `s3://a/${'%25'.repeat(2000)}`],
    text: ['name: x\nformat: y', '&a [*a, *a]'],
  }
  const segments = [
    governedName,
    '1',
    run,
    review.id,
    verdict.id,
    evidence[0].id,
    policies[0].name,
    'champion',
    '0',
    'prod',
  ]
  return { texts, segments }
}
