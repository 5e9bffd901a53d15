import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

test('clients find the server and its version without signing in', async () => {
  const app = await testApp()
  expect((await app.anonymous.request('GET', '/health')).text).toBe('OK')
  expect((await app.http.inject({ method: 'HEAD', url: '/health' })).statusCode).toBe(200)
  expect((await app.http.inject({ method: 'GET', url: '/version' })).body).toMatch(/^3\.\d+\.\d+$/)
  expect((await app.anonymous.get('/api/3.0/mlflow/server-info')).json()).toEqual({
    store_type: 'SqlStore',
    workspaces_enabled: false,
  })
})

test('routes that are not served answer as MLflow does', async () => {
  const app = await testApp()
  const missing = await app.anonymous.get('/api/2.0/mlflow/nope')
  expect(missing.status).toBe(404)
  expect(missing.headers['content-type']).toContain('text/html')
  expect((await app.anonymous.get('/ajax-api/2.0/mlflow/nope')).status).toBe(404)
  expect((await app.anonymous.get('/api/9.9/mlflow/nope')).status).toBe(404)
})
