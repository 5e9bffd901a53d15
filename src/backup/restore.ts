import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { sql } from 'kysely'
import { openBlobs } from '../blobs/open.ts'
import { type Config, systemDatabase, workspaceBlobs, workspaceDatabase } from '../config.ts'
import { insertMany } from '../db/bulk.ts'
import { type Connection, connect } from '../db/connect.ts'
import type { Tx } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { systemMigrations, workspaceMigrations } from '../db/migrations.ts'
import { Digest } from '../lib/ids.ts'
import { BackupError } from './files.ts'
import { openKeys } from './keys.ts'
import { type BackupDatabase, type BackupManifest, blobList, blobPath, folderOf } from './manifest.ts'
import { migrationsOf, type Row, readLines, tablesOf } from './rows.ts'
import { verifyBackup } from './verify.ts'

/** Rows that are held in memory at a time. */
const batch = 2000

/**
 * Fills an empty place from a backup that was read through before, on either engine, whichever it was made on. Each database is one
 * transaction. Only the version whose migrations the backup has restores it; upgrades come after that.
 */
export async function restoreBackup(
  config: Config,
  folder: string,
  { passphrase }: { passphrase?: string | undefined } = {},
): Promise<BackupManifest> {
  const { manifest, problems } = await verifyBackup(folder)
  if (problems.length > 0) throw new BackupError(`this backup is damaged: ${problems.slice(0, 3).join('; ')}`)
  const keyFolder = resolve(config.dataDir, 'keys')
  if (manifest.keys && passphrase !== undefined) {
    if (existsSync(keyFolder)) throw new BackupError(`there are keys in ${keyFolder} already`)
    await openKeys(await readFile(join(folder, 'keys.sealed'), 'utf8'), passphrase, keyFolder)
  } else if (!existsSync(join(keyFolder, 'log.pem'))) {
    throw new BackupError(`put the keys into ${keyFolder} first: without them no approval of this backup counts`)
  }
  for (const database of manifest.databases) {
    const { workspace } = database
    const place = workspace === null ? systemDatabase(config) : workspaceDatabase(config, workspace)
    const connection = await connect(place)
    try {
      await fill(connection, folder, database)
    } finally {
      await connection.close()
    }
    if (workspace !== null) await fillBlobs(config, folder, database, workspace)
  }
  return manifest
}

async function fill(connection: Connection, folder: string, database: BackupDatabase): Promise<void> {
  const { engine, writer, db } = connection
  if ((await tablesOf(engine, db)).length > 0) {
    throw new BackupError(`the database ${database.name} is not empty; restore into an empty place`)
  }
  await migrate(connection, database.workspace === null ? systemMigrations : workspaceMigrations)
  const own = await migrationsOf(db)
  if (own.join() !== [...database.migrations].sort().join()) {
    throw new BackupError('this backup was made by another version: restore it with that one, then upgrade')
  }
  const tables = await tablesOf(engine, db)
  await writer.commit(async (tx) => {
    if (engine === 'sqlite') await sql`pragma defer_foreign_keys = on`.execute(tx)
    for (const table of [...tables].reverse()) await sql`delete from ${sql.id(table)}`.execute(tx)
    for (const table of tables) {
      if (!database.tables.some(({ name }) => name === table)) continue
      await fillTable(tx, engine, table, join(folder, folderOf(database.name), `${table}.ndjson.gz`))
    }
  })
}

async function fillTable(tx: Tx, engine: Connection['engine'], table: string, path: string): Promise<void> {
  let columns: string[] = []
  let rows: unknown[][] = []
  const flush = async () => {
    // PostgreSQL takes at most 65,535 values in one statement.
    const most = Math.max(1, Math.floor(30_000 / Math.max(1, columns.length)))
    for (let at = 0; at < rows.length; at += most) {
      await insertMany(tx, engine, { table, columns }, rows.slice(at, at + most))
    }
    rows = []
  }
  for await (const row of readLines(path)) {
    columns = columns.length > 0 ? columns : Object.keys(row)
    rows.push(valuesOf(row, columns))
    if (rows.length >= batch) await flush()
  }
  await flush()
}

const valuesOf = (row: Row, columns: readonly string[]) => columns.map((column) => row[column] ?? null)

async function fillBlobs(config: Config, folder: string, { name, blobs: listed }: BackupDatabase, workspace: string) {
  if (!listed || listed.count === 0) return
  const blobs = await openBlobs(workspaceBlobs(config, workspace))
  try {
    for await (const { digest } of readLines(join(folder, folderOf(name), blobList))) {
      const expect = Digest.parse(digest)
      await blobs.put(createReadStream(join(folder, blobPath(name, expect))), { expect })
    }
  } finally {
    blobs.close?.()
  }
}
