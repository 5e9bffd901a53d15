import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Measurement, median } from './measurement.ts'

const rounds = 5
const program = new URL('../bin/modelkeep.js', import.meta.url).pathname

/** From the command to the first answer on an existing data folder, and the memory of the idle server. */
export async function measureStartup(): Promise<Measurement[]> {
  const dataDir = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'bench-startup-'))
  try {
    await start(dataDir, 0)
    const starts: number[] = []
    const resident: number[] = []
    for (let round = 0; round < rounds; round++) {
      const { seconds, megabytes } = await start(dataDir, 2000)
      starts.push(seconds)
      resident.push(megabytes)
    }
    const row = { against: '–', reference: null, ratio: null, better: 'lower' } as const
    return [
      { ...row, work: 'start-up to the first answer, existing database', ours: median(starts), goal: 0.5, unit: 's' },
      { ...row, work: 'resident memory when idle', ours: median(resident), goal: 150, unit: 'MB' },
    ]
  } finally {
    await rm(dataDir, { recursive: true })
  }
}

async function start(dataDir: string, idle: number) {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [program, 'serve', '--data-dir', dataDir, '--port', String(port)], {
    stdio: 'ignore',
  })
  while (!(await answers(`http://127.0.0.1:${port}/api/v1/server`))) await wait(5)
  const seconds = (performance.now() - began) / 1000
  await wait(idle)
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  return { seconds, megabytes }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (reply) => reply.ok,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}

if (import.meta.main) console.table(await measureStartup())
