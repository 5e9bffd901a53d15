import { rename } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Connection, connect, type DatabaseLocation } from './connect.ts'
import { placeFreshFile } from './fresh-file.ts'
import { migrate } from './migrate.ts'
import { systemMigrations, workspaceMigrations } from './migrations.ts'

const migrationsOf = { system: systemMigrations, workspace: workspaceMigrations } as const
export type DatabaseKind = keyof typeof migrationsOf

/** Beside the bundle. The sources have none, so that a new file begins with the first migration. */
const besideProgram = fileURLToPath(new URL('fresh', import.meta.url))
const fileIn = (folder: string, kind: DatabaseKind) => `${folder}/${kind}.sqlite`

/** Puts the file of a database that is missing in its place, ahead of opening it. */
export async function placeMigrated(
  location: DatabaseLocation,
  kind: DatabaseKind,
  fresh = besideProgram,
): Promise<void> {
  if (location.kind === 'sqlite') await placeFreshFile(location.path, fileIn(fresh, kind))
}

/** Opens a database, made where it is missing and brought up to date; `fresh` is a folder from `makeFreshFile`. */
export async function openMigrated(
  location: DatabaseLocation,
  kind: DatabaseKind,
  fresh = besideProgram,
): Promise<Connection> {
  await placeMigrated(location, kind, fresh)
  const connection = await connect(location)
  try {
    await migrate(connection, migrationsOf[kind])
  } catch (error) {
    await connection.close()
    throw error
  }
  return connection
}

/** Writes the file that new SQLite databases of a kind are copies of. */
export async function makeFreshFile(kind: DatabaseKind, folder: string): Promise<void> {
  const path = `${fileIn(folder, kind)}.draft`
  const connection = await openMigrated({ kind: 'sqlite', path }, kind, '')
  await connection.close()
  await rename(path, fileIn(folder, kind))
}
