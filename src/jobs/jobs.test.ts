import { hostname } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { badRequest } from '../lib/errors.ts'
import type { Json } from '../lib/json.ts'
import { testApp } from '../testing/app.ts'
import { createJobs, type JobHandler, type JobsOptions } from './index.ts'

const quick = { leaseMs: 300, pollMs: 20, stopMs: 50 }

async function given() {
  const app = await testApp()
  const { connection, clock } = { connection: app.system, clock: app.clock }
  const workspace = app.workspaces.get('main')
  if (!workspace) throw new Error('no workspace')
  const { writer, db } = workspace.connection
  function worker(handler: Partial<JobHandler>, options: JobsOptions = {}) {
    const jobs = createJobs({ connection: workspace?.connection ?? connection, clock, ...quick, ...options })
    jobs.handle('test', { run: async () => {}, gaveUp: async () => {}, ...handler })
    jobs.start()
    onTestFinished(() => jobs.stop())
    return jobs
  }
  const enqueue = (jobs: ReturnType<typeof worker>, input: Json) =>
    writer.commit((tx) => jobs.enqueue(tx, 'test', input))
  const row = (id: string) => db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const reaches = (id: string, state: string) => expect.poll(async () => (await row(id)).state).toBe(state)
  return { app, clock, writer, worker, enqueue, row, reaches }
}

test('a job runs at once in the process that enqueued it', async () => {
  const { worker, enqueue, row, reaches } = await given()
  const seen: Json[] = []
  const jobs = worker({ run: async (job) => void seen.push(job.input) }, { pollMs: 60_000 })
  const id = await enqueue(jobs, { n: 1 })
  await reaches(id, 'done')
  expect(seen).toEqual([{ n: 1 }])
  expect(await row(id)).toMatchObject({ attempts: 1, progress: 1, leased_by: null, error: null })
})

test('of many jobs of a workspace two run at a time', async () => {
  const { worker, enqueue, reaches } = await given()
  const going: (() => void)[] = []
  let most = 0
  const run = () =>
    new Promise<void>((resolve) => {
      going.push(resolve)
      most = Math.max(most, going.length)
    })
  const jobs = worker({ run })
  const ids = await Promise.all([1, 2, 3, 4].map((n) => enqueue(jobs, { n })))
  for (const left of [2, 2, 2, 1]) {
    await expect.poll(() => going.length).toBe(left)
    going.shift()?.()
  }
  for (const id of ids) await reaches(id, 'done')
  expect(most).toBe(2)
})

test('a transaction that is rolled back leaves no job', async () => {
  const { app, worker, writer } = await given()
  const jobs = worker({})
  await expect(
    writer.commit(async (tx) => {
      await jobs.enqueue(tx, 'test', {})
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  const db = app.workspaces.get('main')?.connection.db
  expect(await db?.selectFrom('job').selectAll().execute()).toEqual([])
})

test('a job of another process is found by looking from time to time', async () => {
  const { worker, enqueue, reaches } = await given()
  const asleep = worker({ run: () => new Promise(() => {}) }, { concurrency: 0 })
  const id = await enqueue(asleep, {})
  worker({})
  await reaches(id, 'done')
})

test('a refusal is final, a crash is tried again later until the attempts are used up', async () => {
  const { clock, worker, enqueue, row, reaches } = await given()
  const given_up: string[] = []
  let runs = 0
  const jobs = worker(
    {
      run: async ({ input }) => {
        runs++
        throw input === 'refuse' ? badRequest('the column age is missing') : new Error('segfault')
      },
      gaveUp: async (_, reason) => void given_up.push(reason),
    },
    { maxAttempts: 2 },
  )
  const refused = await enqueue(jobs, 'refuse')
  await reaches(refused, 'failed')
  expect(await row(refused)).toMatchObject({ attempts: 1, error: 'the column age is missing' })

  const crashed = await enqueue(jobs, 'crash')
  await expect.poll(async () => (await row(crashed)).error).toContain('segfault')
  expect(await row(crashed)).toMatchObject({ state: 'queued', attempts: 1 })
  clock.advance(2000)
  await reaches(crashed, 'failed')
  expect([runs, given_up]).toEqual([3, ['the column age is missing', 'an unexpected error stopped the work']])
})

test('cancelling stops a running job through its signal and a waiting one before it begins', async () => {
  const { worker, enqueue, writer, reaches } = await given()
  const started: Json[] = []
  const ended: Json[] = []
  const jobs = worker(
    {
      async run({ input, signal }) {
        started.push(input)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        ended.push(input)
      },
    },
    { concurrency: 1 },
  )
  const first = await enqueue(jobs, 1)
  const second = await enqueue(jobs, 2)
  await expect.poll(() => started).toEqual([1])
  expect(await writer.commit((tx) => jobs.cancel(tx, second))).toBe(true)
  expect(await writer.commit((tx) => jobs.cancel(tx, first))).toBe(true)
  await expect.poll(() => ended).toEqual([1])
  await reaches(first, 'cancelled')
  await reaches(second, 'cancelled')
  expect(await writer.commit((tx) => jobs.cancel(tx, first))).toBe(false)
  expect(started).toEqual([1])
})

test('a stop gives the lease back, and the next worker begins again with the same attempt', async () => {
  const { worker, enqueue, row, reaches } = await given()
  const jobs = worker({ run: () => new Promise(() => {}) })
  const id = await enqueue(jobs, {})
  await reaches(id, 'running')
  await jobs.stop()
  expect(await row(id)).toMatchObject({ state: 'queued', attempts: 0, leased_by: null })
  worker({})
  await reaches(id, 'done')
  expect(await row(id)).toMatchObject({ attempts: 1 })
})

test('a lease that ends is taken over, and its first holder is told and changes nothing more', async () => {
  const { clock, worker, enqueue, row, reaches } = await given()
  let told = false
  const hung = worker(
    {
      async run({ signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        told = true
      },
    },
    { leaseMs: 3000 },
  )
  const id = await enqueue(hung, {})
  await reaches(id, 'running')
  clock.advance(3001)
  worker({})
  await reaches(id, 'done')
  await expect.poll(() => told, { timeout: 5000 }).toBe(true)
  expect(await row(id)).toMatchObject({ state: 'done', attempts: 2 })
})

test('the job of a process that was killed on this host does not wait for its lease', async () => {
  const { writer, worker, enqueue, row, reaches } = await given()
  const asleep = worker({}, { concurrency: 0 })
  const id = await enqueue(asleep, {})
  const leasedUntil = '2999-01-01T00:00:00.000Z'
  const dead = { state: 'running' as const, leased_by: `${hostname()}/${process.pid}/1/a`, leased_until: leasedUntil }
  await writer.commit((tx) => tx.updateTable('job').set(dead).where('id', '=', id).execute())
  worker({})
  await reaches(id, 'done')

  const far = await enqueue(asleep, {})
  await reaches(far, 'done')
  expect(await row(far)).toMatchObject({ attempts: 1 })
})
