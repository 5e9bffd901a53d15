import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sha256 } from '../../lib/digest.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { onS3, testBucket } from '../../testing/blobs.ts'
import { collected, deleteRun, ok, purged } from '../../testing/retention.ts'

/** Where clients write by themselves: a folder, or in the project s3 a prefix of a bucket. */
type DirectStore = {
  prefix: string
  write(path: string, content: string): Promise<void>
  app: TestApp
  developer: TestClient
}

async function directStore(): Promise<DirectStore & { folder: string }> {
  const { prefix, write, folder } = onS3 ? await bucketStore() : await folderStore()
  const app = await testApp({ config: { directStores: [prefix] } })
  return { prefix, write, folder, app, developer: await app.as('developer') }
}

async function folderStore() {
  const outer = await mkdtemp(join(tmpdir(), 'direct-'))
  onTestFinished(() => rm(outer, { recursive: true }))
  const folder = join(outer, 'models')
  await mkdir(folder)
  async function write(path: string, content: string) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return { prefix: `file://${folder}/`, folder, write }
}

async function bucketStore() {
  const { place, bucket } = await testBucket()
  const write = (path: string, content: string) => bucket.put(`${place.prefix}/${path}`, Buffer.from(content))
  return { prefix: `s3://${place.bucket}/${place.prefix}/`, folder: '', write }
}

const api = '/api/2.0/mlflow'

async function newRun(client: TestClient, artifact_location: string, name = 'direct') {
  const experiment = await client.post(`${api}/experiments/create`, { name, artifact_location })
  const { experiment_id } = experiment.json()
  const run = await client.post(`${api}/runs/create`, { experiment_id, start_time: 1 })
  return run.json().run.info as { run_id: string; artifact_uri: string }
}

const get = (app: TestApp, client: TestClient, url: string, headers = {}) =>
  app.http.inject({ url, headers: { authorization: `Bearer ${client.token}`, ...headers } })

test('what clients wrote to an allowed store is listed and read through the server', async () => {
  const { prefix, write, app, developer } = await directStore()
  const { run_id, artifact_uri } = await newRun(developer, `${prefix}exp`)
  const inStore = artifact_uri.slice(prefix.length)
  await write(`${inStore}/model/größe.txt`, '0123456789')
  await write(`${inStore}/a.txt`, 'a')
  const list = (path: string) =>
    developer.get(`${api}/artifacts/list?run_id=${run_id}&path=${encodeURIComponent(path)}`)
  expect((await list('')).json()).toEqual({
    root_uri: artifact_uri,
    files: [
      { path: 'a.txt', is_dir: false, file_size: 1 },
      { path: 'model', is_dir: true },
    ],
  })
  expect((await list('model')).json().files).toEqual([{ path: 'model/größe.txt', is_dir: false, file_size: 10 }])
  expect((await list('../..')).json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
  expect((await developer.get(`/runs/${run_id}/artifacts`)).json().files).toHaveLength(2)

  const address = `/get-artifact?run_id=${run_id}&path=${encodeURIComponent('model/größe.txt')}`
  const whole = await get(app, developer, address)
  expect([whole.statusCode, whole.body, whole.headers.etag]).toEqual([200, '0123456789', undefined])
  const part = await get(app, developer, address, { range: 'bytes=-3' })
  expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, '789', 'bytes 7-9/10'])
  expect((await get(app, developer, address, { range: 'bytes=10-' })).statusCode).toBe(416)
  expect((await get(app, developer, `/get-artifact?run_id=${run_id}&path=model`)).statusCode).toBe(400)
  expect((await get(app, developer, `/get-artifact?run_id=${run_id}&path=none`)).statusCode).toBe(404)
  const upload = `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run_id}&path=x`
  expect((await developer.request('POST', upload, 'x')).json().message).toContain('Clients write to')
})

test('a version from an allowed store is a copy in the vault, which clients are sent to and nobody changes', async () => {
  const { prefix, write, app, developer } = await directStore()
  const { run_id, artifact_uri } = await newRun(developer, `${prefix}exp`)
  const inStore = artifact_uri.slice(prefix.length)
  await write(`${inStore}/model/MLmodel`, 'flavors: {}\n')
  await write(`${inStore}/model/data/weights.bin`, 'approved weights')
  await developer.post(`${api}/registered-models/create`, { name: 'm' })
  const create = (source: string) => developer.post(`${api}/model-versions/create`, { name: 'm', source, run_id })

  for (const source of [`${artifact_uri}/model`, `runs:/${run_id}/model`]) {
    expect((await create(source)).json(), source).toMatchObject({ model_version: { source } })
  }
  await write(`${inStore}/model/data/weights.bin`, 'changed since')
  const uri = (await developer.get(`${api}/model-versions/get-download-uri?name=m&version=1`)).json().artifact_uri
  expect(uri).toMatch(/^mlflow-artifacts:\/direct\/sealed\/[0-9a-f]{64}$/)
  const sealed = `/api/2.0/mlflow-artifacts/artifacts/${uri.slice('mlflow-artifacts:/'.length)}`
  expect((await developer.get(`${sealed}/data/weights.bin`)).text).toBe('approved weights')
  for (const version of [1, 2]) {
    const { manifest } = (await developer.get(`/models/m/versions/${version}`)).json()
    expect(manifest.run.id).toBe(run_id)
    expect(manifest.files).toMatchObject([
      { path: 'MLmodel', sha256: sha256('flavors: {}\n') },
      { path: 'data/weights.bin', sha256: sha256('approved weights') },
    ])
  }
  expect((await developer.request('PUT', `${sealed}/data/weights.bin`, 'x')).status).toBe(403)
  expect((await developer.request('PUT', `${sealed}/more`, 'x')).status).toBe(403)
  expect((await developer.request('DELETE', sealed)).status).toBe(403)

  expect((await create(`${artifact_uri}/none`)).json().message).toContain('there are no files at the source')
  expect(await app.trail()).toContainEqual(expect.objectContaining({ action: 'version.registered' }))
})

test('the copy that a version was sealed from stays until the last version that has it is purged', async () => {
  const { prefix, write, app, developer } = await directStore()
  const administrator = await app.as('administrator')
  const { run_id, artifact_uri } = await newRun(developer, `${prefix}exp`)
  await write(`${artifact_uri.slice(prefix.length)}/model/weights.bin`, 'approved weights')
  await ok(developer.post(`${api}/registered-models/create`, { name: 'm' }))
  const source = `${artifact_uri}/model`
  for (let i = 0; i < 2; i++) await ok(developer.post(`${api}/model-versions/create`, { name: 'm', source, run_id }))
  const { artifact_uri: copy } = await ok(developer.get(`${api}/model-versions/get-download-uri?name=m&version=1`))
  const path = copy.slice('mlflow-artifacts:/'.length)
  const { id: first } = await ok(developer.get('/models/m/versions/1'))
  const { id: second } = await ok(developer.get('/models/m/versions/2'))

  await deleteRun(developer, run_id)
  const keptBy = async (what: object) => {
    const { outcome, kept } = (await administrator.post('/purges', { what, reason: 'no longer needed' })).json()
    return [outcome, kept.flatMap(({ holders }: { holders: { id: string }[] }) => holders.map(({ id }) => id)).sort()]
  }
  expect(await keptBy({ runs: [run_id] })).toEqual(['refused', [first, second].sort()])
  expect(await keptBy({ artifacts: [path] })).toEqual(['refused', [first, second].sort()])

  const remove = async (version: string) => {
    await ok(developer.request('DELETE', `${api}/model-versions/delete`, { name: 'm', version }))
    const { gone } = await purged(administrator, { versions: [version === '1' ? first : second] })
    return gone
  }
  const held = `/api/2.0/mlflow-artifacts/artifacts/${path}/weights.bin`
  expect(await remove('1')).toMatchObject({ versions: 1, files: 0 })
  expect((await developer.get(held)).text).toBe('approved weights')
  const collect = async () => {
    await collected(administrator)
    app.clock.advance(8 * 86_400_000)
    return (await collected(administrator)).totals
  }
  expect(await collect()).toMatchObject({ removed: 0, waiting: 0 })
  expect(await remove('2')).toMatchObject({ versions: 1, files: 1, bytes: 16 })
  expect((await developer.get(held)).status).toBe(404)
  expect(await app.workspaces.get('main')?.blobs.head(sha256('approved weights'))).toBeDefined()
  if (!onS3) expect(await collect()).toMatchObject({ removed: 1, removed_bytes: 16 })
})

test('what the policy does not allow is refused in its name, or stays a reference without files', async () => {
  const { prefix, app, developer } = await directStore()
  const create = (artifact_location: string, name: string) =>
    developer.post(`${api}/experiments/create`, { name, artifact_location })
  const beside = prefix.replace(/\/$/, '')
  for (const [i, location] of [
    's3://other-team/x',
    `${beside}-secret/x`,
    'file:///etc',
    '/etc',
    'file://host/etc',
  ].entries()) {
    const reply = await create(location, `refused ${i}`)
    expect(reply.json(), location).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
    expect(reply.json().message, location).toContain(`MODELKEEP_DIRECT_STORES) does not allow '${location}'`)
  }
  expect((await create(`${prefix}../x`, 'climbs')).json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })

  const { run_id } = await newRun(developer, 'gs://bucket/x', 'elsewhere')
  const list = await developer.get(`${api}/artifacts/list?run_id=${run_id}`)
  expect(list.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
  expect(list.json().message).toContain('MODELKEEP_DIRECT_STORES')
  expect((await developer.get(`/runs/${run_id}/artifacts`)).json()).toEqual({ files: [] })

  await developer.post(`${api}/registered-models/create`, { name: 'm' })
  const version = (source: string) => developer.post(`${api}/model-versions/create`, { name: 'm', source })
  expect((await version('s3://other-team/model')).json()).toMatchObject({ model_version: { version: '1' } })
  expect((await developer.get('/models/m/versions/1')).json()).toMatchObject({ manifest: { files: [] } })
  expect((await version('file:///etc')).json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
  const scoped = await app.as([{ role: 'developer', model: 'm' }])
  const reading = await scoped.post(`${api}/model-versions/create`, { name: 'm', source: `${prefix}model` })
  expect(reading.json()).toMatchObject({ error_code: 'PERMISSION_DENIED' })
})

test('a server that names no stores takes addresses in buckets as they are, reads none, and allows no folder', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const { run_id } = await newRun(developer, 's3://bucket/path')
  const listed = (await developer.get(`${api}/artifacts/list?run_id=${run_id}`)).json()
  expect(listed.message).toContain('it names none')
  const folder = await developer.post(`${api}/experiments/create`, { name: 'f', artifact_location: 'file:///mnt/x' })
  expect(folder.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
})

test.skipIf(onS3)('links in an allowed folder lead nowhere', async () => {
  const { prefix, folder, write, app, developer } = await directStore()
  const { run_id, artifact_uri } = await newRun(developer, `${prefix}exp`)
  const inStore = artifact_uri.slice(prefix.length)
  await write(`${inStore}/model/weights.bin`, 'w')
  await symlink('/etc', join(folder, inStore, 'model', 'etc'))
  await symlink('/etc/passwd', join(folder, inStore, 'model', 'passwd'))
  await symlink(join(folder, '..'), join(folder, inStore, 'up'))
  const list = (path: string) => developer.get(`${api}/artifacts/list?run_id=${run_id}&path=${path}`)
  expect((await list('model')).json().files).toEqual([{ path: 'model/weights.bin', is_dir: false, file_size: 1 }])
  for (const path of ['model/etc', 'up', 'up/models']) expect((await list(path)).json().files, path).toBeUndefined()
  for (const path of ['model/passwd', 'model/etc/passwd']) {
    const reply = await get(app, developer, `/get-artifact?run_id=${run_id}&path=${path}`)
    expect(reply.statusCode, path).toBe(404)
  }
  await developer.post(`${api}/registered-models/create`, { name: 'm' })
  const source = `${artifact_uri}/model`
  await developer.post(`${api}/model-versions/create`, { name: 'm', source })
  const { manifest } = (await developer.get('/models/m/versions/1')).json()
  expect(manifest.files).toMatchObject([{ path: 'weights.bin' }])
})
