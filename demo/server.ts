import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { DemoError } from './show.ts'

export type DemoServer = {
  url: string
  /** The administrator's first password, when this start created the administrator. */
  firstPassword: string | undefined
  pid: number
  stop(): Promise<void>
  /** Settles when the server ends by itself. */
  ended: Promise<void>
}

const program = new URL('../bin/modelkeep.js', import.meta.url).pathname
const startTimeout = 30_000

/** Starts `modelkeep serve` as a person would, and waits until it says that it serves. */
export async function startServer(dataDir: string, wantedPort: number): Promise<DemoServer> {
  const port = await freePort(wantedPort)
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [program, 'serve', '--data-dir', dataDir, '--port', String(port)], {
    // The channel ends the server when the demo ends, however that happens.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, MODELKEEP_URL: url, MODELKEEP_HOST: '127.0.0.1' },
  })
  const errors: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => {
    errors.push(chunk.toString())
    if (errors.length > 50) errors.shift()
  })

  let firstPassword: string | undefined
  const ready = new Promise<void>((resolve) => {
    if (!child.stdout) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      firstPassword = /with the password (\S+)/.exec(line)?.[1] ?? firstPassword
      if (line.startsWith('Ready')) resolve()
    })
  })
  const ended = once(child, 'exit').then(() => {})
  const tooLate = new Promise<'late'>((resolve) => setTimeout(resolve, startTimeout, 'late').unref())
  const first = await Promise.race([ready.then(() => 'ready'), ended.then(() => 'ended'), tooLate])
  if (first !== 'ready') throw new DemoError(`the server did not start:\n${errors.join('')}`)
  return { url, firstPassword, pid: child.pid ?? 0, ended, stop: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<void>) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await ended
}

/** The wanted port, or the next that nobody listens on. */
async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 50; port++) {
    if (await isFree(port)) return port
  }
  throw new DemoError(`the ports ${wanted} to ${wanted + 49} are all taken; choose another with --port`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
