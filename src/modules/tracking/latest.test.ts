import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { isLater, stored } from './measured.ts'

const api = '/api/2.0/mlflow'

type Logged = { key: string; value: number | string; timestamp: number; step: number }

/** Few different steps, times and values, so that they meet: equal steps, equal times, NaN beside the 0 that it is kept as. */
const point: fc.Arbitrary<Logged> = fc.record({
  key: fc.constantFrom('a', 'b'),
  step: fc.integer({ min: -1, max: 1 }),
  timestamp: fc.integer({ min: 0, max: 1 }),
  value: fc.constantFrom<number | string>(0, 1, -1, 'NaN', 'Infinity', '-Infinity', 1.5e308),
})
const batches = fc.array(fc.array(point, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 })

async function newRun(client: TestClient): Promise<string> {
  const reply = await client.post(`${api}/runs/create`, { experiment_id: '0', start_time: 1 })
  return reply.json().run.info.run_id
}

/** What `metric_latest` has, and what the points say it should have. */
async function latestOf(app: TestApp, run_id: string) {
  const db = app.workspaces.get('main')?.connection.db
  if (!db) throw new Error('no workspace')
  const kept = await db.selectFrom('metric_latest').selectAll().where('run_id', '=', run_id).orderBy('key').execute()
  const points = await Promise.all(
    kept.map(async ({ key, series }) => {
      const all = await db.selectFrom('metric_point').selectAll().where('series', '=', series).execute()
      return { key, all }
    }),
  )
  const recomputed = points.map(({ key, all }) => {
    const { series: _, ...last } = all.reduce((a, b) => (isLater(b, a) ? b : a))
    return { key, ...last }
  })
  const inOrder = points.map(({ all }) =>
    all.every((a) => all.every((b) => a.step >= b.step || a.timestamp <= b.timestamp)),
  )
  return {
    kept: kept.map(({ key, value, is_nan, step, timestamp }) => ({ key, value, is_nan, step, timestamp })),
    recomputed,
    /** A series may be called out of order that is in order, never the other way round. */
    falselyInOrder: kept.filter(({ in_order }, i) => in_order === 1 && !inOrder[i]),
    counts: points.map(({ key, all }) => [key, all.length]),
  }
}

function expected(given: readonly (readonly Logged[])[]) {
  const rows = given.flat().map((one) => ({ key: one.key, ...stored({ ...one, value: Number(one.value) }) }))
  const different = [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()]
  const keys = [...new Set(different.map(({ key }) => key))].sort()
  return {
    latest: keys.map((key) => different.filter((row) => row.key === key).reduce((a, b) => (isLater(b, a) ? b : a))),
    counts: keys.map((key) => [key, different.filter((row) => row.key === key).length]),
  }
}

test('the latest values are those that the points give, however batches are ordered, cut, repeated and sent at once', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  await fc.assert(
    fc.asyncProperty(batches, fc.infiniteStream(fc.nat()), fc.boolean(), async (given, random, atOnce) => {
      const wanted = expected(given)
      const shuffled = given
        .flatMap((batch) => [batch, batch.slice(0, 2)])
        .map((batch) => ({ batch: batch.map((one) => ({ one, at: random.next().value })), at: random.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ batch }) => batch.sort((a, b) => a.at - b.at).map(({ one }) => one))
      const run_id = await newRun(ann)
      const log = async (metrics: readonly Logged[]) => {
        const reply = await ann.post(`${api}/runs/log-batch`, { run_id, metrics })
        expect([reply.status, reply.text]).toEqual([200, '{}'])
      }
      if (atOnce) await Promise.all(shuffled.map(log))
      else for (const batch of shuffled) await log(batch)
      const { kept, recomputed, falselyInOrder, counts } = await latestOf(app, run_id)
      expect(kept).toEqual(recomputed)
      expect(kept).toEqual(wanted.latest)
      expect(counts).toEqual(wanted.counts)
      expect(falselyInOrder).toEqual([])
    }),
    { numRuns: 20 },
  )
})

test('which of two points is later does not depend on who asks', () => {
  const row = point.map((one) => stored({ ...one, value: Number(one.value) }))
  fc.assert(
    fc.property(row, row, row, (a, b, c) => {
      const same = JSON.stringify(a) === JSON.stringify(b)
      expect(isLater(a, b) || isLater(b, a)).toBe(!same)
      expect(isLater(a, b) && isLater(b, a)).toBe(false)
      if (isLater(a, b) && isLater(b, c)) expect(isLater(a, c)).toBe(true)
    }),
  )
})
