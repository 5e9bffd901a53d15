import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { type Bench, freePort } from './engine.ts'

const program = new URL('../bin/modelkeep.js', import.meta.url).pathname
const longest = 60_000

export type ServerProcess = {
  url: string
  /** From the command to the first 200 of /health. */
  seconds: number
  /** Resident memory in MiB; NaN where the system does not say. */
  resident: () => number
  stop: () => Promise<void>
}

/** `modelkeep serve` as a process of its own, on an open server, so that requests need no token. */
export async function startServer(
  { env }: Bench,
  dataDir: string,
  more: Record<string, string> = {},
): Promise<ServerProcess> {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [program, 'serve', '--open', '--data-dir', dataDir, '--port', String(port)], {
    stdio: 'ignore',
    env: { ...withoutEmpty({ ...process.env, ...env }), ...more },
  })
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(`${url}/health`))) {
    if (child.exitCode !== null || performance.now() - began > longest) throw new Error('the server does not start')
    await wait(2)
  }
  return {
    url,
    seconds: (performance.now() - began) / 1000,
    resident: () => residentOf(child),
    stop: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const [status] = await ended
  if (status !== 0) throw new Error(`the server ended with ${status}`)
}

function residentOf({ pid }: ChildProcess): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}

const withoutEmpty = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (reply) => reply.ok,
    () => false,
  )
}
