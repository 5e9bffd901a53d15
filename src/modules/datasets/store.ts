import type { Db, Tx } from '../../db/database.ts'
import type { Digest } from '../../lib/ids.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Column, DatasetVersion, DatasetVersionId, TableFormat } from './schema.ts'
import type { DatasetVersionRow } from './tables.ts'

function toVersion(row: DatasetVersionRow): DatasetVersion {
  return {
    ...row,
    id: row.id as DatasetVersionId,
    digest: row.digest as Digest,
    format: row.format as TableFormat,
    columns: JSON.parse(row.columns) as Column[],
    created_by: row.created_by as PersonId,
  }
}

export async function listVersions(db: Db): Promise<DatasetVersion[]> {
  const rows = await db
    .selectFrom('dataset_version')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map(toVersion)
}

/** Content may be known under several names; the oldest one stands for it unless a name is given. */
export async function findByDigest(db: Db, digest: Digest, name?: string): Promise<DatasetVersion | undefined> {
  const query = db.selectFrom('dataset_version').selectAll().where('digest', '=', digest)
  const row = await (name === undefined ? query : query.where('name', '=', name))
    .orderBy('created_at')
    .orderBy('id')
    .executeTakeFirst()
  return row && toVersion(row)
}

/** Every digest that begins with this many of its hexadecimal digits. */
export async function findByPrefix(db: Db, hex: string): Promise<DatasetVersion[]> {
  const rows = await db
    .selectFrom('dataset_version')
    .selectAll()
    .where('digest', 'like', `sha256:${hex}%`)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(toVersion)
}

export async function insertVersion(tx: Tx, version: DatasetVersion): Promise<void> {
  await tx
    .insertInto('dataset_version')
    .values({ ...version, columns: JSON.stringify(version.columns) })
    .execute()
}
