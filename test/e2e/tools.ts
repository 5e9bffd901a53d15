import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const root = new URL('../..', import.meta.url).pathname

export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'modelkeep-e2e-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

export type Finished = { status: number | null; stdout: string; stderr: string }

export type Running = {
  child: ChildProcess
  /** Everything printed so far. */
  output: () => string
  finished: Promise<Finished>
}

/** Runs one of the product's programs on the Node that runs the tests. */
export function run(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const finished = once(child, 'close').then(([status]) => ({ status: status as number | null, stdout, stderr }))
  return { child, output: () => stdout, finished }
}

export const demo = (folder: string, port: number) =>
  run(['demo/main.ts', '--exit', '--folder', folder, '--port', String(port)], { NO_COLOR: '1' })

export const cli = (args: readonly string[], env: Record<string, string>) =>
  run(['bin/modelkeep.js', ...args], { NO_COLOR: '1', ...env }).finished

export async function serve(
  dataDir: string,
  port: number,
  env: Record<string, string> = {},
): Promise<{ url: string; child: ChildProcess; said: string; stop: () => Promise<void> }> {
  const url = `http://127.0.0.1:${port}`
  const { child, output, finished } = run(
    ['bin/modelkeep.js', 'serve', '--data-dir', dataDir, '--port', String(port)],
    {
      MODELKEEP_URL: url,
      MODELKEEP_LOG: 'off',
      ...env,
    },
  )
  while (!output().includes('Ready')) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${(await finished).stderr}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    url,
    child,
    said: output(),
    async stop() {
      child.kill('SIGTERM')
      await finished
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}

/** Debian's Chromium where it is installed, else Playwright's own. */
export function launchBrowser(): Promise<Browser> {
  const known = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const executablePath = known.find((path) => path !== undefined && existsSync(path))
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}
