import type { Db } from '../../db/database.ts'
import type { Digest } from '../../lib/ids.ts'
import { toLines, type VersionLine, versionRows } from './versions-store.ts'

/** The version with the highest number. */
export async function newestLine(db: Db, model: string): Promise<VersionLine | undefined> {
  const row = await versionRows(db).where('m.name', '=', model).orderBy('v.version', 'desc').limit(1).executeTakeFirst()
  return row && (await toLines(db, [row]))[0]
}

/** Versions with exactly this content, newest first. */
export async function linesOfDigest(db: Db, digest: Digest): Promise<VersionLine[]> {
  return newestFirst(db, versionRows(db).where('v.digest', '=', digest))
}

/** Versions whose files MLflow's clients take from this URI, newest first. */
export async function linesOfLocation(db: Db, uri: string): Promise<VersionLine[]> {
  return newestFirst(db, versionRows(db).where('v.location', '=', uri))
}

/** The key of the tag which says that an image serves a version. */
export const imageTag = (image: Digest) => `modelkeep.image/${image}`

/** Versions that an image serves, by its digest, newest first. */
export async function linesOfImage(db: Db, image: Digest): Promise<VersionLine[]> {
  const tagged = db.selectFrom('version_tag').select('version_id').where('key', '=', imageTag(image))
  return newestFirst(db, versionRows(db).where('v.id', 'in', tagged))
}

async function newestFirst(db: Db, query: ReturnType<typeof versionRows>): Promise<VersionLine[]> {
  const rows = await query.orderBy('v.registered_at', 'desc').orderBy('v.id', 'desc').limit(100).execute()
  return toLines(db, rows)
}
