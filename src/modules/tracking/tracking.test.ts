import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'
import { insertPointsByColumn, insertPointsByRow } from './log-store.ts'
import type { PointRow } from './tables.ts'

const api = '/api/2.0/mlflow'

async function newRun(client: TestClient, name = 'r', experiment = '0'): Promise<string> {
  const reply = await client.post(`${api}/runs/create`, { experiment_id: experiment, run_name: name, start_time: 1 })
  return reply.json().run.info.run_id
}

const finish = (client: TestClient, run_id: string) => client.post(`${api}/runs/update`, { run_id, status: 'FINISHED' })

test('a run that ends is sealed, and what is logged afterwards is an event', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run_id = await newRun(ann)
  await ann.post(`${api}/runs/log-batch`, {
    run_id,
    metrics: [{ key: 'loss', value: 0.5, timestamp: 1, step: 0 }],
    params: [{ key: 'lr', value: '0.1' }],
  })
  expect((await app.trail(`run:${run_id}`)).map(({ action }) => action)).toEqual(['run.created'])

  await finish(ann, run_id)
  const sealed = (await ann.get(`/runs/${run_id}`)).json()
  expect(sealed.seal).toMatch(/^sha256:/)
  expect((await ann.post(`${api}/runs/log-metric`, { run_id, key: 'loss', value: 1, timestamp: 2 })).status).toBe(200)
  expect((await ann.post(`${api}/runs/set-tag`, { run_id, key: 't', value: 'v' })).status).toBe(200)
  expect((await ann.post(`${api}/runs/delete-tag`, { run_id, key: 't' })).status).toBe(200)

  const trail = await app.trail(`run:${run_id}`)
  expect(trail.map(({ action }) => action)).toEqual([
    'run.created',
    'run.finished',
    'run.changed',
    'run.changed',
    'run.changed',
  ])
  expect(trail[1]?.detail.seal).toBe(sealed.seal)
  expect(trail[2]?.detail).toEqual({ metrics: ['loss'], points: 1 })
  expect((await ann.get(`/runs/${run_id}`)).json().seal).toBe(sealed.seal)

  await ann.post(`${api}/runs/update`, { run_id, status: 'RUNNING' })
  expect((await ann.get(`/runs/${run_id}`)).json().seal).toBeNull()
  await finish(ann, run_id)
  expect((await ann.get(`/runs/${run_id}`)).json().seal).not.toBe(sealed.seal)
})

test('equal content gives equal seals, whatever the order it was logged in', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run_id = await newRun(ann)
  const log = (...keys: string[]) =>
    ann.post(`${api}/runs/log-batch`, { run_id, params: keys.map((key) => ({ key, value: key })) })
  await log('b', 'a')
  const first = await app.workspaces.get('main')?.tracking.runs.forVersion(run_id)
  await log('a', 'b')
  const again = await app.workspaces.get('main')?.tracking.runs.forVersion(run_id)
  expect(again?.digest).toBe(first?.digest)
  await log('c')
  expect((await app.workspaces.get('main')?.tracking.runs.forVersion(run_id))?.digest).not.toBe(first?.digest)
})

test('everyone who logged to a run is remembered as one who contributed', async () => {
  const app = await testApp()
  const [ann, ben] = [await app.as('developer'), await app.as('developer')]
  const run_id = await newRun(ann)
  await ben.post(`${api}/runs/log-metric`, { run_id, key: 'm', value: 1, timestamp: 1 })
  const people = await app.workspaces.get('main')?.tracking.runs.contributorsOf(run_id)
  expect(new Set(people)).toEqual(new Set([ann.person.id, ben.person.id]))
})

test('a batch that is refused leaves nothing behind, and does not take others with it', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run_id = await newRun(ann)
  await ann.post(`${api}/runs/log-parameter`, { run_id, key: 'lr', value: '1' })
  const metric = (key: string) => ({ key, value: 1, timestamp: 1, step: 0 })
  const replies = await Promise.all([
    ann.post(`${api}/runs/log-batch`, { run_id, metrics: [metric('a')], params: [{ key: 'lr', value: '2' }] }),
    ann.post(`${api}/runs/log-batch`, { run_id, metrics: [metric('b')] }),
    ann.post(`${api}/runs/log-batch`, { run_id: 'missing', metrics: [metric('c')] }),
    ann.post(`${api}/runs/log-batch`, {
      run_id,
      params: [
        { key: 'x', value: '1' },
        { key: 'x', value: '1' },
      ],
    }),
  ])
  expect(replies.map(({ status }) => status)).toEqual([400, 200, 404, 400])
  const run = (await ann.get(`/runs/${run_id}`)).json()
  expect(run.metrics.map(({ key }: { key: string }) => key)).toEqual(['b'])
  expect(run.params).toEqual([{ key: 'lr', value: '1' }])
})

test('the latest point is the same however points are ordered, repeated and spread over concurrent requests', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const point = fc.record({
    key: fc.constantFrom('a', 'b'),
    step: fc.integer({ min: -2, max: 2 }),
    timestamp: fc.integer({ min: 0, max: 2 }),
    value: fc.integer({ min: -2, max: 2 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(point, { maxLength: 6 }), { maxLength: 5 }), async (batches) => {
      const run_id = await newRun(ann)
      await Promise.all(batches.map((metrics) => ann.post(`${api}/runs/log-batch`, { run_id, metrics })))
      const { metrics } = (await ann.get(`/runs/${run_id}`)).json()
      for (const key of ['a', 'b']) {
        const expected = batches
          .flat()
          .filter((p) => p.key === key)
          .toSorted((x, y) => y.step - x.step || y.timestamp - x.timestamp || y.value - x.value)[0]
        expect(metrics.find((m: { key: string }) => m.key === key)).toEqual(expected)
        const history = await ann.get(`${api}/metrics/get-history?run_id=${run_id}&metric_key=${key}`)
        const different = new Set(
          batches
            .flat()
            .filter((p) => p.key === key)
            .map((p) => JSON.stringify(p)),
        )
        expect(history.json().metrics?.length ?? 0).toBe(different.size)
      }
    }),
    { numRuns: 15 },
  )
})

test('points written by row and by column are the same points', async () => {
  const app = await testApp()
  const connection = app.workspaces.get('main')?.connection
  if (!connection) throw new Error('no workspace')
  const rows = (series: number): PointRow[] =>
    Array.from({ length: 700 }, (_, step) => ({ series, step, timestamp: step * 2, value: Math.sin(step), is_nan: 0 }))
  await connection.writer.commit(async (tx) => {
    await insertPointsByRow(tx, connection.engine, [...rows(1), ...rows(1).slice(0, 5)])
    if (connection.engine === 'postgres') await insertPointsByColumn(tx, [...rows(2), ...rows(2).slice(0, 5)])
  })
  const stored = await connection.db.selectFrom('metric_point').selectAll().orderBy('series').orderBy('step').execute()
  expect(stored).toEqual(connection.engine === 'postgres' ? [...rows(1), ...rows(2)] : rows(1))
})

test('a long curve comes thinned out, with its peaks', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run_id = await newRun(ann)
  const metrics = Array.from({ length: 1000 }, (_, step) => ({
    key: 'loss',
    value: step === 321 ? 99 : Math.cos(step / 100),
    timestamp: step,
    step,
  }))
  await ann.post(`${api}/runs/log-batch`, { run_id, metrics })
  const { series } = (await ann.get(`/runs/${run_id}/metrics?key=loss&max_points=50`)).json()
  expect(series[0].points.length).toBeLessThanOrEqual(52)
  expect(series[0].points.length).toBeGreaterThan(30)
  expect(series[0].points).toContainEqual({ value: 99, step: 321, timestamp: 321 })
  const whole = (await ann.get(`/runs/${run_id}/metrics?key=loss&key=none`)).json().series
  expect(whole[0].points).toHaveLength(1000)
  expect(whole[1].points).toEqual([])
})

test('pages of a search stay where they are while runs arrive', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const log = async (name: string, value: number | string) => {
    const run_id = await newRun(ann, name)
    await ann.post(`${api}/runs/log-metric`, { run_id, key: 'acc', value, timestamp: 1 })
  }
  for (const [name, value] of [
    ['a', 0.9],
    ['b', 0.5],
    ['c', 'NaN'],
    ['d', 0.7],
  ] as const)
    await log(name, value)
  await newRun(ann, 'e')
  const search = async (page_token?: string) =>
    (
      await ann.post(`${api}/runs/search`, {
        experiment_ids: ['0'],
        order_by: ['metrics.acc DESC'],
        max_results: 2,
        page_token,
      })
    ).json()
  const names: string[] = []
  let token: string | undefined
  do {
    const page = await search(token)
    names.push(...page.runs.map((run: { info: { run_name: string } }) => run.info.run_name))
    if (token === undefined) await log('late', 0.8)
    token = page.next_page_token
  } while (token)
  expect(names).toEqual(['a', 'd', 'b', 'c', 'e'])
})

test('people read experiments and runs in the grammar that clients use', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run_id = await newRun(ann, 'one')
  await ann.post(`${api}/runs/log-parameter`, { run_id, key: 'lr', value: '0.1' })
  await newRun(ann, 'two')
  expect((await ann.get('/experiments')).json().experiments).toMatchObject([{ id: '0', name: 'Default', runs: 2 }])
  const found = await ann.get(`/experiments/0/runs?filter=${encodeURIComponent("params.lr = '0.1'")}`)
  expect(found.json()).toMatchObject({ runs: [{ id: run_id, created_by: ann.person.id }], next_page_token: null })
  expect((await ann.get('/experiments/0/runs?filter=nonsense')).status).toBe(400)
  expect((await ann.get('/experiments/77/runs')).status).toBe(404)
  expect((await ann.get('/runs/0123')).status).toBe(404)
})

test('who may only read cannot log, and who is not known cannot read', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const auditor = await app.as('auditor')
  const run_id = await newRun(ann)
  const refused = await auditor.post(`${api}/runs/log-metric`, { run_id, key: 'm', value: 1, timestamp: 1 })
  expect(refused.status).toBe(403)
  expect(refused.json().error_code).toBe('PERMISSION_DENIED')
  const unknown = await app.anonymous.get(`${api}/runs/get?run_id=${run_id}`)
  expect(unknown.status).toBe(401)
  expect(unknown.headers['www-authenticate']).toBe('Basic realm="mlflow"')
})
