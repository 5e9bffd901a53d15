import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { DemoError, show } from './show.ts'

const program = new URL('../bin/modelkeep.js', import.meta.url).pathname

export type CliResult = { status: number; stdout: string; stderr: string }
export type Cli = (
  args: readonly string[],
  options?: { expect?: number; quiet?: boolean; stdin?: string },
) => Promise<CliResult>

/** The command line as one person uses it: their token and the settings file with the server's keys. */
export function cliAs(env: { url: string; token: string; settings: string }): Cli {
  return async (args, { expect = 0, quiet = false, stdin = '' } = {}) => {
    if (!quiet) show.command(`modelkeep ${args.map(quoted).join(' ')}`)
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, MODELKEEP_URL: env.url, MODELKEEP_TOKEN: env.token, MODELKEEP_CONFIG: env.settings },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.stdin.end(stdin)
    const [status] = (await once(child, 'close')) as [number | null]
    if (!quiet && stdout !== '') show.output(stdout)
    if (!quiet && expect !== 0) show.say(`exit status ${status}`)
    if (status !== expect)
      throw new DemoError(`modelkeep ${args.join(' ')} ended with ${status}, not ${expect}\n${stderr}${stdout}`)
    return { status: status ?? -1, stdout, stderr }
  }
}

const quoted = (text: string) => (/^[\w@./:=-]+$/.test(text) ? text : `"${text}"`)
