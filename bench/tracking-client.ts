import { Agent, request } from 'node:http'
import { parentPort } from 'node:worker_threads'

export type LogTask = {
  url: string
  token: string
  connections: number
  requests: number
  /** Metrics in one request; 1 is `log-metric`. */
  metrics: number
  runIds: readonly string[]
  firstStep: number
}

/** Sends the requests over as many connections, bodies made beforehand, and says how long it took. */
async function run(task: LogTask): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: task.connections })
  const bodies = Array.from({ length: task.requests }, (_, index) => JSON.stringify(bodyOf(task, index)))
  const from = performance.now()
  let next = 0
  const connection = async () => {
    while (next < bodies.length) await send(task, agent, bodies[next++] ?? '')
  }
  await Promise.all(Array.from({ length: task.connections }, connection))
  agent.destroy()
  return (performance.now() - from) / 1000
}

function bodyOf({ metrics, runIds, firstStep }: LogTask, index: number) {
  const run_id = runIds[index % runIds.length]
  const step = firstStep + index * metrics
  if (metrics === 1) return { run_id, key: 'loss', value: Math.sin(step), timestamp: 1_700_000_000_000 + step, step }
  const points = Array.from({ length: metrics }, (_, i) => ({
    key: `metric-${i % 4}`,
    value: Math.sin(step + i),
    timestamp: 1_700_000_000_000 + step + i,
    step: step + i,
  }))
  return { run_id, metrics: points }
}

function send({ url, token }: LogTask, agent: Agent, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const req = request(url, { method: 'POST', agent, headers }, (res) => {
      res.resume()
      res.on('end', () => (res.statusCode === 200 ? resolve() : reject(new Error(`answered ${res.statusCode}`))))
    })
    req.on('error', reject)
    req.end(body)
  })
}

parentPort?.on('message', async (task: LogTask) => parentPort?.postMessage(await run(task)))
