import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../../testing/app.ts'

const api = '/api/2.0/mlflow'

type Run = {
  id: string
  start_time: number
  end_time: number | null
  run_name: string
  metrics: Record<string, number | 'NaN'>
  params: Record<string, string>
}

const names = ['a', 'B', 'b', 'a b']
const numbers = fc.constantFrom<number | 'NaN'>(-1, 0, 0.5, 2, 'NaN')
const facts = fc.record({
  start_time: fc.integer({ min: 0, max: 3 }),
  end_time: fc.option(fc.integer({ min: 0, max: 2 })),
  run_name: fc.constantFrom(...names),
  metrics: fc.record({ k: numbers, l: numbers }, { requiredKeys: [] }),
  params: fc.record({ k: fc.constantFrom(...names) }, { requiredKeys: [] }),
})

async function givenRuns(ann: TestClient, count: number): Promise<Run[]> {
  const runs: Run[] = []
  for (const fact of fc.sample(facts, { numRuns: count, seed: 11 })) {
    const { start_time, run_name, end_time } = fact
    const made = await ann.post(`${api}/runs/create`, { experiment_id: '0', run_name, start_time })
    const run_id = made.json().run.info.run_id
    const metrics = Object.entries(fact.metrics).map(([key, value]) => ({ key, value, timestamp: 1, step: 0 }))
    const params = Object.entries(fact.params).map(([key, value]) => ({ key, value }))
    await ann.post(`${api}/runs/log-batch`, { run_id, metrics, params })
    if (end_time !== null) await ann.post(`${api}/runs/update`, { run_id, end_time })
    runs.push({ id: run_id, ...fact } as Run)
  }
  return runs
}

const keys = ['metrics.k', 'metrics.l', 'params.k', 'start_time', 'end_time', 'run_name'] as const
type Key = (typeof keys)[number]

function heldBy(run: Run, key: Key): number | string | null | undefined {
  switch (key) {
    case 'metrics.k':
      return run.metrics.k
    case 'metrics.l':
      return run.metrics.l
    case 'params.k':
      return run.params.k
    default:
      return run[key]
  }
}

/** What is there comes before NaN, and NaN before what is missing, in both directions. */
function compare(a: Run, b: Run, key: Key, descending: boolean): number {
  const [x, y] = [heldBy(a, key), heldBy(b, key)]
  const rank = (value: typeof x) => (value === undefined || value === null ? 2 : value === 'NaN' ? 1 : 0)
  if (rank(x) !== rank(y) || rank(x) > 0) return rank(x) - rank(y)
  if (x === y) return 0
  const less = x !== undefined && x !== null && y !== undefined && y !== null && x < y
  return less === descending ? 1 : -1
}

function sorted(runs: readonly Run[], order: readonly { key: Key; descending: boolean }[]): string[] {
  const byTime = order.some(({ key }) => key === 'start_time') ? [] : [{ key: 'start_time' as const, descending: true }]
  return runs
    .toSorted((a, b) => {
      for (const { key, descending } of [...order, ...byTime]) {
        const compared = compare(a, b, key, descending)
        if (compared !== 0) return compared
      }
      return a.id < b.id ? -1 : 1
    })
    .map(({ id }) => id)
}

test('runs come in the order asked for, with ties, NaN and missing values, whatever the size of the pages', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const runs = await givenRuns(ann, 30)
  const order = fc.uniqueArray(fc.record({ key: fc.constantFrom(...keys), descending: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ key }) => key,
  })
  await fc.assert(
    fc.asyncProperty(order, fc.integer({ min: 4, max: 31 }), async (by, max_results) => {
      const found: string[] = []
      for (let page_token: string | undefined; ; ) {
        const reply = await ann.post(`${api}/runs/search`, {
          experiment_ids: ['0'],
          order_by: by.map(({ key, descending }) => `${key} ${descending ? 'DESC' : 'ASC'}`),
          max_results,
          page_token,
        })
        const page = reply.json()
        found.push(...page.runs.map((run: { info: { run_id: string } }) => run.info.run_id))
        page_token = page.next_page_token
        if (page_token === undefined) break
      }
      expect(found).toEqual(sorted(runs, by))
    }),
    { numRuns: 40 },
  )
})
