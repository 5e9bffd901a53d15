import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import { grouped, toModels } from './models-store.ts'
import type { InventoryPage, InventoryQuery } from './schema.ts'
import { linesAt } from './versions-store.ts'

/**
 * The page of models that people see first, with newest version, aliases and deployments: the same number of statements
 * however many models there are. `names` undefined means every model.
 */
export async function readInventory(
  db: Db,
  query: InventoryQuery,
  names: readonly string[] | undefined,
): Promise<InventoryPage> {
  if (names?.length === 0) return { rows: [], total: 0 }
  const matching = matchingModels(db, query, names)
  const counted = await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await ordered(matching.selectAll(), query.sort).limit(query.limit).offset(query.offset).execute()
  const ids = rows.map((row) => row.id)

  const models = await toModels(db, rows)
  const newest = await inParts(ids, (part) => newestOf(db, part))
  const counts = new Map(newest.map((one) => [one.model_id, one.versions]))
  const lines = new Map((await linesAt(db, newest)).map((line) => [line.model_id as string, line]))
  const deployments = grouped(await inParts(ids, (part) => openDeployments(db, part)), (one) => one.model_id)

  return {
    total: counted.total,
    rows: models.map((model) => ({
      model,
      versions: counts.get(model.id) ?? 0,
      latest: lines.get(model.id) ?? null,
      deployments: (deployments.get(model.id) ?? []).map(({ environment, version, since }) => ({
        environment,
        version,
        since,
      })),
    })),
  }
}

function matchingModels(db: Db, { kind, search, tier }: InventoryQuery, names: readonly string[] | undefined) {
  let query = db.selectFrom('model').where('kind', '=', kind).where('deleted_at', 'is', null)
  if (names !== undefined) query = query.where('name', 'in', names)
  if (tier === 'none') query = query.where('tier', 'is', null)
  else if (tier !== undefined) query = query.where('tier', '=', tier)
  for (const word of (search ?? '').toLowerCase().split(/\s+/).filter(Boolean)) {
    const pattern = `%${word.replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`
    query = query.where(sql<boolean>`lower(name || ' ' || purpose || ' ' || description) like ${pattern} escape '\\'`)
  }
  return query
}

function ordered<Q extends { orderBy(by: ReturnType<typeof sql>, direction?: 'asc' | 'desc'): Q }>(
  query: Q,
  sort: InventoryQuery['sort'],
): Q {
  const byName = (one: Q) => one.orderBy(sql`lower(name)`).orderBy(sql`id`)
  switch (sort) {
    case 'name':
      return byName(query)
    case 'updated':
      return query.orderBy(sql`updated_at`, 'desc').orderBy(sql`id`, 'desc')
    case 'tier':
      return byName(query.orderBy(sql`case tier when 'high' then 0 when 'medium' then 1 when 'low' then 2 else 3 end`))
  }
}

const newestOf = (db: Db, models: readonly string[]) =>
  db
    .selectFrom('model_version as v')
    .innerJoin('version_status as s', 's.version_id', 'v.id')
    .where('s.deleted_at', 'is', null)
    .where('v.model_id', 'in', models)
    .groupBy('v.model_id')
    .select((eb) => [
      'v.model_id',
      eb.fn.max<number>('v.version').as('version'),
      eb.fn.countAll<number>().as('versions'),
    ])
    .execute()

const openDeployments = (db: Db, models: readonly string[]) =>
  db
    .selectFrom('deployment as d')
    .innerJoin('model_version as v', 'v.id', 'd.version_id')
    .where('d.model_id', 'in', models)
    .where('d.ended_at', 'is', null)
    .select(['d.model_id', 'd.environment', 'v.version', 'd.reported_at as since'])
    .orderBy('d.environment')
    .execute()
