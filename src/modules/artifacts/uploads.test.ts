import { expect, test } from 'vitest'
import { sha256 } from '../../lib/digest.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { onS3 } from '../../testing/blobs.ts'

const proxy = '/api/2.0/mlflow-artifacts'
const large = Buffer.alloc(6 * 1024 ** 2, 'one large part ')
const small = Buffer.from('the end')
const whole = Buffer.concat([large, small])

type Credential = { url: string; part_number: number; headers: Record<string, string> }
type Part = { part_number: number; etag: string; url: string }

const fileOf = (app: TestApp, path: string) => app.workspaces.get('main')?.artifacts.find(path)

/** As MLflow's client does it: without signing in, to whatever server the address names. */
async function send(app: TestApp, method: 'PUT' | 'GET', url: string, body?: Buffer, headers = {}) {
  if (url.startsWith('http://localhost')) {
    const { pathname, search } = new URL(url)
    const reply = await app.http.inject({
      method,
      url: `${pathname}${search}`,
      headers,
      ...(body ? { payload: body } : {}),
    })
    return { status: reply.statusCode, etag: String(reply.headers.etag ?? ''), text: reply.body }
  }
  const reply = await fetch(url, { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) })
  return { status: reply.status, etag: reply.headers.get('etag') ?? '', text: await reply.text() }
}

async function create(client: TestClient, folder: string, name: string, num_parts: number) {
  const reply = await client.post(`${proxy}/mpu/create/${folder}`, { path: name, num_parts })
  return reply.json() as { upload_id: string; credentials: Credential[] }
}

async function sendPart(app: TestApp, { url, part_number, headers }: Credential, body: Buffer): Promise<Part> {
  const { status, etag } = await send(app, 'PUT', url, body, headers)
  expect(status).toBe(200)
  return { part_number, etag, url }
}

test('a large file comes in parts, in any order, and is one file with its digest, author and event', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const { upload_id, credentials } = await create(developer, '0/r/artifacts/model', '/home/dana/work/größe.bin', 2)
  expect(credentials.map(({ part_number }) => part_number)).toEqual([1, 2])
  const parts = await Promise.all(
    credentials.toReversed().map((one) => sendPart(app, one, one.part_number === 1 ? large : small)),
  )
  const path = '0/r/artifacts/model/größe.bin'
  expect(await fileOf(app, path)).toBeUndefined()

  const body = { path: '/home/dana/work/größe.bin', upload_id, parts }
  expect((await developer.post(`${proxy}/mpu/complete/0/r/artifacts/model`, body)).json()).toEqual({})
  expect(await fileOf(app, path)).toMatchObject({
    digest: sha256(whole),
    size: whole.length,
    created_by: developer.person.id,
  })
  const [event, ...others] = (await app.trail()).filter(({ action }) => action === 'artifact.uploaded')
  expect(event).toMatchObject({ actor: { id: developer.person.id }, detail: { path, digest: sha256(whole) } })
  expect(others).toEqual([])
  expect(JSON.stringify(await app.trail())).not.toContain('signature')

  expect((await developer.post(`${proxy}/mpu/complete/0/r/artifacts/model`, body)).status).toBe(200)
  expect((await app.trail()).filter(({ action }) => action === 'artifact.uploaded')).toHaveLength(1)
  const middle = { range: `bytes=${large.length - 1}-${large.length + 2}` }
  const part = await developer.request('GET', `${proxy}/artifacts/${encodeURI(path)}`, undefined, middle)
  expect([part.status, part.text]).toEqual([206, whole.subarray(large.length - 1, large.length + 3).toString()])
})

test('an upload in parts survives a restart of the server', async () => {
  const first = await testApp()
  const developer = await first.as('developer')
  const { upload_id, credentials } = await create(developer, '0/r/artifacts', 'm.bin', 1)
  const [credential] = credentials
  const part = credential && (await sendPart(first, credential, small))
  await first.http.close()

  const second = await testApp({ dataDir: first.config.dataDir, config: first.config })
  const reply = await second.http.inject({
    method: 'POST',
    url: `${proxy}/mpu/complete/0/r/artifacts`,
    headers: { authorization: `Bearer ${developer.token}` },
    payload: { path: 'm.bin', upload_id, parts: [part] },
  })
  expect(reply.statusCode).toBe(200)
  expect(await fileOf(second, '0/r/artifacts/m.bin')).toMatchObject({ digest: sha256(small) })
})

test('completing goes through the refusals of any upload', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const begin = (folder: string, body: object) => developer.post(`${proxy}/mpu/create/${folder}`, body)
  await developer.request('PUT', `${proxy}/artifacts/0/r/artifacts/a/b`, 'x')
  for (const [folder, body, message] of [
    ['0/r/artifacts', { path: 'a', num_parts: 1 }, 'is a folder'],
    ['0/r/artifacts/a/b', { path: 'c', num_parts: 1 }, 'is a file, not a folder'],
    ['0/r/%2e%2e%2fx', { path: 'c', num_parts: 1 }, 'Invalid path'],
    ['0/r/artifacts', { path: 'x/..', num_parts: 1 }, 'Invalid path'],
    ['0/r/artifacts', { path: 'm', num_parts: 0 }, 'has 1 to 10000 parts'],
    ['0/r/artifacts', { path: 'm', num_parts: 10_001 }, 'has 1 to 10000 parts'],
    ['0/r/artifacts', { num_parts: 1 }, "required parameter 'path'"],
  ] as const) {
    const reply = await begin(folder, body)
    expect(reply.json(), message).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
    expect(reply.json().message).toContain(message)
  }

  const { upload_id, credentials } = await create(developer, '0/r/artifacts', 'late', 1)
  const part = credentials[0] && (await sendPart(app, credentials[0], small))
  await developer.request('PUT', `${proxy}/artifacts/0/r/artifacts/late/inside`, 'x')
  const complete = (parts: unknown, id = upload_id, client = developer) =>
    client.post(`${proxy}/mpu/complete/0/r/artifacts`, { path: 'late', upload_id: id, parts })
  expect((await complete([part])).json().message).toContain('is a folder')
  await developer.delete(`${proxy}/artifacts/0/r/artifacts/late`)

  expect((await complete([])).json().message).toContain("required parameter 'parts'")
  expect((await complete([part, { ...part, part_number: 2 }])).json().message).toContain('has 1 parts')
  expect((await complete([{ part_number: 1, etag: `"${'0'.repeat(64)}"` }])).status).toBe(400)
  expect((await complete([part], '0'.repeat(32))).json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' })
  const other = await app.as('developer')
  expect((await complete([part], upload_id, other)).json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' })
  const elsewhere = { path: 'other', upload_id, parts: [part] }
  expect((await developer.post(`${proxy}/mpu/complete/0/r/artifacts`, elsewhere)).status).toBe(404)
  expect((await complete([part])).status).toBe(200)
})

test('aborting removes the parts, and again changes nothing', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const { upload_id, credentials } = await create(developer, '0/r/artifacts', 'm.bin', 1)
  const part = credentials[0] && (await sendPart(app, credentials[0], small))
  const abort = () => developer.post(`${proxy}/mpu/abort/0/r/artifacts`, { path: 'm.bin', upload_id })
  expect((await abort()).json()).toEqual({})
  expect((await abort()).json()).toEqual({})
  const body = { path: 'm.bin', upload_id, parts: [part] }
  expect((await developer.post(`${proxy}/mpu/complete/0/r/artifacts`, body)).status).toBe(404)
  expect((await send(app, 'PUT', credentials[0]?.url ?? '', small)).status).toBe(404)
})

test('an upload ends after a day, and the next one cleans it away', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const { upload_id, credentials } = await create(developer, '0/r/artifacts', 'm.bin', 1)
  const part = credentials[0] && (await sendPart(app, credentials[0], small))
  app.clock.advance(24 * 3600 * 1000)
  if (!onS3) expect((await send(app, 'PUT', credentials[0]?.url ?? '', small)).status).toBe(404)
  const body = { path: 'm.bin', upload_id, parts: [part] }
  expect((await developer.post(`${proxy}/mpu/complete/0/r/artifacts`, body)).status).toBe(404)
  await create(developer, '0/r/artifacts', 'm.bin', 1)
  const rows = app.workspaces.get('main')?.connection.db.selectFrom('artifact_upload').select('id').execute()
  expect((await rows)?.map(({ id }) => id)).not.toContain(upload_id)
})

test.skipIf(onS3)('an address of a part holds for that part alone, and only as it was made', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const { credentials } = await create(developer, '0/r/artifacts', 'm.bin', 2)
  const url = new URL(credentials[0]?.url ?? '')
  expect(url.pathname).toMatch(/^\/api\/2\.0\/mlflow-artifacts\/mpu\/parts\/[0-9a-f]{32}\/1$/)
  const altered = (change: (url: URL) => void) => {
    const copy = new URL(url)
    change(copy)
    return copy.href
  }
  for (const wrong of [
    altered((copy) => (copy.pathname = copy.pathname.replace(/1$/, '2'))),
    altered((copy) => copy.searchParams.set('expires', '99999999999')),
    altered((copy) => copy.searchParams.set('workspace', 'other')),
    altered((copy) => copy.searchParams.set('signature', 'x')),
    altered((copy) => copy.searchParams.delete('signature')),
    altered((copy) => copy.searchParams.append('signature', 'y')),
  ]) {
    expect((await send(app, 'PUT', wrong, small)).status, wrong).toBe(404)
  }
  expect((await send(app, 'PUT', url.href, small)).status).toBe(200)
})

test('a presigned address delivers one file for a while, without signing in', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const path = '0/r/artifacts/größe.txt'
  await developer.request('PUT', `${proxy}/artifacts/${encodeURI(path)}`, '0123456789')
  const { url, headers, file_size } = (await developer.get(`${proxy}/presigned/${encodeURI(path)}`)).json()
  expect([headers, file_size]).toEqual([{}, 10])
  expect(await send(app, 'GET', url)).toMatchObject({ status: 200, text: '0123456789' })
  expect(await send(app, 'GET', url, undefined, { range: 'bytes=-3' })).toMatchObject({ status: 206, text: '789' })
  expect((await developer.get(`${proxy}/presigned/0/r/artifacts/none`)).status).toBe(404)
  expect((await developer.get(`${proxy}/presigned/${encodeURI(path)}?expiration=0`)).status).toBe(400)

  if (onS3) return
  await developer.request('PUT', `${proxy}/artifacts/${encodeURI(path)}`, 'other content')
  expect((await send(app, 'GET', url)).status).toBe(404)
  const again = (await developer.get(`${proxy}/presigned/${encodeURI(path)}`)).json().url
  app.clock.advance(15 * 60 * 1000)
  expect((await send(app, 'GET', again)).status).toBe(404)
})

test('a presigned address takes one file of a run or a logged model, in the name of who asked for it', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const run = (await developer.post('/api/2.0/mlflow/runs/create', { experiment_id: '0' })).json().run.info.run_id
  const model = (await developer.post('/api/2.0/mlflow/logged-models', { experiment_id: '0', name: 'm' })).json()
  const id = model.model.info.model_id
  const ask = (body: object) => developer.post('/api/2.0/mlflow/artifacts/presigned-upload-url', body)
  for (const [body, path] of [
    [{ run_id: run, path: 'dir/a.json' }, `0/${run}/artifacts/dir/a.json`],
    [{ model_id: id, path: 'MLmodel' }, `0/models/${id}/artifacts/MLmodel`],
  ] as const) {
    const { presigned_url } = (await ask(body)).json()
    expect((await send(app, 'PUT', presigned_url, small)).status).toBe(200)
    expect(await fileOf(app, path)).toMatchObject({ digest: sha256(small), created_by: developer.person.id })
    expect((await send(app, 'PUT', presigned_url, small)).status).toBe(200)
    expect((await send(app, 'PUT', presigned_url, Buffer.from('other'))).status).toBe(400)
  }
  expect((await ask({ path: 'a' })).json().message).toContain("required parameter 'run_id'")
  expect((await ask({ run_id: run, path: '../a' })).json().message).toBe('Invalid path')
  expect((await ask({ run_id: '0'.repeat(32), path: 'a' })).status).toBe(404)
})

test('pages of MLflow upload to a run, and download from a run and from a sealed version', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const run = (await developer.post('/api/2.0/mlflow/runs/create', { experiment_id: '0' })).json().run.info.run_id
  const url = '/ajax-api/2.0/mlflow/upload-artifact'
  const query = (path: string) => `run_uuid=${run}&path=${path}`
  expect((await developer.request('POST', `${url}?${query('table/eval.json')}`, '{"a": 1}')).json()).toEqual({})
  for (const [address, message] of [
    [`${url}?path=x`, 'Request must specify run_uuid.'],
    [`${url}?run_uuid=${run}`, 'Request must specify path.'],
    [`${url}?${query('..%2Fx')}`, 'Invalid path'],
  ] as const) {
    const reply = await developer.request('POST', address, 'x')
    expect(reply.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE', message })
  }
  const get = (address: string, headers = {}) =>
    app.http.inject({ url: address, headers: { authorization: `Bearer ${developer.token}`, ...headers } })
  expect((await get(`/get-artifact?${query('table/eval.json')}`)).body).toBe('{"a": 1}')

  await developer.post('/api/2.0/mlflow/registered-models/create', { name: 'm' })
  await developer.post('/api/2.0/mlflow/model-versions/create', {
    name: 'm',
    source: `runs:/${run}/table`,
    run_id: run,
  })
  const sealed = '/model-versions/get-artifact?name=m&version=1&path='
  const file = await get(`${sealed}eval.json`)
  expect([file.statusCode, file.body]).toEqual([200, '{"a": 1}'])
  expect((await get(`${sealed}none`)).json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' })
  const beyond = await get(`${sealed}eval.json`, { range: 'bytes=8-' })
  expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, 'bytes */8'])
  expect(beyond.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })

  const late = await developer.post(`${proxy}/mpu/create/0/${run}/artifacts/table`, { path: 'eval.json', num_parts: 1 })
  expect(late.json()).toMatchObject({ error_code: 'PERMISSION_DENIED' })
})

test('a reader begins no upload', async () => {
  const app = await testApp()
  const auditor = await app.as('auditor')
  const reply = await auditor.post(`${proxy}/mpu/create/0/r/artifacts`, { path: 'x', num_parts: 1 })
  expect(reply.status).toBe(403)
})
