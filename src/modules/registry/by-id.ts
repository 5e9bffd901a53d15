import type { Db } from '../../db/database.ts'
import { toModels } from './models-store.ts'
import type { Model } from './schema.ts'
import { toLines, type VersionLine, versionRows } from './versions-store.ts'

/** For readers of events, which name things by id; what was deleted meanwhile is not found. */
export async function findModelById(db: Db, id: string): Promise<Model | undefined> {
  const row = await db
    .selectFrom('model')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row && (await toModels(db, [row]))[0]
}

export async function findLineById(db: Db, id: string): Promise<VersionLine | undefined> {
  const rows = await versionRows(db).where('v.id', '=', id).execute()
  return (await toLines(db, rows))[0]
}
