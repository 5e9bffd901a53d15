import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { fastify } from 'fastify'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { sampleBySeeking, sampleExactly } from '../../modules/tracking/history-store.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { mlflowListRoute } from './list.ts'

const api = '/api/2.0/mlflow'

type Point = { value: number | string; timestamp: number; step: number }

async function runWith(client: TestClient, points: readonly Point[], key = 'loss'): Promise<string> {
  const made = await client.post(`${api}/runs/create`, { experiment_id: '0', start_time: 1 })
  const { run_id } = made.json().run.info
  for (let from = 0; from < points.length; from += 1000) {
    const metrics = points.slice(from, from + 1000).map((point) => ({ key, ...point }))
    const reply = await client.post(`${api}/runs/log-batch`, { run_id, metrics })
    if (reply.status !== 200) throw new Error(reply.text)
  }
  return run_id
}

const query = (of: Record<string, string | number | readonly string[]>) =>
  Object.entries(of)
    .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((one) => `${key}=${one}`))
    .join('&')

const at = (step: number, timestamp = step, value: number | string = step): Point => ({ step, timestamp, value })

/** Points of a series, straight into its tables. */
async function manyPoints(app: TestApp, run_id: string, count: number) {
  const connection = app.workspaces.get('main')?.connection
  if (!connection) throw new Error('no workspace')
  const numbers =
    connection.engine === 'postgres'
      ? sql`(select i from generate_series(0, ${sql.lit(count - 1)}) as g(i)) as n`
      : sql`(with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ${sql.lit(count)}) select i from n) as n`
  await connection.writer.commit(async (tx) => {
    const { series } = await tx
      .selectFrom('metric_latest')
      .select('series')
      .where('run_id', '=', run_id)
      .executeTakeFirstOrThrow()
    await sql`insert into metric_point (series, step, timestamp, value, is_nan)
      select ${sql.lit(series)}, i, i, i * 0.5, 0 from ${numbers} where i > 0`.execute(tx)
    await sql`update metric_latest set step = ${count - 1}, timestamp = ${count - 1} where series = ${series}`.execute(
      tx,
    )
  })
}

test('several histories come in one answer, by run, time, step and value, up to a number of points', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const runs = [
    await runWith(ann, [at(2, 1), at(1, 5), at(1, 5, 'NaN'), at(0, 5)]),
    await runWith(ann, [at(0), at(1), at(2)]),
    await runWith(ann, [at(0)], 'other'),
  ]
  const bulk = async (more: Record<string, number> = {}) =>
    (
      await ann.get(
        `/ajax-api/2.0/mlflow/metrics/get-history-bulk?${query({ run_id: [...runs, 'missing'], metric_key: 'loss', ...more })}`,
      )
    ).json().metrics
  const whole = [
    ...[at(2, 1), at(0, 5), at(1, 5, 'NaN'), at(1, 5)].map((point) => ({ key: 'loss', run_id: runs[0], ...point })),
    ...[at(0), at(1), at(2)].map((point) => ({ key: 'loss', run_id: runs[1], ...point })),
  ].sort((a, b) => (String(a.run_id) < String(b.run_id) ? -1 : a.run_id === b.run_id ? 0 : 1))
  expect(await bulk()).toEqual(whole)
  for (const max_results of [0, 1, 3, 5, 6, 7]) expect(await bulk({ max_results })).toEqual(whole.slice(0, max_results))
})

test('what bulk histories refuse is said in the words of MLflow', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const many = Array.from({ length: 101 }, (_, i) => `r${i}`)
  const seeDocs = 'See the API docs for more information about request parameters.'
  for (const [url, message] of [
    ['get-history-bulk?metric_key=m', 'GetMetricHistoryBulk request must specify at least one run_id.'],
    ['get-history-bulk?run_id=r', 'GetMetricHistoryBulk request must specify a metric_key.'],
    [
      `get-history-bulk?${query({ run_id: many, metric_key: 'm' })}`,
      'GetMetricHistoryBulk request cannot specify more than 100 run_ids. Received 101 run_ids.',
    ],
    ['get-history-bulk-interval?metric_key=m', `Missing value for required parameter 'run_ids'. ${seeDocs}`],
    ['get-history-bulk-interval?run_ids=r', `Missing value for required parameter 'metric_key'. ${seeDocs}`],
    [
      `get-history-bulk-interval?${query({ run_ids: many, metric_key: 'm' })}`,
      `GetMetricHistoryBulkInterval request must specify at most 100 run_ids. Received 101 run_ids. ${seeDocs}`,
    ],
    [
      'get-history-bulk-interval?run_ids=r&metric_key=m&max_results=2501',
      `max_results must be between 1 and 2500. ${seeDocs}`,
    ],
    [
      'get-history-bulk-interval?run_ids=r&metric_key=m&max_results=0',
      `max_results must be between 1 and 2500. ${seeDocs}`,
    ],
    [
      'get-history-bulk-interval?run_ids=r&metric_key=m&start_step=1',
      'If either start step or end step are specified, both must be specified.',
    ],
    [
      'get-history-bulk-interval?run_ids=r&metric_key=m&start_step=2&end_step=1',
      'end_step must be greater than start_step. Found start_step=2 and end_step=1.',
    ],
  ]) {
    const reply = await ann.get(`/ajax-api/2.0/mlflow/metrics/${url}`)
    expect([url, reply.status, reply.json()]).toEqual([url, 400, { error_code: 'INVALID_PARAMETER_VALUE', message }])
  }
  const negative = await ann.get(`${api}/metrics/get-history-bulk?run_id=r&metric_key=m&max_results=-1`)
  expect(negative.status).toBe(400)
  const nothing = await ann.get(`${api}/metrics/get-history-bulk?run_id=r&metric_key=m`)
  expect(nothing.json()).toEqual({ metrics: [] })
  expect((await ann.get(`${api}/metrics/get-history-bulk-interval?run_ids=r&metric_key=m`)).json()).toEqual({})
})

/** The sample that MLflow takes, written out; a range takes its share from the steps inside it. */
function sampled(
  runs: readonly (readonly number[])[],
  [start, end]: readonly [number, number],
  most: number,
): number[] {
  const inside = (step: number) => step >= start && step <= end
  const all = [...new Set(runs.flat())].filter(inside).sort((a, b) => a - b)
  const ends = runs.filter((run) => run.length > 0).flatMap((run) => [Math.min(...run), Math.max(...run)])
  const spread = Array.from({ length: most }, (_, i) => all[Math.trunc(i * (all.length / most))])
  const picked = all.length <= most ? all : [...spread, all.at(-1)]
  return [...new Set([...picked, ...ends.filter(inside)])].filter((step) => step !== undefined).sort((a, b) => a - b)
}

test('a sample of several histories has the steps that MLflow picks, and the ends of every run', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const steps = fc.uniqueArray(fc.integer({ min: -5, max: 120 }), { maxLength: 60 })
  const bounds = fc.option(fc.tuple(fc.integer({ min: -5, max: 120 }), fc.integer({ min: 0, max: 80 })))
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: 1, maxLength: 3 }),
      bounds,
      fc.integer({ min: 1, max: 20 }),
      async (runs, bound, most) => {
        const ids: string[] = []
        for (const run of runs)
          ids.push(
            await runWith(
              ann,
              run.map((step) => at(step, Math.abs(step))),
            ),
          )
        const range = bound ? ([bound[0], bound[0] + bound[1]] as const) : ([-1000, 1000] as const)
        const limits = bound ? { start_step: range[0], end_step: range[1] } : {}
        const url = `${api}/metrics/get-history-bulk-interval?${query({ run_ids: ids, metric_key: 'loss', max_results: most, ...limits })}`
        const { metrics = [] } = (await ann.get(url)).json()
        const expected = new Set(sampled(runs, range, most))
        const wanted = runs.flatMap((run, i) =>
          run.toSorted((a, b) => a - b).flatMap((step) => (expected.has(step) ? [[ids[i], step]] : [])),
        )
        expect(metrics.map((metric: { run_id: string; step: number }) => [metric.run_id, metric.step])).toEqual(wanted)
      },
    ),
    { numRuns: 15 },
  )
})

test('a sample that seeks is the sample that counts, where steps have no gaps', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run_id = await runWith(ann, [at(0)])
  await manyPoints(app, run_id, 5_000)
  const db = app.workspaces.get('main')?.connection.db
  if (!db) throw new Error('no workspace')
  const { series } = await db.selectFrom('metric_latest').select('series').executeTakeFirstOrThrow()
  for (const most of [1, 7, 100, 2500]) {
    const counted = await sampleExactly(db, [series], [100, 4_321], most)
    expect(await sampleBySeeking(db, [series], [100, 4_321], most)).toEqual(counted)
    expect(counted.length).toBeLessThanOrEqual(most + 1)
  }
})

test('histories out of the order of time come in it all the same, whole and in pages', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const point = fc.record({
    step: fc.integer({ min: 0, max: 4 }),
    timestamp: fc.integer({ min: 0, max: 4 }),
    value: fc.constantFrom<number | string>(0, 1, 'NaN'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 12 }), fc.boolean(), async (given, rising) => {
      const points = rising ? given.toSorted((a, b) => a.step - b.step || a.timestamp - b.timestamp) : given
      const run_id = await runWith(ann, points)
      const number = ({ value }: Point) => (value === 'NaN' ? 0.5 : Number(value))
      const wanted = [...new Map(points.map((one) => [JSON.stringify(one), one])).values()].sort(
        (a, b) =>
          a.timestamp - b.timestamp ||
          a.step - b.step ||
          // NaN is kept as 0 with a mark.
          Math.floor(number(a)) - Math.floor(number(b)) ||
          number(a) - number(b),
      )
      const shown = wanted.map(({ step, timestamp, value }) => ({ key: 'loss', value, timestamp, step }))
      const url = `${api}/metrics/get-history?run_id=${run_id}&metric_key=loss`
      expect((await ann.get(url)).json()).toEqual({ metrics: shown })
      const paged: unknown[] = []
      for (let token = ''; ; ) {
        const page = (await ann.get(`${url}&max_results=3${token && `&page_token=${token}`}`)).json()
        paged.push(...page.metrics)
        if (!page.next_page_token) break
        token = page.next_page_token
      }
      expect(paged).toEqual(shown)
    }),
    { numRuns: 15 },
  )
})

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Bytes that something still refers to. */
function memoryInUse(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

async function streamed(url: string, token: string): Promise<IncomingMessage> {
  const [response] = await once(get(url, { headers: { authorization: `Bearer ${token}` } }), 'response')
  return response as IncomingMessage
}

test('a long history comes in one answer, in order, and is not held in memory', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const count = 200_000
  const run_id = await runWith(ann, [at(0)])
  await manyPoints(app, run_id, count)
  const address = await app.http.listen({ host: '127.0.0.1', port: 0 })
  const before = memoryInUse()
  let most = 0
  let bytes = 0
  let steps = 0
  let looks = 0
  let rest = ''
  const response = await streamed(`${address}${api}/metrics/get-history?run_id=${run_id}&metric_key=loss`, ann.token)
  expect(response.headers['transfer-encoding']).toBe('chunked')
  for await (const chunk of response) {
    bytes += chunk.length
    const text = rest + chunk.toString('latin1')
    const cut = text.lastIndexOf('},') + 2
    for (const [, step] of text.slice(0, cut).matchAll(/"step":(\d+)\}/g)) {
      if (Number(step) !== steps++) throw new Error(`step ${step} is not where it belongs`)
    }
    rest = text.slice(cut)
    if (Math.floor(bytes / 2_000_000) === looks) continue
    looks = Math.floor(bytes / 2_000_000)
    most = Math.max(most, memoryInUse() - before)
  }
  expect(rest).toMatch(/"step":199999\}\]\}$/)
  expect(steps).toBe(count - 1)
  expect(bytes).toBeGreaterThan(10_000_000)
  expect(most).toBeLessThan(16_000_000)
})

test('a client that stops reading stops the reading of the list, and one that goes away ends it', async () => {
  const server = fastify()
  onTestFinished(() => server.close())
  let read = 0
  let ended = 0
  async function* batches() {
    try {
      for (;;) {
        read++
        yield Array.from({ length: 100 }, () => `"${'x'.repeat(1000)}"`)
      }
    } finally {
      ended++
    }
  }
  mlflowListRoute(server, 'GET', '/endless', 'tracking.read', async () => ({ name: 'items', batches: batches() }))
  const address = await server.listen({ host: '127.0.0.1', port: 0 })
  const response = await streamed(`${address}/endless`, '')
  await once(response, 'readable')
  response.read(10)
  await expect
    .poll(async () => {
      const known = read
      await new Promise((resolve) => setTimeout(resolve, 100))
      return read - known
    })
    .toBe(0)
  const known = read
  expect(ended).toBe(0)
  response.destroy()
  await expect.poll(() => ended).toBe(1)
  expect(read).toBeLessThanOrEqual(known + 1)
})
