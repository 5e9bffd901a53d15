import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Config } from '../config.ts'
import { loadOrCreateKey } from '../lib/keys.ts'
import { testApp } from '../testing/app.ts'
import { givenGoodEvidence, givenModel, givenReview, givenVersion, governedName } from '../testing/governed.ts'
import { createBackup } from './create.ts'
import { reportBackup } from './last.ts'
import { restoreBackup } from './restore.ts'
import { tryRestore } from './try.ts'
import { verifyBackup } from './verify.ts'

const passphrase = 'a phrase of many words'
const emptyFolder = () => mkdtempSync(join(tmpdir(), 'modelkeep-backup-'))

test('a running server is backed up, and comes back whole on either engine, with its approvals and its trail', async () => {
  const app = await testApp()
  const review = await givenReview(app)
  await review.decide(review.validator)
  const administrator = await app.as('administrator')
  await administrator.post('/workspaces', { name: 'risk', description: 'Credit models' })
  const there = { 'x-modelkeep-workspace': 'risk' }
  await administrator.request('POST', '/models', { name: 'of-risk' }, there)
  const { run } = (await administrator.post('/api/2.0/mlflow/runs/create', { experiment_id: '0' })).json()
  const metric = { run_id: run.info.run_id, key: 'loss', value: 'NaN', timestamp: 1, step: 0 }
  await administrator.post('/api/2.0/mlflow/runs/log-metric', metric)
  const trail = (await administrator.get('/audit/check')).json()
  const standing = `/models/${governedName}/versions/1/standing?environment=prod`
  const before = (await administrator.get(standing)).json()

  const folder = emptyFolder()
  const made = await createBackup(app.config, folder, { passphrase })
  expect(made.databases.map(({ name }) => name)).toEqual(['system', 'workspace-main', 'workspace-risk'])
  expect((await verifyBackup(folder)).problems).toEqual([])
  expect(readFileSync(join(folder, 'keys.sealed'), 'utf8')).not.toContain('PRIVATE')
  await expect(createBackup(app.config, folder)).rejects.toThrow('is not empty')
  const onto: Pick<Config, 'database'>[] = [{ database: { kind: 'sqlite' } }]
  if (app.config.database.kind === 'postgres') {
    onto.push({ database: { ...app.config.database, prefix: 'restored' } })
  }
  for (const { database } of onto) {
    const dataDir = emptyFolder()
    const config: Config = { ...app.config, dataDir, database }
    await expect(restoreBackup(config, folder)).rejects.toThrow('put the keys into')
    await expect(restoreBackup(config, folder, { passphrase: 'another phrase' })).rejects.toThrow('does not open')
    await restoreBackup(config, folder, { passphrase })
    await expect(restoreBackup(config, folder)).rejects.toThrow('is not empty')

    const again = await testApp({ dataDir, config: { database } })
    const ask = (url: string, headers = {}) =>
      again.anonymous.request('GET', url, undefined, { authorization: `Bearer ${administrator.token}`, ...headers })
    const check = (await ask('/audit/check')).json()
    expect([check.outcome, check.size]).toEqual([trail.outcome, trail.size])
    expect((await ask('/audit/accounts/check')).json().outcome).toBe('intact')
    expect((await ask(standing)).json().scope_digest).toBe(before.scope_digest)
    // It was signed with a key that came back sealed.
    expect((await ask('/decisions')).json().decisions).toMatchObject([{ outcome: 'approved', covers: true }])
    const file = await ask(`/models/${governedName}/versions/1/files/model.onnx`)
    expect(file.bytes.length).toBeGreaterThan(0)
    expect((await ask('/models', there)).text).toContain('of-risk')
    const history = await ask(`/api/2.0/mlflow/metrics/get-history?run_id=${run.info.run_id}&metric_key=loss`)
    expect(history.text).toContain('NaN')
    // It goes on: the trail takes the next event.
    const more = await again.anonymous.request(
      'POST',
      '/models',
      { name: 'later' },
      { authorization: `Bearer ${administrator.token}` },
    )
    expect(more.status).toBe(200)
    expect((await ask('/audit/check')).json()).toMatchObject({ outcome: 'intact' })
  }
}, 240_000)

test('a backup that was altered, cut off or made by another version is not restored', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  await givenModel(developer)
  await givenGoodEvidence(app, (await givenVersion(developer)).id)
  const folder = emptyFolder()
  await createBackup(app.config, folder, { passphrase })
  const config: Config = { ...app.config, dataDir: emptyFolder(), database: { kind: 'sqlite' } }
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8')
  writeFileSync(join(folder, 'manifest.json'), manifest.replace('"001-audit"', '"001-of-another-version"'))
  await expect(restoreBackup(config, folder, { passphrase })).rejects.toThrow('made by another version')
  writeFileSync(join(folder, 'manifest.json'), manifest)
  const [first = ''] = readdirSync(join(folder, 'blobs', 'workspace-main'))
  const [blob = ''] = readdirSync(join(folder, 'blobs', 'workspace-main', first))
  writeFileSync(join(folder, 'blobs', 'workspace-main', first, blob), 'other bytes')
  expect((await verifyBackup(folder)).problems).toEqual([
    `blobs/workspace-main/${first}/${blob} is not what was written`,
  ])
  const empty: Config = { ...app.config, dataDir: emptyFolder(), database: { kind: 'sqlite' } }
  await expect(restoreBackup(empty, folder, { passphrase })).rejects.toThrow('is damaged')
  expect(readdirSync(empty.dataDir)).toEqual([])
  await expect(verifyBackup(emptyFolder())).rejects.toThrow('no manifest.json')
}, 60_000)

test('a backup is restored for a test, its digests and trails are verified, and the page of connections says when', async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  await administrator.post('/models', { name: 'wage' })
  const health = async () => {
    const { connections } = (await administrator.get('/connections')).json()
    return connections.filter(({ kind }: { kind: string }) => kind === 'backup')
  }
  expect(await health()).toMatchObject([
    { name: 'Last backup', state: 'unknown', proof: null },
    { name: 'Last restore test', state: 'unknown', proof: null },
  ])
  const folder = emptyFolder()
  await createBackup(app.config, folder, { passphrase })
  const { size } = (await administrator.get('/audit/check')).json()
  const tried = await tryRestore(app.config, folder, { passphrase })
  expect(tried.problems).toEqual([])
  expect(tried.trails.find(({ name }) => name === 'workspace-main')).toEqual({ name: 'workspace-main', events: size })
  expect(tried.ms).toBeGreaterThan(0)
  // With the keys of the data folder instead of those in the backup.
  expect((await tryRestore(app.config, folder)).problems).toEqual([])
  // With the keys of another server nothing in it counts.
  const dataDir = emptyFolder()
  await loadOrCreateKey(join(dataDir, 'keys'), 'log')
  expect((await tryRestore({ ...app.config, dataDir }, folder)).problems).not.toEqual([])
  await expect(tryRestore({ ...app.config, dataDir: emptyFolder() }, folder)).rejects.toThrow('there are no keys')
  expect((await administrator.get('/models/wage')).status).toBe(200)

  await reportBackup(app.config, 'create', { ok: true, what: 'it was written' })
  await reportBackup(app.config, 'test', { ok: false, what: 'it could not be restored' })
  expect(await health()).toMatchObject([
    { state: 'met', proof: { what: 'it was written' } },
    { state: 'blocked', proof: { what: 'it could not be restored' } },
  ])
}, 120_000)
