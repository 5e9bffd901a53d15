import { sql } from 'kysely'
import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import type { CollectionRow } from './tables.ts'

export async function insertCollection(tx: Tx, row: CollectionRow): Promise<void> {
  await tx.insertInto('collection').values(row).execute()
}

export async function findCollection(db: Db, id: string): Promise<CollectionRow | undefined> {
  return db.selectFrom('collection').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function openCollection(db: Db): Promise<CollectionRow | undefined> {
  return db.selectFrom('collection').selectAll().where('state', 'in', ['queued', 'running']).executeTakeFirst()
}

export async function lastDone(db: Db): Promise<CollectionRow | undefined> {
  return db.selectFrom('collection').selectAll().where('state', '=', 'done').orderBy('id', 'desc').executeTakeFirst()
}

export async function listCollections(db: Db, limit: number): Promise<CollectionRow[]> {
  return db.selectFrom('collection').selectAll().orderBy('id', 'desc').limit(limit).execute()
}

/** Compare-and-set: false when it was in none of these states by then. */
export async function moveCollection(
  tx: Tx,
  id: string,
  from: readonly CollectionRow['state'][],
  set: Partial<Pick<CollectionRow, 'state' | 'place' | 'totals' | 'error' | 'finished_at'>>,
): Promise<boolean> {
  const result = await tx
    .updateTable('collection')
    .set(set)
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** What is known as garbage stays known since the first time. */
export async function noteGarbage(
  tx: Tx,
  engine: Engine,
  found: readonly { digest: string; size: number }[],
  at: string,
): Promise<void> {
  const rows = found.map(({ digest, size }) => [digest, size, at])
  const target = { table: 'blob_garbage', columns: ['digest', 'size', 'seen_at'], suffix: 'on conflict do nothing' }
  await insertMany(tx, engine, target, rows)
}

export async function forgetGarbage(tx: Tx, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return
  await tx
    .deleteFrom('blob_garbage')
    .where('digest', 'in', [...digests])
    .execute()
}

export async function garbageAmong(db: Db, digests: readonly string[]): Promise<Map<string, string>> {
  if (digests.length === 0) return new Map()
  const rows = await db
    .selectFrom('blob_garbage')
    .select(['digest', 'seen_at'])
    .where('digest', 'in', [...digests])
    .execute()
  return new Map(rows.map(({ digest, seen_at }) => [digest, seen_at]))
}

export async function garbageTotal(db: Db): Promise<{ files: number; bytes: number }> {
  const { rows } = await sql<{ files: number; bytes: number | null }>`
    select count(*) as files, sum(size) as bytes from blob_garbage`.execute(db)
  return { files: Number(rows[0]?.files ?? 0), bytes: Number(rows[0]?.bytes ?? 0) }
}
