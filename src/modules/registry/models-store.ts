import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import { prepared, preparedForOne } from '../../db/prepared.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Model, ModelId, ModelKind, Tag, Tier } from './schema.ts'
import type { ModelRow } from './tables.ts'

export async function findModel(db: Db, name: string): Promise<Model | undefined> {
  const [row] = await modelNamed(db, name)
  return row && (await toModels(db, [row]))[0]
}

const modelNamed = prepared((db, name: string) =>
  db.selectFrom('model').selectAll().where('name', '=', name).where('deleted_at', 'is', null),
)

/** Models with tags and aliases, in the order of the rows, in three statements however many there are. */
export async function toModels(db: Db, rows: readonly ModelRow[]): Promise<Model[]> {
  const ids = rows.map((row) => row.id)
  const tags = grouped(await inParts(ids, (part) => tagsOf(db, part)), (tag) => tag.model_id)
  const aliases = grouped(await inParts(ids, (part) => aliasesOf(db, part)), (alias) => alias.model_id)
  return rows.map((row) => ({
    id: row.id as ModelId,
    kind: row.kind as ModelKind,
    name: row.name,
    description: row.description,
    purpose: row.purpose,
    tier: row.tier as Tier | null,
    owner: row.owner as PersonId | null,
    tags: (tags.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
    aliases: (aliases.get(row.id) ?? []).map(({ alias, version }) => ({ alias, version })),
    created_at: row.created_at,
    updated_at: row.updated_at,
    created_by: row.created_by as PersonId,
  }))
}

const tagsOf = preparedForOne((db, models) =>
  db.selectFrom('model_tag').selectAll().where('model_id', 'in', models).orderBy('key'),
)

export const aliasesOf = preparedForOne((db, models) =>
  db.selectFrom('model_alias').selectAll().where('model_id', 'in', models).orderBy('alias'),
)

export async function insertModel(tx: Tx, row: ModelRow): Promise<void> {
  await tx.insertInto('model').values(row).execute()
}

export async function updateModel(tx: Tx, id: ModelId, set: Partial<ModelRow>): Promise<void> {
  await tx.updateTable('model').set(set).where('id', '=', id).execute()
}

/** The next number of a model; a number is given once. */
export async function takeNumber(tx: Tx, id: ModelId, at: string): Promise<number> {
  await tx
    .updateTable('model')
    .set((eb) => ({ last_version: eb('last_version', '+', 1), updated_at: at }))
    .where('id', '=', id)
    .execute()
  const row = await tx.selectFrom('model').select('last_version').where('id', '=', id).executeTakeFirstOrThrow()
  return row.last_version
}

export async function putModelTag(tx: Tx, id: ModelId, { key, value }: Tag): Promise<void> {
  await tx
    .insertInto('model_tag')
    .values({ model_id: id, key, value })
    .onConflict((c) => c.columns(['model_id', 'key']).doUpdateSet({ value }))
    .execute()
}

/** The tags of a model that has none yet. Of a key that is given twice the last one counts. */
export async function insertModelTags(tx: Tx, engine: Engine, id: ModelId, tags: readonly Tag[]): Promise<void> {
  const target = { table: 'model_tag', columns: ['model_id', 'key', 'value'] }
  await insertMany(tx, engine, target, tagRows(id, tags))
}

export const tagRows = (owner: string, tags: readonly Tag[]) =>
  [...new Map(tags.map(({ key, value }) => [key, value]))].map(([key, value]) => [owner, key, value])

export async function removeModelTag(tx: Tx, id: ModelId, key: string): Promise<boolean> {
  const result = await tx.deleteFrom('model_tag').where('model_id', '=', id).where('key', '=', key).executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function putAlias(tx: Tx, id: ModelId, alias: string, version: number): Promise<void> {
  await tx
    .insertInto('model_alias')
    .values({ model_id: id, alias, version })
    .onConflict((c) => c.columns(['model_id', 'alias']).doUpdateSet({ version }))
    .execute()
}

export async function removeAlias(tx: Tx, id: ModelId, alias: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('model_alias')
    .where('model_id', '=', id)
    .where('alias', '=', alias)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

/** Present names by id, of models that are there. */
export async function modelNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await inParts([...new Set(ids)], (part) =>
    db.selectFrom('model').select(['id', 'name']).where('id', 'in', part).where('deleted_at', 'is', null).execute(),
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}
