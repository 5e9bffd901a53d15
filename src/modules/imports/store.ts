import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import type { ImportId, ImportKind, ImportProblem } from './schema.ts'
import type { ImportItemRow, ImportRow } from './tables.ts'

/**
 * The notebook of imports. What is imported is governed and has its events; the notebook itself, like a lease, is kept without
 * any: it says how far the work is.
 */

export async function insertImport(tx: Tx, row: ImportRow): Promise<void> {
  await tx.insertInto('import').values(row).execute()
}

export async function findImport(db: Db, id: string): Promise<ImportRow | undefined> {
  return db.selectFrom('import').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The newest import of a source. */
export async function findLast(db: Db, source: string): Promise<ImportRow | undefined> {
  return db
    .selectFrom('import')
    .selectAll()
    .where('source', '=', source)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function updateImport(tx: Tx, id: string, change: Partial<ImportRow>): Promise<void> {
  await tx.updateTable('import').set(change).where('id', '=', id).execute()
}

export async function findItem(
  db: Db,
  source: string,
  kind: ImportKind,
  source_id: string,
): Promise<ImportItemRow | undefined> {
  return (await findItems(db, source, kind, [source_id]))[0]
}

export async function findItems(
  db: Db,
  source: string,
  kind: ImportKind,
  ids: readonly string[],
): Promise<ImportItemRow[]> {
  if (ids.length === 0) return []
  return db
    .selectFrom('import_item')
    .selectAll()
    .where('source', '=', source)
    .where('kind', '=', kind)
    .where('source_id', 'in', ids)
    .execute()
}

/** What other sources brought under these ids. */
export async function findByTarget(db: Db, kind: ImportKind, ids: readonly string[]): Promise<ImportItemRow[]> {
  if (ids.length === 0) return []
  return db.selectFrom('import_item').selectAll().where('kind', '=', kind).where('target_id', 'in', ids).execute()
}

export async function listItems(db: Db, source: string, kind: ImportKind): Promise<ImportItemRow[]> {
  return db.selectFrom('import_item').selectAll().where('source', '=', source).where('kind', '=', kind).execute()
}

/** Items in the order of kind and id, from the one after `cursor`. */
export async function itemsAfter(
  db: Db,
  source: string,
  kind: ImportKind,
  after: string,
  limit: number,
): Promise<ImportItemRow[]> {
  return pageOfItems(db, kind, after, limit).where('source', '=', source).execute()
}

/** What one import brought or changed. */
export async function itemsOf(
  db: Db,
  importId: string,
  kind: ImportKind,
  after: string,
  limit: number,
): Promise<ImportItemRow[]> {
  return pageOfItems(db, kind, after, limit).where('import_id', '=', importId).execute()
}

const pageOfItems = (db: Db, kind: ImportKind, after: string, limit: number) =>
  db
    .selectFrom('import_item')
    .selectAll()
    .where('kind', '=', kind)
    .where('source_id', '>', after)
    .orderBy('source_id')
    .limit(limit)

const itemColumns = ['source', 'kind', 'source_id', 'target_id', 'import_id', 'content', 'here', 'location'] as const
const itemTarget = {
  table: 'import_item',
  columns: itemColumns,
  suffix: `on conflict (source, kind, source_id) do update set target_id = excluded.target_id, import_id = excluded.import_id,
    content = excluded.content, here = excluded.here, location = excluded.location`,
}

export async function putItems(tx: Tx, engine: Engine, rows: readonly ImportItemRow[]): Promise<void> {
  await insertMany(
    tx,
    engine,
    itemTarget,
    rows.map((row) => itemColumns.map((column) => row[column])),
  )
}

export async function addProblems(
  tx: Tx,
  engine: Engine,
  importId: ImportId,
  problems: readonly ImportProblem[],
): Promise<void> {
  const target = {
    table: 'import_problem',
    columns: ['import_id', 'kind', 'subject', 'code', 'message'],
    suffix: 'on conflict do nothing',
  }
  await insertMany(
    tx,
    engine,
    target,
    problems.map(({ kind, subject, code, message }) => [importId, kind, subject, code, message]),
  )
}

export async function listProblems(db: Db, importId: string): Promise<ImportProblem[]> {
  return db
    .selectFrom('import_problem')
    .select(['kind', 'subject', 'code', 'message'])
    .where('import_id', '=', importId)
    .orderBy('kind')
    .orderBy('code')
    .orderBy('subject')
    .execute()
}
