import { sql } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import type { Digest } from '../../lib/ids.ts'
import { foldersOf, sealedCopies } from './paths.ts'
import { filesBelow, isFolder, removeBelow } from './store.ts'

/** What removes files for good, and what tells whether it may. */

/** Every folder at and below each of some roots. */
const belowRoots = (roots: readonly string[]) => sql`with recursive below(root, path) as (
    select path, path from artifact_folder where path in (${sql.join(roots)})
    union all
    select below.root, f.path from artifact_folder f join below on f.parent = below.path
  )`

export type Measure = { files: number; bytes: number }

/** How many files lie at or below each path, and their bytes; paths without files are left out. */
export async function measureBelow(db: Db, roots: readonly string[]): Promise<Map<string, Measure>> {
  const rows = await inParts(roots, async (part) => {
    const below = await sql<{ root: string; files: number; bytes: number }>`${belowRoots(part)}
      select below.root, count(*) as files, sum(a.size) as bytes
      from below join artifact a on a.folder = below.path group by below.root`.execute(db)
    const own = await db.selectFrom('artifact').select(['path as root', 'size']).where('path', 'in', part).execute()
    return [...below.rows, ...own.map(({ root, size }) => ({ root, files: 1, bytes: size }))]
  })
  return new Map(rows.map(({ root, files, bytes }) => [root, { files: Number(files), bytes: Number(bytes) }]))
}

/** The versions that seal something at, below or around each path. */
export async function sealsAround(db: Db, paths: readonly string[]): Promise<Map<string, Set<string>>> {
  const seals = new Map<string, Set<string>>()
  const add = (path: string, version: string) => {
    const known = seals.get(path)
    if (known) known.add(version)
    else seals.set(path, new Set([version]))
  }
  await inParts(paths, async (part) => {
    const inside = await sql<{ root: string; version_id: string }>`${belowRoots(part)}
      select below.root, s.version_id from below join artifact_seal s on s.prefix = below.path
      union
      select below.root, s.version_id from below
        join artifact a on a.folder = below.path join artifact_seal s on s.prefix = a.path`.execute(db)
    for (const row of inside.rows) add(row.root, row.version_id)
    const around = new Map(part.map((path) => [path, [path, ...foldersOf(path)]]))
    const prefixes = [...new Set([...around.values()].flat())]
    const over = await inParts(prefixes, (some) =>
      db.selectFrom('artifact_seal').select(['prefix', 'version_id']).where('prefix', 'in', some).execute(),
    )
    const byPrefix = Map.groupBy(over, ({ prefix }) => prefix)
    for (const [path, places] of around) {
      for (const place of places) for (const { version_id } of byPrefix.get(place) ?? []) add(path, version_id)
    }
    return []
  })
  return seals
}

/** A folder that the server filled from a direct store when a version was registered. */
export const isSealedCopy = (path: string | undefined): boolean => path?.startsWith(`${sealedCopies}/`) ?? false

export type RemovedFile = { path: string; digest: Digest; size: number }

/** Takes everything at and below a path out of the table; the bytes go when nothing names them any more. */
export async function takeBelow(tx: Tx, path: string): Promise<RemovedFile[]> {
  const isThere = (await isFolder(tx, path)) || (await filesBelow(tx, path)).length > 0
  if (!isThere) return []
  const files = await filesBelow(tx, path)
  await removeBelow(tx, path)
  return files.map(({ path: name, digest, size }) => ({ path: name, digest, size }))
}

export async function dropSealsOf(tx: Tx, versions: readonly string[]): Promise<void> {
  await tx.deleteFrom('artifact_seal').where('version_id', 'in', versions).execute()
}

/** Versions among these whose files are sealed in a place of their own. */
export async function versionsWithSeal(db: Db, versions: readonly string[]): Promise<Set<string>> {
  const rows = await inParts(versions, (part) =>
    db.selectFrom('artifact_seal').select('version_id').where('version_id', 'in', part).execute(),
  )
  return new Set(rows.map(({ version_id }) => version_id))
}

/** Which of these digests a file has. */
export async function digestsInUse(db: Db, digests: readonly string[]): Promise<Set<string>> {
  const rows = await inParts(digests, (part) =>
    db.selectFrom('artifact').select('digest').distinct().where('digest', 'in', part).execute(),
  )
  return new Set(rows.map(({ digest }) => digest))
}

export async function totalFiles(db: Db): Promise<Measure> {
  const row = await db
    .selectFrom('artifact')
    .select(({ fn }) => [fn.countAll<number>().as('files'), fn.sum<number | null>('size').as('bytes')])
    .executeTakeFirstOrThrow()
  return { files: Number(row.files), bytes: Number(row.bytes ?? 0) }
}

/** The names of all folders below a path. */
export async function folderNamesBelow(db: Db, path: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`${belowRoots([path])}
    select distinct f.name as name from below join artifact_folder f on f.path = below.path`.execute(db)
  return rows.map(({ name }) => name)
}
