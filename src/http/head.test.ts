import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { testApp } from '../testing/app.ts'

const paths: readonly (readonly [string, number])[] = [
  ['/api/v1/server', 200],
  ['/ajax-api/2.0/mlflow/experiments/get?experiment_id=0', 200],
  ['/api/2.0/mlflow-artifacts/artifacts/notes.txt', 200],
  ['/icon.svg', 200],
  ['/api/v1/nothing', 404],
  ['/api/2.0/mlflow/runs/create', 405],
]

test('HEAD answers as GET does, without a body: JSON, files, pages and refusals; a stream is closed', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  await admin.request('PUT', '/api/2.0/mlflow-artifacts/artifacts/notes.txt', Buffer.from('0123456789'))
  await app.http.listen({ port: 0, host: '127.0.0.1' })
  const address = `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}`
  const ask = (method: string, path: string, headers = { authorization: `Bearer ${admin.token}` }) =>
    fetch(`${address}${path}`, { method, headers })

  for (const [path, status] of paths) {
    const [get, head] = [await ask('GET', path), await ask('HEAD', path)]
    const length = (await get.arrayBuffer()).byteLength
    // The refusal of an unknown path names the method.
    const longer = status === 404 ? 'HEAD'.length - 'GET'.length : 0
    expect([path, get.status]).toEqual([path, status])
    expect([path, head.status, head.headers.get('content-type'), Number(head.headers.get('content-length'))]).toEqual([
      path,
      status,
      get.headers.get('content-type'),
      length + longer,
    ])
    expect((await head.arrayBuffer()).byteLength).toBe(0)
    expect(head.headers.get('x-frame-options')).toBe('DENY')
  }

  const stream = await ask('HEAD', '/api/v1/audit/export')
  expect([stream.status, await stream.text(), stream.headers.get('content-type')]).toEqual([
    200,
    '',
    'application/jsonl',
  ])
  expect((await ask('HEAD', '/api/v1/audit/export', { authorization: 'Bearer none' })).status).toBe(401)
})
