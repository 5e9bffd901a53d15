import type { Db, Tx } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import type { Frontier, MerkleNode } from '../../lib/merkle.ts'
import { EventBody, type EventQuery } from './schema.ts'

const rowsPerInsert = 200
const pageSize = 2000

const headRow = prepared((db) => db.selectFrom('audit_head').selectAll().where('id', '=', 1))

/** The size of the tree and the roots of its complete subtrees. */
export async function readHead(db: Db): Promise<Frontier> {
  const [row] = await headRow(db)
  if (!row) return { size: 0, roots: [] }
  return { size: row.size, roots: (JSON.parse(row.frontier) as string[]).map((hex) => Buffer.from(hex, 'hex')) }
}

export async function writeHead(tx: Tx, { size, roots }: Frontier): Promise<void> {
  const frontier = JSON.stringify(roots.map((root) => Buffer.from(root).toString('hex')))
  await tx
    .insertInto('audit_head')
    .values({ id: 1, size, frontier })
    .onConflict((c) => c.column('id').doUpdateSet({ size, frontier }))
    .execute()
}

export async function insertEvents(tx: Tx, events: readonly { body: EventBody; text: string }[]): Promise<void> {
  for (const part of chunks(events, rowsPerInsert)) {
    await tx
      .insertInto('audit_event')
      .values(
        part.map(({ body, text }) => ({
          position: body.index,
          at: body.at,
          actor_id: body.actor.id,
          action: body.action,
          subject: body.subject,
          body: text,
        })),
      )
      .execute()
    await tx
      .insertInto('audit_about')
      .values(part.flatMap(({ body }) => body.about.map((thing) => ({ thing, position: body.index }))))
      .execute()
  }
}

export async function insertNodes(tx: Tx, nodes: readonly MerkleNode[]): Promise<void> {
  for (const part of chunks(nodes, rowsPerInsert)) {
    await tx
      .insertInto('audit_node')
      .values(
        part.map(({ level, index, hash }) => ({ level, position: index, hash: Buffer.from(hash).toString('hex') })),
      )
      .execute()
  }
}

export async function getNode(db: Db, level: number, index: number): Promise<Uint8Array> {
  const row = await db
    .selectFrom('audit_node')
    .select('hash')
    .where('level', '=', level)
    .where('position', '=', index)
    .executeTakeFirst()
  if (!row) throw new Error(`the audit tree lacks node ${level}/${index}`)
  return Buffer.from(row.hash, 'hex')
}

/** Newest first. */
export async function findEvents(
  db: Db,
  query: EventQuery & { within?: readonly string[] },
): Promise<{ body: EventBody; leaf: string }[]> {
  let rows = db
    .selectFrom('audit_event as e')
    .innerJoin('audit_node as n', (join) => join.onRef('n.position', '=', 'e.position').on('n.level', '=', 0))
    .select(['e.body', 'n.hash'])
    .orderBy('e.position', 'desc')
    .limit(query.limit)
  if (query.about) {
    rows = rows.innerJoin('audit_about as a', 'a.position', 'e.position').where('a.thing', '=', query.about)
  }
  if (query.within) {
    if (query.within.length === 0) return []
    rows = rows.where('e.position', 'in', (eb) =>
      eb
        .selectFrom('audit_about as w')
        .select('w.position')
        .where('w.thing', 'in', [...(query.within ?? [])]),
    )
  }
  if (query.actor) rows = rows.where('e.actor_id', '=', query.actor)
  if (query.action) rows = rows.where('e.action', 'like', `${query.action.replace(/[%\\]/g, '')}%`)
  if (query.before !== undefined) rows = rows.where('e.position', '<', query.before)
  const found = await rows.execute()
  return found.map((row) => ({ body: EventBody.parse(JSON.parse(row.body)), leaf: row.hash }))
}

/** Every event below `size` with its stored leaf hash, in order, as it is stored. */
export async function* readEvents(db: Db, size: number): AsyncGenerator<{ event: string; leaf: Uint8Array }> {
  for (let from = 0; from < size; from += pageSize) {
    const rows = await db
      .selectFrom('audit_event as e')
      .leftJoin('audit_node as n', (join) => join.onRef('n.position', '=', 'e.position').on('n.level', '=', 0))
      .select(['e.body', 'n.hash'])
      .where('e.position', '>=', from)
      .where('e.position', '<', Math.min(from + pageSize, size))
      .orderBy('e.position')
      .execute()
    for (const row of rows) yield { event: row.body, leaf: Buffer.from(row.hash ?? '00'.repeat(32), 'hex') }
  }
}

export async function insertCheckpoint(
  tx: Tx,
  checkpoint: { size: number; note: string; taken_at: string },
): Promise<void> {
  await tx
    .insertInto('audit_checkpoint')
    .values(checkpoint)
    .onConflict((c) => c.doNothing())
    .execute()
}

export async function findLastCheckpoint(db: Db) {
  return db.selectFrom('audit_checkpoint').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst()
}

export async function listCheckpoints(db: Db, upTo: number): Promise<string[]> {
  const rows = await db
    .selectFrom('audit_checkpoint')
    .select('note')
    .where('size', '<=', upTo)
    .orderBy('size')
    .execute()
  return rows.map((row) => row.note)
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size)
}
