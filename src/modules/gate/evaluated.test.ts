import { expect, test } from 'vitest'
import { exportOnnx } from '../../../demo/onnx.ts'
import { demoSeed, trainModel } from '../../../demo/train.ts'
import { datasetCsv, loadWages, splitWages } from '../../../demo/wages.ts'
import { testApp } from '../../testing/app.ts'
import { givenModel, givenVersion, governedName } from '../../testing/governed.ts'
import type { Requirement } from '../policy/schema.ts'

test('the starter policy reads what the server itself computes, and tells a fair model from an unfair one', async () => {
  const { training, evaluation: rows } = splitWages(loadWages())
  const app = await testApp()
  const developer = await app.as('developer')
  await givenModel(developer)
  const csv = Buffer.from(datasetCsv(rows))
  const dataset = await developer.request('POST', '/datasets/wages/versions?format=csv', csv, {
    'content-type': 'text/csv',
  })
  const protocol = { task: 'binary', label: 'high_wage', positive: 1, protected: ['sex', 'ethnicity'], bootstrap: 50 }
  expect((await developer.put(`/models/${governedName}/protocol`, protocol)).status).toBe(200)

  const stateOf: Record<string, string>[] = []
  for (const mitigated of [false, true]) {
    const onnx = exportOnnx(trainModel({ rows: training, mitigated, seed: demoSeed }))
    const { version } = await givenVersion(developer, onnx)
    const asked = await developer.post('/evaluations', { model: governedName, version, dataset: dataset.json().digest })
    const state = async () => (await developer.get(`/evaluations/${asked.json().id}`)).json().state
    await expect.poll(state, { timeout: 20_000, interval: 50 }).toBe('done')
    const verdict = (await developer.post('/gate/checks', { model: governedName, version, environment: 'prod' })).json()
    stateOf.push(Object.fromEntries(verdict.requirements.map(({ id, state: of }: Requirement) => [id, of])))
  }
  const [plain, fair] = stateOf
  const both = { performance: 'met', fairness: 'met', discrimination: 'met', 'independent-approval': 'waiting' }
  expect(plain).toMatchObject({
    ...both,
    'selection-rate-by-sex': 'blocked',
    'selection-rate-by-any-attribute': 'blocked',
  })
  expect(fair).toMatchObject({
    ...both,
    'selection-rate-by-sex': 'met',
    'selection-rate-by-any-attribute': 'attention',
  })
})
