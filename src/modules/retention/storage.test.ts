import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { sha256 } from '../../lib/digest.ts'
import { testApp } from '../../testing/app.ts'
import { collected, deleteRun, fullRun, newExperiment, ok, purged, upload } from '../../testing/retention.ts'

const day = 86_400_000
const mlflow = '/api/2.0/mlflow'

test('bytes that nothing refers to go after their grace period, and only those', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const blobs = app.workspaces.get('main')?.blobs
  const id = await newExperiment(ann, 'train')
  const [lone, first, second] = [
    await fullRun(ann, id, { file: 'only here' }),
    await fullRun(ann, id, { file: 'shared bytes' }),
    await fullRun(ann, id, { file: 'shared bytes' }),
  ]
  for (const run of [lone, first]) await deleteRun(ann, run.id)
  const purge = await purged(admin, { runs: [lone.id, first.id] })
  expect(purge.gone).toMatchObject({ files: 2, bytes: 21 })
  const has = async (content: string) => (await blobs?.head(sha256(content))) !== undefined

  app.clock.advance(8 * day)
  expect((await collected(admin)).totals).toMatchObject({ blobs: 2, waiting: 1, waiting_bytes: 9, removed: 0 })
  expect(await ok(admin.get('/storage'))).toMatchObject({
    artifacts: { files: 1, bytes: 12 },
    waiting: { files: 1, bytes: 9 },
    grace_days: 7,
  })
  app.clock.advance(6 * day)
  expect((await collected(admin)).totals.removed).toBe(0)
  expect(await has('only here')).toBe(true)
  app.clock.advance(2 * day)
  const last = await collected(admin)
  expect(last).toMatchObject({ state: 'done', progress: 1 })
  expect(last.totals).toEqual({ blobs: 1, bytes: 12, waiting: 0, waiting_bytes: 0, removed: 1, removed_bytes: 9 })
  expect([await has('only here'), await has('shared bytes')]).toEqual([false, true])
  expect((await app.trail(`collection:${last.id}`)).find(({ action }) => action === 'blobs.released')?.detail).toEqual({
    count: 1,
    bytes: 9,
    digests: [sha256('only here')],
  })
  expect(second.id).not.toBe(first.id)
  expect((await ok(admin.get('/audit/check'))).outcome).toBe('intact')
})

test('the same content that is uploaded again is kept, whatever was noted about it', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const blobs = app.workspaces.get('main')?.blobs
  const run = await fullRun(ann, '0')
  await upload(ann, `${run.path}/a.txt`, 'first')
  await upload(ann, `${run.path}/a.txt`, 'second')
  await collected(admin)
  app.clock.advance(8 * day)
  await blobs?.put(Readable.from([Buffer.from('first')]))
  expect((await collected(admin)).totals).toMatchObject({ waiting: 1, removed: 0 })
  await upload(ann, `${run.path}/b.txt`, 'first')
  app.clock.advance(8 * day)
  expect((await collected(admin)).totals).toMatchObject({ waiting: 0, removed: 0 })
  await ok(ann.delete(`/api/2.0/mlflow-artifacts/artifacts/${run.path}/b.txt`))
  await collected(admin)
  app.clock.advance(6 * day)
  expect((await collected(admin)).totals).toMatchObject({ waiting: 1, removed: 0 })
  app.clock.advance(2 * day)
  expect((await collected(admin)).totals).toMatchObject({ waiting: 0, removed: 1 })
})

test('an upload of the same content while stale bytes are removed never ends with the bytes gone', async () => {
  const app = await testApp()
  const blobs = app.workspaces.get('main')?.blobs
  if (!blobs) throw new Error('no workspace')
  const content = Buffer.from('contended')
  for (let round = 0; round < 60; round++) {
    const { digest } = await blobs.put(Readable.from([content]))
    app.clock.advance(1000)
    await Promise.all([blobs.deleteStale(digest, app.clock.now()), blobs.put(Readable.from([content]))])
    expect(await blobs.verify(digest)).toMatchObject({ outcome: 'intact' })
  }
})

test('bytes that only a sealed manifest names are never removed', async () => {
  const app = await testApp()
  const [ann, admin] = [await app.as('developer'), await app.as('administrator')]
  const run = await fullRun(ann, '0', { file: 'weights' })
  await ok(ann.post('/models', { name: 'm' }))
  await ok(ann.post(`${mlflow}/model-versions/create`, { name: 'm', source: `${run.uri}/model`, run_id: run.id }))
  const connection = app.workspaces.get('main')?.connection
  await connection?.writer.commit((tx) => tx.deleteFrom('artifact').execute())
  for (const days of [1, 10, 10]) {
    app.clock.advance(days * day)
    if (days > 1)
      expect((await collected(await app.as('administrator'))).totals).toMatchObject({ blobs: 1, waiting: 0 })
  }
  expect(admin.person.id).not.toBe('')
})

test('the grace period is set by an administrator, and one collection runs at a time', async () => {
  const app = await testApp()
  const [admin, auditor] = [await app.as('administrator'), await app.as('auditor')]
  expect((await auditor.put('/storage', { grace_days: 3 })).status).toBe(403)
  expect((await admin.put('/storage', { grace_days: 0 })).status).toBe(400)
  expect(await ok(admin.put('/storage', { grace_days: 3 }))).toMatchObject({ grace_days: 3, last: null })
  const two = await Promise.all([admin.post('/storage/collections'), admin.post('/storage/collections')])
  expect(two.map(({ status }) => status).sort()).toEqual([202, 409])
  const { collections } = await ok(auditor.get('/storage/collections'))
  expect(collections).toHaveLength(1)
  expect((await admin.get('/storage/collections/col_000000000000000000000000')).status).toBe(404)
  expect((await admin.post('/storage/collections/col_000000000000000000000000/cancel')).status).toBe(404)
})

test('bytes are collected once a day without being asked', async () => {
  const app = await testApp()
  const retention = app.workspaces.get('main')?.retention
  await retention?.tick()
  expect(await retention?.storage.list()).toEqual([])
  app.clock.advance(day)
  await retention?.tick()
  await retention?.tick()
  expect(await retention?.storage.list()).toHaveLength(1)
})
