import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import type { KeptItem, PurgeKind } from './schema.ts'
import type { Item } from './select.ts'
import type { PurgeItemRow, PurgeRow } from './tables.ts'

export async function insertPurge(tx: Tx, row: PurgeRow): Promise<void> {
  await tx.insertInto('purge').values(row).execute()
}

export async function findPurge(db: Db, id: string): Promise<PurgeRow | undefined> {
  return db.selectFrom('purge').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export async function listPurges(db: Db, { rule, limit }: { rule?: string | undefined; limit: number }) {
  const query = db.selectFrom('purge').selectAll().orderBy('id', 'desc').limit(limit)
  return (rule === undefined ? query : query.where('rule_id', '=', rule)).execute()
}

/** Compare-and-set: false when it was in none of these states by then. */
export async function movePurge(
  tx: Tx,
  id: string,
  from: readonly PurgeRow['state'][],
  set: Partial<Pick<PurgeRow, 'state' | 'error' | 'finished_at' | 'progress'>>,
): Promise<boolean> {
  const result = await tx
    .updateTable('purge')
    .set(set)
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function updateTotals(tx: Tx, id: string, totals: string, progress: number): Promise<void> {
  await tx.updateTable('purge').set({ totals, progress }).where('id', '=', id).execute()
}

const itemColumns = ['purge_id', 'position', 'kind', 'subject_id', 'is_part', 'state', 'holders']

export async function insertItems(
  tx: Tx,
  engine: Engine,
  id: string,
  { from, items, kept }: { from: number; items: readonly Item[]; kept: readonly KeptItem[] },
): Promise<void> {
  const going = items.map(({ kind, id: subject, isPart }, i) => [
    id,
    from + i,
    kind,
    subject,
    isPart ? 1 : 0,
    'pending',
    null,
  ])
  const stays = kept.map((item, i) => [
    id,
    from + items.length + i,
    item.kind,
    item.id,
    0,
    'kept',
    JSON.stringify(item.holders),
  ])
  await insertMany(tx, engine, { table: 'purge_item', columns: itemColumns }, [...going, ...stays])
}

export async function clearItems(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('purge_item').where('purge_id', '=', id).execute()
}

export async function nextItems(
  db: Db,
  id: string,
  state: PurgeItemRow['state'],
  kind: PurgeKind,
  limit: number,
): Promise<PurgeItemRow[]> {
  return db
    .selectFrom('purge_item')
    .selectAll()
    .where('purge_id', '=', id)
    .where('state', '=', state)
    .where('kind', '=', kind)
    .orderBy('position')
    .limit(limit)
    .execute()
}

export async function moveItems(
  tx: Tx,
  id: string,
  positions: readonly number[],
  state: PurgeItemRow['state'],
): Promise<void> {
  if (positions.length === 0) return
  await tx
    .updateTable('purge_item')
    .set({ state })
    .where('purge_id', '=', id)
    .where('position', 'in', [...positions])
    .execute()
}

export async function keepItem(tx: Tx, id: string, position: number, holders: string): Promise<void> {
  await tx
    .updateTable('purge_item')
    .set({ state: 'kept', holders })
    .where('purge_id', '=', id)
    .where('position', '=', position)
    .execute()
}

/** How many items of each purge are in each state. */
export async function countItems(db: Db, ids: readonly string[]): Promise<Map<string, Map<string, number>>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('purge_item')
    .select(({ fn }) => ['purge_id', 'state', fn.countAll<number>().as('items')])
    .where('purge_id', 'in', [...ids])
    .groupBy(['purge_id', 'state'])
    .execute()
  const counts = new Map<string, Map<string, number>>()
  for (const { purge_id, state, items } of rows) {
    const known = counts.get(purge_id) ?? new Map<string, number>()
    counts.set(purge_id, known.set(state, Number(items)))
  }
  return counts
}

export async function listKept(db: Db, id: string, limit: number): Promise<KeptItem[]> {
  const rows = await db
    .selectFrom('purge_item')
    .select(['kind', 'subject_id', 'holders'])
    .where('purge_id', '=', id)
    .where('state', '=', 'kept')
    .orderBy('position')
    .limit(limit)
    .execute()
  return rows.map(({ kind, subject_id, holders }) => ({
    kind,
    id: subject_id,
    holders: JSON.parse(holders ?? '[]') as KeptItem['holders'],
  }))
}
