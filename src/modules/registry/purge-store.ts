import type { Db, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'

/** What removes models and versions for good, and which versions rest on something. */

export type RestingVersion = { id: string; model_id: string; model: string; version: number; shown: boolean }

const versions = (db: Db) =>
  db
    .selectFrom('model_version as v')
    .innerJoin('version_status as s', 's.version_id', 'v.id')
    .innerJoin('model as m', 'm.id', 'v.model_id')
    .select([
      'v.id',
      'v.model_id',
      'v.version',
      'v.digest',
      'v.location',
      'v.source',
      'v.run_id',
      'v.origin_run',
      'm.name as model',
      'm.deleted_at as model_deleted_at',
      's.deleted_at',
    ])

type Row = { id: string; model_id: string; model: string; version: number } & {
  deleted_at: string | null
  model_deleted_at: string | null
}
const resting = ({ id, model_id, model, version, deleted_at, model_deleted_at }: Row): RestingVersion => ({
  id,
  model_id,
  model,
  version,
  shown: deleted_at === null && model_deleted_at === null,
})

/** Versions, deleted ones too, that name a run as their origin; by run. */
export async function versionsOfRuns(db: Db, runs: readonly string[]): Promise<Map<string, RestingVersion[]>> {
  const byRun = new Map<string, Map<string, RestingVersion>>()
  for (const column of ['v.origin_run', 'v.run_id'] as const) {
    const rows = await inParts(runs, (part) =>
      versions(db)
        .where(column, 'in', [...part])
        .execute(),
    )
    for (const row of rows) {
      const run = column === 'v.run_id' ? row.run_id : row.origin_run
      if (run === null) continue
      const known = byRun.get(run) ?? new Map<string, RestingVersion>()
      known.set(row.id, resting(row))
      byRun.set(run, known)
    }
  }
  return new Map([...byRun].map(([run, found]) => [run, [...found.values()]]))
}

/** Versions that were registered from one of these sources or places; by that text. */
export async function versionsFrom(db: Db, texts: readonly string[]): Promise<Map<string, RestingVersion[]>> {
  const byText = new Map<string, RestingVersion[]>()
  for (const column of ['v.source', 'v.location'] as const) {
    const rows = await inParts(texts, (part) =>
      versions(db)
        .where(column, 'in', [...part])
        .execute(),
    )
    for (const row of rows) {
      const text = column === 'v.source' ? row.source : row.location
      byText.set(text, [...(byText.get(text) ?? []), resting(row)])
    }
  }
  return byText
}

export async function readVersions(db: Db, ids: readonly string[]) {
  return inParts(ids, (part) =>
    versions(db)
      .where('v.id', 'in', [...part])
      .execute(),
  )
}

export async function readModels(db: Db, ids: readonly string[]) {
  return inParts(ids, (part) =>
    db
      .selectFrom('model')
      .selectAll()
      .where('id', 'in', [...part])
      .execute(),
  )
}

export async function versionIdsOfModel(db: Db, model: string): Promise<string[]> {
  const rows = await db
    .selectFrom('model_version')
    .select('id')
    .where('model_id', '=', model)
    .orderBy('version')
    .execute()
  return rows.map(({ id }) => id)
}

/** Deployments that were ever reported, by version. */
export async function deploymentsOf(db: Db, ids: readonly string[]) {
  return inParts(ids, (part) =>
    db
      .selectFrom('deployment')
      .select(['id', 'version_id', 'environment'])
      .where('version_id', 'in', [...part])
      .orderBy('id')
      .execute(),
  )
}

/** Whoever calls this knows that nothing rests on the versions. */
export async function removeVersions(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const row of await readVersions(tx, ids)) {
    await tx.deleteFrom('model_alias').where('model_id', '=', row.model_id).where('version', '=', row.version).execute()
  }
  for (const table of ['version_tag', 'version_developer', 'version_dataset', 'version_status'] as const) {
    await tx.deleteFrom(table).where('version_id', 'in', ids).execute()
  }
  await tx.deleteFrom('model_version').where('id', 'in', ids).execute()
}

export async function removeModel(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('model_tag').where('model_id', '=', id).execute()
  await tx.deleteFrom('model_alias').where('model_id', '=', id).execute()
  await tx.deleteFrom('model').where('id', '=', id).execute()
}

/** Manifests, a page at a time, for whoever asks which bytes they name. */
export async function manifestsAfter(db: Db, after: string, limit: number) {
  return db
    .selectFrom('model_version')
    .select(['id', 'manifest as text'])
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function listDeleted(db: Db) {
  const models = await db
    .selectFrom('model as m')
    .leftJoin('model_version as v', 'v.model_id', 'm.id')
    .select(({ fn }) => ['m.id', 'm.name', 'm.deleted_at', fn.count<number>('v.id').as('versions')])
    .where('m.deleted_at', 'is not', null)
    .groupBy(['m.id', 'm.name', 'm.deleted_at'])
    .orderBy('m.deleted_at', 'desc')
    .orderBy('m.id')
    .limit(200)
    .execute()
  const gone = await versions(db)
    .where('s.deleted_at', 'is not', null)
    .where('m.deleted_at', 'is', null)
    .orderBy('s.deleted_at', 'desc')
    .orderBy('v.id')
    .limit(200)
    .execute()
  return {
    models: models.map((row) => ({ ...row, deleted_at: row.deleted_at ?? '', versions: Number(row.versions) })),
    versions: gone.map(({ id, model, version, deleted_at }) => ({ id, model, version, deleted_at: deleted_at ?? '' })),
  }
}
