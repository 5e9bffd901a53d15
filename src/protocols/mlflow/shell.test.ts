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
  for (const [method, url] of [
    ['GET', '/api/2.0/mlflow/nope'],
    ['POST', '/ajax-api/2.0/mlflow/nope?x=1'],
    ['GET', '/api/3.0/mlflow/nope'],
    ['DELETE', '/ajax-api/3.0/nope'],
    ['GET', '/api/9.9/mlflow/nope'],
    ['POST', '/graphql'],
    ['POST', '/gateway/chat/invocations'],
  ] as const) {
    const missing = await app.http.inject({ method, url })
    expect([url, missing.statusCode, missing.headers['content-type']]).toEqual([url, 404, 'text/html; charset=utf-8'])
    expect(missing.body).toContain('The requested URL was not found on the server.')
  }
  expect((await app.anonymous.get('/api/v1/nope')).headers['content-type']).toContain('application/problem+json')
})
