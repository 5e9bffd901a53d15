import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenModel, givenVersion, governedName } from '../../testing/governed.ts'

const policy = `format: modelkeep-policy-1
name: thrift
title: Training is paid for
scope: {tiers: [low], environments: [dev]}
checks:
  - {id: cost, title: Training costs at most 50 euros, fact: run.metrics.cost_eur, is: at_most, value: 50}
  - {id: solver, title: A solver that we know, fact: run.params.solver, is: one_of, value: [lbfgs, saga]}
`

test('a policy compares what the run logged, as the seal of the version covers it', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  await admin.post('/policies', { text: policy })
  expect((await admin.post('/policies/thrift/versions/1/publish')).status).toBe(200)
  const developer = await app.as('developer')
  await givenModel(developer, { tier: 'low' })
  const mlflow = '/api/2.0/mlflow'
  const stateOf = async (version: number) => {
    const standing = (
      await developer.get(`/models/${governedName}/versions/${version}/standing?environment=dev`)
    ).json()
    return standing.requirements
      .filter(({ policy: { name } }: { policy: { name: string } }) => name === 'thrift')
      .map(({ state, explanation }: { state: string; explanation: string }) => [state, explanation])
  }
  const bare = await givenVersion(developer)
  expect(await stateOf(bare.version)).toEqual([
    ['unknown', 'The cost eur of the run is not known; it should be at most 50.'],
    ['unknown', 'The solver of the run is not known; it should be one of lbfgs and saga.'],
  ])

  const { run } = (await developer.post(`${mlflow}/runs/create`, { experiment_id: '0', start_time: 1 })).json()
  const { run_id, artifact_uri } = run.info
  const metric = { run_id, key: 'cost_eur', value: 72, timestamp: 1, step: 0 }
  await developer.post(`${mlflow}/runs/log-metric`, metric)
  await developer.post(`${mlflow}/runs/log-parameter`, { run_id, key: 'solver', value: 'saga' })
  await developer.request(
    'PUT',
    `/api/2.0/mlflow-artifacts/artifacts/${artifact_uri.replace('mlflow-artifacts:/', '')}/model/model.onnx`,
    Buffer.from('other weights'),
    { 'content-type': 'application/octet-stream' },
  )
  await developer.post(`${mlflow}/runs/update`, { run_id, status: 'FINISHED', end_time: 2 })
  const made = await developer.post(`${mlflow}/model-versions/create`, {
    name: governedName,
    source: `${artifact_uri}/model`,
    run_id,
  })
  const version = Number(made.json().model_version.version)
  expect(await stateOf(version)).toEqual([
    ['blocked', 'The cost eur of the run is 72; it should be at most 50.'],
    ['met', 'The solver of the run is saga.'],
  ])
  // A better figure that is logged afterwards is not what was sealed.
  await developer.post(`${mlflow}/runs/log-metric`, { ...metric, value: 10, timestamp: 9 })
  expect((await stateOf(version)).map(([state]: string[]) => state)).toEqual(['unknown', 'unknown'])
})
