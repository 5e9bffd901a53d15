import { sql } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { Digest } from '../../lib/ids.ts'
import type { PersonId } from '../audit/schema.ts'
import { foldersOf, splitPath } from './paths.ts'
import type { ArtifactEntry, ArtifactFile } from './schema.ts'
import type { ArtifactRow } from './tables.ts'

function toFile(row: ArtifactRow): ArtifactFile {
  return {
    path: row.path,
    size: row.size,
    digest: row.digest as Digest,
    media_type: row.media_type,
    created_by: row.created_by as PersonId,
    created_at: row.created_at,
  }
}

export async function findFile(db: Db, path: string): Promise<ArtifactFile | undefined> {
  const row = await db.selectFrom('artifact').selectAll().where('path', '=', path).executeTakeFirst()
  return row && toFile(row)
}

export async function isFolder(db: Db, path: string): Promise<boolean> {
  const row = await db.selectFrom('artifact_folder').select('path').where('path', '=', path).executeTakeFirst()
  return row !== undefined
}

export async function findFolderNamed(db: Db, name: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('artifact_folder')
    .select('path')
    .where('name', '=', name)
    .orderBy('path')
    .executeTakeFirst()
  return row?.path
}

/** A file that stands where one of the path's folders would have to be. */
export async function findFileInTheWay(db: Db, path: string): Promise<string | undefined> {
  const folders = foldersOf(path)
  if (folders.length === 0) return undefined
  const row = await db.selectFrom('artifact').select('path').where('path', 'in', folders).executeTakeFirst()
  return row?.path
}

export async function putFile(tx: Tx, file: ArtifactFile): Promise<void> {
  const { path, created_by, created_at, digest, media_type, size } = file
  const content = { digest, size, media_type, created_by, created_at }
  await tx
    .insertInto('artifact')
    .values({ path, ...splitPath(path), ...content })
    .onConflict((c) => c.column('path').doUpdateSet(content))
    .execute()
  for (const folder of foldersOf(path)) {
    const { folder: parent, name } = splitPath(folder)
    await tx
      .insertInto('artifact_folder')
      .values({ path: folder, parent, name })
      .onConflict((c) => c.doNothing())
      .execute()
  }
}

/** What is directly in a folder, by name. */
export async function listFolder(db: Db, folder: string): Promise<ArtifactEntry[]> {
  const files = await db.selectFrom('artifact').select(['name', 'size']).where('folder', '=', folder).execute()
  const folders = await db.selectFrom('artifact_folder').select('name').where('parent', '=', folder).execute()
  return [
    ...files.map(({ name, size }) => ({ name, is_dir: false, size })),
    ...folders.map(({ name }) => ({ name, is_dir: true, size: null })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The folder itself and all folders inside it. */
function foldersBelow(db: Db, root: string) {
  return db.withRecursive('below(path)', (with_) =>
    with_
      .selectNoFrom(sql<string>`cast(${root} as text)`.as('path'))
      .unionAll((eb) =>
        eb
          .selectFrom('artifact_folder')
          .innerJoin('below', 'below.path', 'artifact_folder.parent')
          .select('artifact_folder.path'),
      ),
  )
}

/** Every file at or below a path, in the order of the paths. */
export async function filesBelow(db: Db, path: string): Promise<ArtifactFile[]> {
  const rows = await foldersBelow(db, path)
    .selectFrom('artifact')
    .innerJoin('below', 'below.path', 'artifact.folder')
    .selectAll('artifact')
    .execute()
  const own = path === '' ? undefined : await findFile(db, path)
  return [...(own ? [own] : []), ...rows.map(toFile)].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Removes everything at and below a path, and the folders that would be left empty around it. */
export async function removeBelow(tx: Tx, path: string): Promise<void> {
  await tx.deleteFrom('artifact').where('path', '=', path).execute()
  const folders = await foldersBelow(tx, path).selectFrom('below').select('path').execute()
  for (const folder of folders) {
    await tx.deleteFrom('artifact').where('folder', '=', folder.path).execute()
    await tx.deleteFrom('artifact_folder').where('path', '=', folder.path).execute()
  }
  for (const folder of foldersOf(path).reverse()) {
    if ((await listFolder(tx, folder)).length > 0) return
    await tx.deleteFrom('artifact_folder').where('path', '=', folder).execute()
  }
}

export async function addSeal(tx: Tx, prefix: string, versionId: string, at: string): Promise<void> {
  await tx
    .insertInto('artifact_seal')
    .values({ prefix, version_id: versionId, sealed_at: at })
    .onConflict((c) => c.doNothing())
    .execute()
}

/** The version that seals a path, because it was made from this path or from a folder around it. */
export async function findSealOver(db: Db, path: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('artifact_seal')
    .select('version_id')
    .where('prefix', 'in', [path, ...foldersOf(path)])
    .orderBy('sealed_at')
    .executeTakeFirst()
  return row?.version_id
}

/** A version that was made from something inside a folder. */
export async function findSealBelow(db: Db, folder: string): Promise<string | undefined> {
  const row = await foldersBelow(db, folder)
    .selectFrom('artifact_seal')
    .select('version_id')
    .where(({ eb, or, selectFrom }) =>
      or([
        eb('prefix', 'in', selectFrom('below').select('path')),
        eb(
          'prefix',
          'in',
          selectFrom('artifact').innerJoin('below', 'below.path', 'artifact.folder').select('artifact.path'),
        ),
      ]),
    )
    .executeTakeFirst()
  return row?.version_id
}
