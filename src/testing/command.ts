import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { run } from '../cli/program.ts'
import type { TestApp } from './app.ts'

export type Told = { readonly status: number; readonly stdout: string; readonly stderr: string }

/** The command line as somebody with this token uses it, against a test's own server. */
export async function commandsOf(app: TestApp, token: string): Promise<(...args: string[]) => Promise<Told>> {
  await app.http.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.http.server.address() as AddressInfo
  vi.stubEnv('MODELKEEP_URL', `http://127.0.0.1:${port}`)
  vi.stubEnv('MODELKEEP_TOKEN', token)
  const verdicts = await mkdtemp(join(tmpdir(), 'modelkeep-verdicts-'))
  vi.stubEnv('MODELKEEP_VERDICTS', verdicts)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    process.exitCode = 0
    await rm(verdicts, { recursive: true, force: true })
  })
  return async (...args) => {
    const [stdout, stderr] = [heard(process.stdout), heard(process.stderr)]
    try {
      const status = await run(['node', 'modelkeep', ...args])
      return { status, stdout: stdout.text(), stderr: stderr.text() }
    } finally {
      stdout.end()
      stderr.end()
      process.exitCode = 0
    }
  }
}

function heard(stream: NodeJS.WriteStream) {
  let text = ''
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  return { text: () => text, end: () => spy.mockRestore() }
}
