import { expect, onTestFinished, test } from 'vitest'
import { testApp } from '../testing/app.ts'
import { createArea } from './area.ts'
import { createServer } from './server.ts'

test('an area is made once, by its first request, which arrives whole; one that cannot be made answers 500 and is tried again', async () => {
  const { access, workspaces } = await testApp()
  const parts = { access, workspaces, log: false, trustProxy: false } as const
  let made = 0
  const area = createArea('/api/v9', async () => {
    if (++made === 1) throw new Error('not today')
    const server = await createServer({ ...parts, within: front })
    const config = { requires: 'public' } as const
    server.post('/api/v9/echo', { config, handler: async (req) => ({ body: req.body, url: req.originalUrl }) })
    await server.ready()
    return server
  })
  const front = await createServer({ ...parts, areas: [area] })
  onTestFinished(async () => {
    await front.close()
    await area.close()
  })
  const ask = (method: 'POST' | 'HEAD', url = '/api/v9/echo?a=%20b') =>
    front.inject({ method, url, ...(method === 'POST' ? { payload: { said: 'once' } } : {}) })

  const failed = await ask('POST')
  expect(failed.statusCode).toBe(500)
  expect(failed.json().detail).not.toContain('not today')

  const answers = await Promise.all([ask('POST'), ask('POST')])
  for (const { json, headers } of answers) {
    expect(json()).toEqual({ body: { said: 'once' }, url: '/api/v9/echo?a=%20b' })
    expect(headers['x-frame-options']).toBe('DENY')
  }
  expect(made).toBe(2)
  expect((await ask('HEAD')).statusCode).toBe(404)
  expect((await ask('POST', '/api/v9/%zz')).statusCode).toBe(400)
})
