import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Bench } from './engine.ts'
import type { SendTask } from './http-client.ts'
import { absolute, type Measurement } from './measurement.ts'
import { startServer } from './server-process.ts'

const connections = 16
const loadSeconds = 20

/** Resident memory of a server: idle, at its highest while clients log, and a while after they are gone. */
export async function measureMemory(bench: Bench): Promise<Measurement[]> {
  const dataDir = join(bench.dir, 'memory')
  await (await startServer(bench, dataDir)).stop()
  const server = await startServer(bench, dataDir)
  const client = new Worker(new URL('./http-client.ts', import.meta.url))
  try {
    await wait(3000)
    const idle = server.resident()
    const mlflow = `${server.url}/api/2.0/mlflow`
    const runs = await Promise.all(Array.from({ length: connections }, () => newRun(mlflow)))
    const bodies = Array.from({ length: 20_000 }, (_, step) =>
      JSON.stringify({ run_id: runs[step % runs.length], key: 'loss', value: Math.sin(step), timestamp: step, step }),
    )
    const url = `${mlflow}/runs/log-metric`
    const done = once(client, 'message')
    client.postMessage({ url, token: '', connections, bodies, seconds: loadSeconds } satisfies SendTask)
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, server.resident())
    }, 100)
    const [result] = await done
    clearInterval(watch)
    if (typeof result !== 'number') throw new Error(String(result))
    await wait(5000)
    return [
      absolute('resident memory when idle', idle, 'MB', 150),
      absolute('resident memory at the most, 16 connections logging for 20 s', most, 'MB', null),
      absolute('resident memory five seconds after that', server.resident(), 'MB', null),
    ]
  } finally {
    await client.terminate()
    await server.stop()
  }
}

async function newRun(mlflow: string): Promise<string> {
  const reply = await fetch(`${mlflow}/runs/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ experiment_id: '0' }),
  })
  const { run } = (await reply.json()) as { run: { info: { run_id: string } } }
  return run.info.run_id
}
