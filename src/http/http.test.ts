import { expect, test } from 'vitest'
import { testApp } from '../testing/app.ts'
import { createServer } from './server.ts'

test('a route that does not declare what it requires stops the server', async () => {
  const app = await testApp()
  const server = await createServer({ access: app.access, workspaces: app.workspaces, log: false, trustProxy: false })
  expect(() => server.get('/forgotten', () => 'oops')).toThrow('does not declare config.requires')
  await server.close()
})

test('the OpenAPI document lists every route of the product with its permission', async () => {
  const app = await testApp()
  const reply = await app.http.inject({ url: '/openapi.json' })
  const document = reply.json()
  expect(document.openapi).toBe('3.1.0')
  expect(document.paths['/api/v1/audit/events'].get.description).toContain('audit.read')
  expect(Object.keys(document.paths).every((path) => path.startsWith('/api/v1/'))).toBe(true)
})

test('an unknown path is a problem for programs', async () => {
  const app = await testApp()
  const reply = await app.http.inject({ url: '/api/v1/nothing' })
  expect(reply.statusCode).toBe(404)
  expect(reply.headers['content-type']).toContain('application/problem+json')
})

test('answers carry headers against framing, sniffing and foreign scripts', async () => {
  const app = await testApp()
  const { headers } = await app.http.inject({ url: '/api/v1/server' })
  expect(headers['content-security-policy']).toContain("default-src 'self'")
  expect(headers['x-frame-options']).toBe('DENY')
  expect(headers['x-content-type-options']).toBe('nosniff')
})

test('every reference inside the OpenAPI document leads somewhere', async () => {
  const app = await testApp()
  const text = (await app.http.inject({ url: '/openapi.json' })).body
  const document = JSON.parse(text)
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    expect(document.components.schemas).toHaveProperty([name])
  }
})
