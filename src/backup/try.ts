import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Config, systemDatabase, workspaceDatabase } from '../config.ts'
import { connect } from '../db/connect.ts'
import { systemClock } from '../lib/clock.ts'
import { loadKeyAt } from '../lib/keys.ts'
import { createAudit } from '../modules/audit/index.ts'
import { originOf } from '../workspace.ts'
import { BackupError } from './files.ts'
import type { BackupManifest } from './manifest.ts'
import { restoreBackup } from './restore.ts'

export type RestoreTest = {
  manifest: BackupManifest
  /** Milliseconds from the first byte read to the last trail verified. */
  ms: number
  /** Of the accounts (`system`) and of each workspace, events that were verified. */
  trails: { name: string; events: number }[]
  /** What is wrong with the trails; empty when all of it came back. */
  problems: string[]
}

/**
 * Restores a backup on SQLite into a folder that is removed afterwards: every file is compared with its digest on the way, and
 * then every trail with the checkpoints that the log has signed. Keys come out of the backup with its passphrase, and otherwise
 * from the data folder. Nothing of the server is touched.
 */
export async function tryRestore(
  config: Config,
  folder: string,
  { passphrase }: { passphrase?: string | undefined } = {},
): Promise<RestoreTest> {
  const began = performance.now()
  const dataDir = await mkdtemp(join(tmpdir(), 'modelkeep-restore-test-'))
  try {
    const { artifacts: _, ...rest } = config
    const there: Config = { ...rest, dataDir, database: { kind: 'sqlite' } }
    const keys = join(dataDir, 'keys')
    if (passphrase === undefined) {
      await cp(resolve(config.dataDir, 'keys'), keys, { recursive: true }).catch(() => {
        throw new BackupError(
          `there are no keys in ${resolve(config.dataDir, 'keys')}; give the passphrase of the backup`,
        )
      })
    }
    const manifest = await restoreBackup(there, folder, { passphrase })
    const key = await loadKeyAt(join(keys, 'log.pem'), { create: false })
    const trails: RestoreTest['trails'] = []
    const problems: string[] = []
    for (const { name, workspace } of manifest.databases) {
      const connection = await connect(workspace === null ? systemDatabase(there) : workspaceDatabase(there, workspace))
      try {
        const origin = originOf(key, workspace ?? 'system')
        const check = await createAudit({ connection, key, origin, clock: systemClock }).check()
        trails.push({ name, events: check.size })
        if (check.outcome === 'broken') {
          problems.push(...check.problems.slice(0, 3).map(({ message }) => `the trail of ${name}: ${message}`))
        }
      } finally {
        await connection.close()
      }
    }
    return { manifest, ms: Math.round(performance.now() - began), trails, problems }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
