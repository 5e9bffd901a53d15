import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { sha256 } from '../../lib/digest.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'

const proxy = '/api/2.0/mlflow-artifacts/artifacts'

async function newRun(client: TestClient): Promise<string> {
  const reply = await client.post('/api/2.0/mlflow/runs/create', { experiment_id: '0', start_time: 1 })
  return reply.json().run.info.run_id
}

const fileOf = (app: TestApp, path: string) => app.workspaces.get('main')?.artifacts.find(path)

test('an upload is stored by digest, remembered with its author, and found in the trail of its run', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const run = await newRun(developer)
  const path = `0/${run}/artifacts/dir/model.bin`
  const bytes = Buffer.from('some weights')

  expect((await developer.request('PUT', `${proxy}/${path}`, bytes)).json()).toEqual({})
  expect(await fileOf(app, path)).toMatchObject({ digest: sha256(bytes), created_by: developer.person.id })
  expect((await app.trail(`run:${run}`)).at(-1)).toMatchObject({
    action: 'artifact.uploaded',
    detail: { path, digest: sha256(bytes), size: bytes.length },
  })

  const large = Buffer.alloc(5 * 1024 * 1024, 7)
  const header = { 'content-type': 'application/json' }
  expect((await developer.request('PUT', `${proxy}/0/${run}/artifacts/large.json`, large, header)).status).toBe(200)
  expect((await fileOf(app, `0/${run}/artifacts/large.json`))?.size).toBe(large.length)

  const events = (await app.trail()).length
  const other = await app.as('developer')
  await other.request('PUT', `${proxy}/${path}`, bytes)
  expect(await app.trail()).toHaveLength(events)
  expect(await fileOf(app, path)).toMatchObject({ created_by: developer.person.id })

  await other.request('PUT', `${proxy}/${path}`, 'other weights')
  expect(await fileOf(app, path)).toMatchObject({ created_by: other.person.id })
  expect((await app.trail(`run:${run}`)).at(-1)).toMatchObject({ detail: { replaced: sha256(bytes) } })
})

test('downloads are ranged, revalidated by digest, and never opened by a browser', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const url = `${proxy}/0/${await newRun(developer)}/artifacts/${encodeURIComponent('größe "1".html')}`
  await developer.request('PUT', url, '0123456789')

  const whole = await developer.request('GET', url)
  expect(whole.text).toBe('0123456789')
  expect(whole.headers).toMatchObject({
    etag: `"${sha256('0123456789')}"`,
    'x-content-type-options': 'nosniff',
    'content-length': '10',
  })
  expect(whole.headers['content-disposition']).toBe(
    `attachment; filename="gr__e _1_.html"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.html`,
  )
  const part = await developer.request('GET', url, undefined, { range: 'bytes=2-4' })
  expect([part.status, part.text, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10'])
  expect((await developer.request('GET', url, undefined, { range: 'bytes=10-' })).status).toBe(416)
  const known = await developer.request('GET', url, undefined, { 'if-none-match': String(whole.headers.etag) })
  expect([known.status, known.text]).toEqual([304, ''])
  const head = await developer.request('HEAD', url)
  expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '10'])
})

test('a path that means another place, here or on some client, is refused', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  for (const path of [
    'a%5C..%5Cb',
    'a/%252e%252e/b',
    'a%0Ab',
    'a//b',
    'http:%2F%2Fhost/x',
    `${'deep/'.repeat(250)}x`,
    'n'.repeat(300),
  ]) {
    const reply = await developer.request('PUT', `${proxy}/0/r/artifacts/${path}`, 'x')
    expect(reply.json(), path).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE', message: 'Invalid path' })
  }
  const nul = await developer.request('PUT', `${proxy}/0/r/artifacts/a%00b`, 'x')
  expect(nul.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
  expect((await developer.get(proxy)).json()).toEqual({})
})

test('a file is never a folder, and announced content must arrive', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const put = (path: string, body: string, headers = {}) =>
    developer.request('PUT', `${proxy}/0/r/artifacts/${path}`, body, headers)
  await put('a/b', 'x')
  expect((await put('a', 'x')).json().message).toContain('is a folder')
  expect((await put('a/b/c', 'x')).json().message).toContain('not a folder')

  const digest = Buffer.from(sha256('right').slice(7), 'hex').toString('base64')
  const announced = { 'content-digest': `sha-256=:${digest}:` }
  expect((await put('c', 'wrong', announced)).status).toBe(400)
  expect(await fileOf(app, '0/r/artifacts/c')).toBeUndefined()
  expect((await put('c', 'right', announced)).status).toBe(200)
})

test('an upload that breaks off leaves nothing behind', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  await app.http.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.http.server.address() as AddressInfo
  const events = (await app.trail()).length
  await new Promise<void>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `PUT ${proxy}/0/r/artifacts/half HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${developer.token}\r\ncontent-length: 1000000\r\n\r\n${'x'.repeat(5000)}`,
      )
      setTimeout(() => socket.destroy(), 100)
    })
    socket.on('close', () => resolve())
  })
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await fileOf(app, '0/r/artifacts/half')).toBeUndefined()
  expect(await app.trail()).toHaveLength(events)
})

test('reading and writing need their permissions', async () => {
  const app = await testApp()
  const auditor = await app.as('auditor')
  expect((await auditor.request('PUT', `${proxy}/0/r/artifacts/x`, 'x')).json()).toMatchObject({
    error_code: 'PERMISSION_DENIED',
  })
  expect((await auditor.request('DELETE', `${proxy}/0/r/artifacts/x`)).status).toBe(403)
  expect((await app.anonymous.request('GET', `${proxy}/0/r/artifacts/x`)).status).toBe(401)
  const scoped = await app.as([{ role: 'developer', model: 'wages' }])
  expect((await scoped.request('GET', `${proxy}/0/r/artifacts/x`)).status).toBe(403)
})

test('deleting takes the folder with it, and its empty parents', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  for (const path of ['a/b/1', 'a/b/c/2', 'd']) await developer.request('PUT', `${proxy}/0/r/artifacts/${path}`, path)
  expect((await developer.request('DELETE', `${proxy}/0/r/artifacts/a/b`)).status).toBe(200)
  const listing = await developer.get(`${proxy}?path=0/r/artifacts`)
  expect(listing.json()).toEqual({ files: [{ path: 'd', is_dir: false, file_size: 1 }] })
  const [event] = (await app.trail()).filter((one) => one.action === 'artifact.deleted')
  expect(event).toMatchObject({ detail: { count: 2 } })
})
