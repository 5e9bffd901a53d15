import type { Db, Tx } from '../../db/database.ts'
import type { ArtifactUploadRow } from './tables.ts'

// Uploads under way are no governed data: what comes of one is an event when its bytes become the content of a path.

export const findUpload = (db: Db, id: string): Promise<ArtifactUploadRow | undefined> =>
  db.selectFrom('artifact_upload').selectAll().where('id', '=', id).executeTakeFirst()

export async function addUpload(tx: Tx, row: ArtifactUploadRow): Promise<void> {
  await tx.insertInto('artifact_upload').values(row).execute()
}

export async function setStored(tx: Tx, id: string, digest: string, size: number): Promise<void> {
  await tx.updateTable('artifact_upload').set({ digest, size }).where('id', '=', id).execute()
}

export async function setCompleted(tx: Tx, id: string, at: string): Promise<void> {
  await tx.updateTable('artifact_upload').set({ completed_at: at }).where('id', '=', id).execute()
}

export async function removeUpload(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('artifact_upload').where('id', '=', id).execute()
}

export const expiredUploads = (db: Db, now: string, most: number): Promise<ArtifactUploadRow[]> =>
  db
    .selectFrom('artifact_upload')
    .selectAll()
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .orderBy('id')
    .limit(most)
    .execute()
