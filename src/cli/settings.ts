import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { CliError } from './exit.ts'

/** Where the command line finds its server, who it is there, and the public keys it trusts. */
const Settings = z.object({
  url: z.url().optional(),
  token: z.string().optional(),
  workspace: z.string().optional(),
  keys: z
    .array(z.object({ use: z.enum(['signing', 'log']), public_key_pem: z.string(), verifier: z.string().optional() }))
    .default([]),
})
export type Settings = z.infer<typeof Settings>

type Environment = Record<string, string | undefined>

export function settingsPath(env: Environment = process.env): string {
  return env.MODELKEEP_CONFIG ?? join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'modelkeep', 'config.json')
}

/** Where the last verdicts are kept for the time that the server is away. */
export function verdictsPath(env: Environment = process.env): string {
  return env.MODELKEEP_VERDICTS ?? join(dirname(settingsPath(env)), 'verdicts')
}

export async function readSettings(env: Environment = process.env): Promise<Settings> {
  const text = await readFile(settingsPath(env), 'utf8').catch(() => '{}')
  const parsed = Settings.safeParse(parseJson(text))
  if (!parsed.success) throw new CliError(`${settingsPath(env)} is not valid; run modelkeep login again`)
  return {
    ...parsed.data,
    ...(env.MODELKEEP_URL ? { url: env.MODELKEEP_URL } : {}),
    ...(env.MODELKEEP_WORKSPACE ? { workspace: env.MODELKEEP_WORKSPACE } : {}),
    ...(env.MODELKEEP_TOKEN ? { token: env.MODELKEEP_TOKEN } : {}),
  }
}

/** Readable by the owner only, because it holds a token. */
export async function writeSettings(settings: Settings, env: Environment = process.env): Promise<string> {
  const path = settingsPath(env)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, path)
  return path
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
