import type { Bench } from './engine.ts'
import { absolute, type Measurement, median, percentile } from './measurement.ts'
import { openWorkspaceRaw } from './raw.ts'
import { newRun, type Served, serveBench } from './served.ts'

const runs = 2_000
const versions = 200
const points = 100_000
const rounds = 7

/** Single calls of MLflow's API: creating runs, registering versions, and the whole history of a metric. */
export async function measureCalls(bench: Bench): Promise<Measurement[]> {
  const served = await serveBench(bench)
  try {
    return [...(await createRuns(served)), ...(await registerVersions(served)), await readHistory(bench, served)]
  } finally {
    await served.close()
  }
}

async function createRuns({ send, call }: Served): Promise<Measurement[]> {
  const bodies = Array.from({ length: runs }, (_, n) => JSON.stringify({ experiment_id: '0', run_name: `run ${n}` }))
  await send({ route: 'runs/create', connections: 16, bodies: bodies.slice(0, 200) })
  const seconds = await send({ route: 'runs/create', connections: 16, bodies })
  const times = await timesOf(200, (n) => call('POST', 'runs/create', { experiment_id: '0', run_name: `one ${n}` }))
  return [
    { ...absolute('create run, 16 connections', runs / seconds, 'runs/s', null), better: 'higher' },
    absolute('create run, one after the other, p95', percentile(times, 0.95), 'ms', null),
  ]
}

async function registerVersions({ call }: Served): Promise<Measurement[]> {
  await call('POST', 'registered-models/create', { name: 'bench' })
  const run_id = (await call('POST', 'runs/create', { experiment_id: '0' })).json().run.info.run_id
  const times = await timesOf(versions, () =>
    call('POST', 'model-versions/create', { name: 'bench', source: 'https://example.com/model', run_id }),
  )
  return [
    absolute('register version, p50', median(times), 'ms', null),
    absolute('register version, p95', percentile(times, 0.95), 'ms', null),
  ]
}

async function readHistory(bench: Bench, served: Served): Promise<Measurement> {
  const run_id = await newRun(served)
  for (let from = 0; from < points; from += 1_000) {
    const metrics = Array.from({ length: 1_000 }, (_, i) => ({
      key: 'loss',
      value: Math.sin(from + i),
      timestamp: from + i,
      step: from + i,
    }))
    await served.call('POST', 'runs/log-batch', { run_id, metrics })
  }
  const raw = await openWorkspaceRaw(bench)
  const text = `select p.* from metric_point p join metric_latest l on l.series = p.series
    where l.run_id = ? and l.key = 'loss' order by p.timestamp, p.step, p.value`
  const ours: number[] = []
  const reference: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      let from = performance.now()
      const { body } = await served.call('GET', `metrics/get-history?run_id=${run_id}&metric_key=loss`)
      ours.push(performance.now() - from)
      if (body.length < points * 40) throw new Error('the history is not whole')
      from = performance.now()
      JSON.stringify(await raw.query(text, [run_id]))
      reference.push(performance.now() - from)
    }
  } finally {
    await raw.close()
  }
  const mine = median(ours)
  const theirs = median(reference)
  const row = absolute('metric history of 100,000 points', mine, 'ms', 2)
  return { ...row, against: 'the same rows read by the bare engine, as JSON', reference: theirs, ratio: mine / theirs }
}

async function timesOf(count: number, work: (n: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < count; n++) {
    const from = performance.now()
    await work(n)
    times.push(performance.now() - from)
  }
  return times.slice(Math.floor(count / 10))
}
