import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenModel, givenReady, givenReview, governedName } from '../../testing/governed.ts'

const mlflow = '/api/2.0/mlflow'

test('a model that a protected alias or a deployment vouches for keeps its name', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  expect((await decide(validator)).status).toBe(200)
  await developer.put(`/models/${governedName}/aliases/champion`, { version: 1 })
  const names = { name: governedName, new_name: 'elsewhere' }
  const reply = await developer.post(`${mlflow}/registered-models/rename`, names)
  expect(reply.json().message).toContain('the alias champion, which prod protects')
  expect((await developer.get(`/models/${governedName}`)).status).toBe(200)
})

test('a developer says how much depends on a model, but only an administrator says that it is less', async () => {
  const app = await testApp()
  const { developer } = await givenReady(app)
  const administrator = await app.as('administrator')
  for (const tier of ['low', null]) {
    const reply = await developer.patch(`/models/${governedName}`, { tier })
    expect(reply.json()).toMatchObject({ status: 403, permission: 'policy.write' })
  }
  expect((await administrator.patch(`/models/${governedName}`, { tier: 'medium' })).status).toBe(200)
  expect((await developer.patch(`/models/${governedName}`, { tier: 'high' })).json().tier).toBe('high')
})

test('a rejection stands also when the clock went back between it and the approval before', async () => {
  const app = await testApp()
  const { developer, validator, decide, base } = await givenReview(app)
  expect((await decide(validator)).status).toBe(200)
  const second = await app.as('validator')
  app.clock.advance(-3_600_000)
  const review = (await developer.post(`${base}/reviews`, { environment: 'prod' })).json()
  const { scope_digest } = (await second.get(`/reviews/${review.id}`)).json()
  const input = { outcome: 'rejected', reason: 'Looked again, and no.', scope_digest }
  expect((await second.post(`/reviews/${review.id}/decisions`, input)).status).toBe(200)
  expect((await developer.get(`${base}/standing?environment=prod`)).json().outcome).toBe('denied')
})

test('a review of a deleted model is not decided as one of the model that has its name now', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  await developer.request('DELETE', `${mlflow}/registered-models/delete`, { name: governedName })
  await givenModel(developer, { tier: 'low' })
  expect((await decide(validator)).status).toBe(404)
})

test('a version that was taken away is not decided about', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  await developer.request('DELETE', `${mlflow}/model-versions/delete`, { name: governedName, version: '1' })
  expect((await decide(validator)).status).toBeGreaterThanOrEqual(400)
})

test('roles on a model do not pass to another one that takes its name', async () => {
  const app = await testApp()
  const { developer } = await givenReady(app)
  await app.as([{ role: 'validator', model: 'toy' }])
  const names = { name: governedName, new_name: 'toy' }
  const reply = await developer.post(`${mlflow}/registered-models/rename`, names)
  expect(reply.json()).toMatchObject({ error_code: 'PERMISSION_DENIED' })
  const administrator = await app.as('administrator')
  expect((await administrator.post(`${mlflow}/registered-models/rename`, names)).status).toBe(200)
})
