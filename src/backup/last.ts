import { readFile, rename, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { Config } from '../config.ts'

const Entry = z.object({ at: z.iso.datetime(), ok: z.boolean(), what: z.string() })
const Last = z.object({ create: Entry.optional(), test: Entry.optional() })
export type LastBackups = z.infer<typeof Last>

const placeOf = ({ dataDir }: Pick<Config, 'dataDir'>) => resolve(dataDir, 'last-backup.json')

/** What was last said of backups with this data folder; nothing where nothing was, or where it cannot be read. */
export async function lastBackups(config: Pick<Config, 'dataDir'>): Promise<LastBackups> {
  const text = await readFile(placeOf(config), 'utf8').catch(() => '{}')
  try {
    return Last.safeParse(JSON.parse(text)).data ?? {}
  } catch {
    return {}
  }
}

/** Says beside the databases that a backup was made or tested, for the page of connections. */
export async function reportBackup(
  config: Pick<Config, 'dataDir'>,
  kind: 'create' | 'test',
  { ok, what }: { ok: boolean; what: string },
): Promise<void> {
  const last: LastBackups = { ...(await lastBackups(config)), [kind]: { at: new Date().toISOString(), ok, what } }
  const path = placeOf(config)
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(last, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.${process.pid}`, path)
}
