import { createWriteStream } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openBlobs } from '../blobs/open.ts'
import { type Config, systemDatabase, workspaceBlobs, workspaceDatabase } from '../config.ts'
import { type Connection, connect } from '../db/connect.ts'
import { version } from '../lib/version.ts'
import { BackupError, digestOfFile } from './files.ts'
import { sealKeys } from './keys.ts'
import { type BackupDatabase, type BackupManifest, blobList, blobPath, folderOf } from './manifest.ts'
import { migrationsOf, openSnapshot, rowsOf, type Snapshot, tablesOf, writeLines } from './rows.ts'

type Part = { name: string; workspace: string | null; connection: Connection; snapshot: Snapshot }

/**
 * Writes everything into an empty folder while the server goes on: the rows of every database as they were at one moment each,
 * the moments right after each other, and then the bytes, which are stored before the rows that name them. The manifest
 * comes last, so that a folder without one is no backup.
 */
export async function createBackup(
  config: Config,
  folder: string,
  { passphrase }: { passphrase?: string | undefined } = {},
): Promise<BackupManifest> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length > 0) throw new BackupError(`${folder} is not empty`)
  const parts = await openAll(config)
  try {
    const databases: BackupDatabase[] = []
    for (const part of parts) databases.push(await writeDatabase(folder, part))
    for (const [i, { workspace, name }] of parts.entries()) {
      const database = databases[i]
      if (workspace !== null && database) database.blobs = await writeBlobs(config, folder, name, workspace)
    }
    const manifest: BackupManifest = {
      format: 'modelkeep-backup-1',
      version,
      made_at: new Date().toISOString(),
      databases,
      keys: passphrase === undefined ? null : await writeKeys(config, folder, passphrase),
    }
    await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 })
    return manifest
  } finally {
    for (const { snapshot, connection } of parts) {
      await snapshot.end()
      await connection.close()
    }
  }
}

async function openAll(config: Config): Promise<Part[]> {
  const system = await connect(systemDatabase(config))
  const snapshot = await openSnapshot(system).catch(async (error: unknown) => {
    await system.close()
    throw error instanceof Error && /migration/.test(error.message)
      ? new BackupError('there is nothing to back up: no server has started on this data folder')
      : error
  })
  const parts: Part[] = [{ name: 'system', workspace: null, connection: system, snapshot }]
  const listed = await snapshot.db.selectFrom('workspace').select('name').where('state', '!=', 'deleted').execute()
  for (const name of new Set(['main', ...listed.map((row) => row.name)])) {
    const connection = await connect(workspaceDatabase(config, name))
    parts.push({ name: `workspace-${name}`, workspace: name, connection, snapshot: await openSnapshot(connection) })
  }
  return parts
}

async function writeDatabase(folder: string, { name, workspace, snapshot }: Part): Promise<BackupDatabase> {
  const into = join(folder, folderOf(name))
  await mkdir(into, { recursive: true, mode: 0o700 })
  const tables: BackupDatabase['tables'] = []
  for (const table of await tablesOf(snapshot.engine, snapshot.db)) {
    const path = join(into, `${table}.ndjson.gz`)
    const rows = await writeLines(path, rowsOf(snapshot, table))
    tables.push({ name: table, rows, sha256: await digestOfFile(path) })
  }
  return { name, workspace, migrations: await migrationsOf(snapshot.db), tables, blobs: null }
}

async function writeBlobs(config: Config, folder: string, name: string, workspace: string) {
  const blobs = await openBlobs(workspaceBlobs(config, workspace))
  let bytes = 0
  async function* copied() {
    for await (const { digest, size } of blobs.list()) {
      const path = join(folder, blobPath(name, digest))
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await pipeline((await blobs.open(digest)).stream, createWriteStream(path, { mode: 0o600 }))
      bytes += size
      yield { digest, size }
    }
  }
  try {
    const path = join(folder, folderOf(name), blobList)
    const count = await writeLines(path, copied())
    return { count, bytes, sha256: await digestOfFile(path) }
  } finally {
    blobs.close?.()
  }
}

async function writeKeys(config: Config, folder: string, passphrase: string) {
  const path = join(folder, 'keys.sealed')
  await writeFile(path, await sealKeys(resolve(config.dataDir, 'keys'), passphrase), { mode: 0o600 })
  return { sha256: await digestOfFile(path) }
}
