import type { Db, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Tier } from '../registry/schema.ts'
import type { System, SystemId } from './schema.ts'
import type { SystemRow } from './tables.ts'

const toSystem = ({ jurisdictions, ...row }: SystemRow, models: string[]): System => ({
  ...row,
  id: row.id as SystemId,
  jurisdictions: JSON.parse(jurisdictions) as string[],
  tier: row.tier as Tier | null,
  created_by: row.created_by as PersonId,
  models,
})

/** In the order of their names; each with all of its models that are there. */
export async function listSystems(db: Db): Promise<System[]> {
  const rows = await db.selectFrom('ai_system').selectAll().execute()
  const models = await modelsOfSystems(
    db,
    rows.map(({ id }) => id),
  )
  // The engines order texts differently; lists are in the order of the code.
  return rows.map((row) => toSystem(row, models.get(row.id) ?? [])).sort((a, b) => (a.name < b.name ? -1 : 1))
}

export async function findSystem(db: Db, name: string): Promise<System | undefined> {
  const row = await db.selectFrom('ai_system').selectAll().where('name', '=', name).executeTakeFirst()
  return row && toSystem(row, (await modelsOfSystems(db, [row.id])).get(row.id) ?? [])
}

/** Names of the models that serve, by system. */
export async function modelsOfSystems(db: Db, ids: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await inParts([...new Set(ids)], (part) =>
    db
      .selectFrom('ai_system_model')
      .innerJoin('model', 'model.id', 'ai_system_model.model_id')
      .where('ai_system_model.system_id', 'in', part)
      .where('model.deleted_at', 'is', null)
      .select(['ai_system_model.system_id', 'model.name'])
      .execute(),
  )
  const names = new Map<string, string[]>()
  for (const { system_id, name } of rows) names.set(system_id, [...(names.get(system_id) ?? []), name])
  for (const list of names.values()) list.sort()
  return names
}

/** Names of systems by id, with the models that serve each. */
export async function systemNames(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, { name: string; models: string[] }>> {
  const rows = await inParts([...new Set(ids)], (part) =>
    db.selectFrom('ai_system').select(['id', 'name']).where('id', 'in', part).where('retired_at', 'is', null).execute(),
  )
  const models = await modelsOfSystems(
    db,
    rows.map(({ id }) => id),
  )
  return new Map(rows.map(({ id, name }) => [id, { name, models: models.get(id) ?? [] }]))
}

/** Systems that a model serves now. */
export async function systemsOfModel(db: Db, model: string): Promise<string[]> {
  const rows = await db.selectFrom('ai_system_model').select('system_id').where('model_id', '=', model).execute()
  return rows.map(({ system_id }) => system_id)
}

export async function insertSystem(tx: Tx, row: SystemRow): Promise<void> {
  await tx.insertInto('ai_system').values(row).execute()
}

export async function updateSystem(tx: Tx, id: SystemId, set: Partial<SystemRow>): Promise<void> {
  await tx.updateTable('ai_system').set(set).where('id', '=', id).execute()
}

/** Compare-and-set: false when it is retired already. */
export async function retireSystem(tx: Tx, id: SystemId, at: string): Promise<boolean> {
  const result = await tx
    .updateTable('ai_system')
    .set({ retired_at: at, updated_at: at })
    .where('id', '=', id)
    .where('retired_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** False when it serves the system already. */
export async function addModel(tx: Tx, system_id: SystemId, model_id: string, added_at: string): Promise<boolean> {
  const result = await tx
    .insertInto('ai_system_model')
    .values({ system_id, model_id, added_at })
    .onConflict((c) => c.columns(['system_id', 'model_id']).doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function removeModel(tx: Tx, system: SystemId, model: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('ai_system_model')
    .where('system_id', '=', system)
    .where('model_id', '=', model)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}
