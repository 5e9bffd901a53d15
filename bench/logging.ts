import type { Bench } from './engine.ts'
import { type Measurement, speeds } from './measurement.ts'
import { openRaw, type Raw } from './raw.ts'
import { newRun, type Served, serveBench } from './served.ts'

const rounds = 5
const batches = 100
const perBatch = 1_000
const singles = 6_000
const connections = 16

/** Logging over HTTP against the bare engine. */
export async function measureLogging(bench: Bench): Promise<Measurement[]> {
  const served = await serveBench(bench)
  const raw = await openRaw(bench)
  try {
    return [await measureBatches(served, raw), await measureSingles(served, raw)]
  } finally {
    await raw.close()
    await served.close()
  }
}

async function measureBatches(served: Served, raw: Raw): Promise<Measurement> {
  const ours: number[] = []
  const reference: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const run_id = await newRun(served)
    const bodies = Array.from({ length: batches }, (_, batch) => JSON.stringify({ run_id, metrics: pointsOf(batch) }))
    const seconds = await served.send({ route: 'runs/log-batch', connections: 2, bodies })
    const from = performance.now()
    for (let batch = 0; batch < batches; batch++) {
      await raw.insertBatch(
        pointsOf(batch).map(({ key, step, timestamp, value }) => [run_id, key, step, timestamp, value, 0] as const),
      )
    }
    const plain = (performance.now() - from) / 1000
    if (round === 0) continue
    ours.push((batches * perBatch) / seconds)
    reference.push((batches * perBatch) / plain)
  }
  const work = 'log-batch, 1,000 metrics a request, over HTTP'
  return speeds({ work, against: 'bulk insert of the bare engine', goal: 0.5, unit: 'metrics/s' }, ours, reference)
}

function pointsOf(batch: number) {
  return Array.from({ length: perBatch }, (_, i) => {
    const step = batch * perBatch + i
    return { key: `metric-${i % 4}`, value: Math.sin(step), timestamp: 1_700_000_000_000 + step, step }
  })
}

async function measureSingles(served: Served, raw: Raw): Promise<Measurement> {
  const ours: number[] = []
  const reference: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const runs = await Promise.all(Array.from({ length: connections }, () => newRun(served)))
    const bodies = Array.from({ length: singles }, (_, step) =>
      JSON.stringify({ run_id: runs[step % runs.length], key: 'loss', value: Math.sin(step), timestamp: step, step }),
    )
    const seconds = await served.send({ route: 'runs/log-metric', connections, bodies })
    const from = performance.now()
    for (let step = 0; step < singles; step++) {
      await raw.insertOne([runs[0] ?? '', 'loss', step, step, Math.sin(step), 0])
    }
    const plain = (performance.now() - from) / 1000
    if (round === 0) continue
    ours.push(singles / seconds)
    reference.push(singles / plain)
  }
  const work = 'log-metric, 16 connections, durable'
  return speeds({ work, against: 'one commit each on the bare engine', goal: 1, unit: 'requests/s' }, ours, reference)
}
