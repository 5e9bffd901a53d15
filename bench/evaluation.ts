import { DuckDBInstance } from '@duckdb/node-api'
import { seeded } from '../src/lib/statistics/index.ts'
import { binaryPerformance, groupFairness } from '../src/modules/evaluation/metrics/index.ts'
import { measureExplanation } from './explanation.ts'
import { absolute, type Measurement, median } from './measurement.ts'

const rows = 1_000_000
const rounds = 9
const sexes = ['female', 'male']
const races = ['asian', 'black', 'indian', 'other', 'white']

/**
 * All rates of two attributes and their intersection, with their intervals, tests and differences, from columns in memory, against
 * the counts alone by one `group by` of DuckDB over the same columns in its memory, on one thread as ours. What the
 * bootstrap of the differences adds does not grow with the rows and is a row of its own. Milliseconds.
 */
export async function measureEvaluation(): Promise<Measurement[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await connection.run(`create table rows as select
    cast(hash(i) % ${sexes.length} as utinyint) as sex,
    cast(hash(i + 10) % ${races.length} as utinyint) as race,
    cast(hash(i + 20) % 100 < 40 as utinyint) as y,
    cast(hash(i + 30) % 100 < 35 + 10 * (hash(i) % 2) as utinyint) as predicted
    from range(${rows}) as numbers(i)`)
  const column = async (name: string) => {
    const result = await connection.runAndReadAll(`select ${name} from rows`)
    return Uint8Array.from(result.getColumns()[0] ?? [], Number)
  }
  const [sex, race, y, predicted] = [
    await column('sex'),
    await column('race'),
    await column('y'),
    await column('predicted'),
  ]
  const attributes = [
    { name: 'sex', codes: sex, labels: sexes },
    { name: 'race', codes: race, labels: races },
  ]

  const measured = (resampling: number) =>
    timed(async () => groupFairness({ y, predicted, attributes, intersections: true, seed: 1, rounds: resampling }))

  const ours: number[] = []
  const resampled: number[] = []
  const reference: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const group = await timed(() =>
      connection.runAndReadAll(`select sex, race, count(*), sum(y), sum(predicted), sum(y * predicted)
        from rows group by sex, race`),
    )
    const [plain, bootstrapped] = [await measured(0), await measured(1000)]
    if (round === 0) continue
    reference.push(group)
    ours.push(plain)
    resampled.push(bootstrapped)
  }
  connection.closeSync()
  instance.closeSync()
  return [
    {
      work: 'group fairness, all rates, 2 attributes and their intersection, 1 M rows',
      against: 'one DuckDB group by over the same columns',
      ours: median(ours),
      reference: median(reference),
      ratio: median(ours) / median(reference),
      goal: 3,
      unit: 'ms',
      better: 'lower',
    },
    {
      work: 'the same with 1,000 bootstrap rounds',
      against: '–',
      ours: median(resampled),
      reference: null,
      ratio: null,
      goal: 1000,
      unit: 'ms',
      better: 'lower',
    },
    absolute('performance of two classes with 1,000 bootstrap rounds, 100,000 rows', await measureBootstrap(), 's', 60),
    ...(await measureExplanation()),
  ]
}

/** Every figure of two classes, those of the scores resampled row by row. Seconds. */
async function measureBootstrap(): Promise<number> {
  const random = seeded(1)
  const y = Uint8Array.from({ length: 100_000 }, () => (random.uniform() < 0.3 ? 1 : 0))
  const score = Float64Array.from(y, (label) => Math.round(1000 * (0.3 * label + 0.7 * random.uniform())) / 1000)
  const bootstrap = { seed: 1, rounds: 1000 }
  return (await timed(async () => binaryPerformance({ y, score, threshold: 0.5, bootstrap }))) / 1000
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

if (import.meta.main) console.table(await measureEvaluation())
