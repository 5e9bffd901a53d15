import { expect, test } from 'vitest'
import { testApp } from '../testing/app.ts'

test('no path of a file makes the trail unreadable', async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  const upload = `/api/2.0/mlflow-artifacts/artifacts/a%E2%80%A8b.txt`
  const sent = await administrator.request('PUT', upload, Buffer.from('x'), { 'content-type': 'text/plain' })
  expect(sent.status).toBe(200)
  const events = await administrator.get('/audit/events?action=artifact')
  expect(events.json().events).toMatchObject([{ subject: 'artifact:a\u2028b.txt' }])
})

test('a string that never ends is refused as fast as one that does', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  for (const unit of ['\\"', '"\\\n', '"']) {
    const body = `"${unit.repeat(300_000)}`
    const began = performance.now()
    const reply = await developer.request('POST', '/api/2.0/mlflow/runs/create', body, {
      'content-type': 'application/json',
    })
    expect(reply.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
    expect(performance.now() - began).toBeLessThan(2000)
  }
})

test('a source of a version that is percent-encoded over and over is refused at once', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  await developer.post('/models', { name: 'm' })
  const began = performance.now()
  const source = `s3://a/%${'25'.repeat(200_000)}`
  const reply = await developer.post('/api/2.0/mlflow/model-versions/create', { name: 'm', source })
  expect(reply.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
  expect(performance.now() - began).toBeLessThan(2000)
})

test('text that an engine cannot store is refused at the edge, in the form of the protocol', async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  await administrator.post('/models', { name: 'm' })
  const problems = [
    await administrator.get('/models/a%00b'),
    await administrator.get('/models?search=%00'),
    await administrator.get('/models/%ff'),
    await administrator.get(`/models/${'y'.repeat(5000)}`),
    await administrator.patch('/models/m', { purpose: 'half a pair: \ud800' }),
    await administrator.get('/decisions?version=2147483648'),
  ]
  for (const reply of problems) {
    expect(reply.status).toBeLessThan(500)
    expect(reply.headers['content-type']).toContain('application/problem+json')
    expect(reply.json().status).toBe(reply.status)
  }
  const mlflow = [
    await administrator.get('/api/2.0/mlflow/registered-models/get?name=%00'),
    await administrator.get('/api/2.0/mlflow-artifacts/artifacts/%ff'),
    await administrator.post('/api/2.0/mlflow/registered-models/create', { name: 'x', description: '\ud800' }),
  ]
  for (const reply of mlflow) {
    expect(reply.status).toBeLessThan(500)
    expect(reply.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE', message: expect.any(String) })
  }
})
