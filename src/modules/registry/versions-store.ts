import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import { prepared, preparedForOne } from '../../db/prepared.ts'
import type { Digest } from '../../lib/ids.ts'
import type { PersonId } from '../audit/schema.ts'
import { aliasesOf, grouped, tagRows } from './models-store.ts'
import type {
  LifecycleState,
  Manifest,
  ModelId,
  ModelVersion,
  Tag,
  VersionFacts,
  VersionId,
  VersionSummary,
} from './schema.ts'
import type { ModelVersionRow, VersionStatusRow } from './tables.ts'

/** What only MLflow's clients ask for. */
export type MlflowParts = { stage: string; location: string; run_link: string; updated_at: string }
export type VersionLine = VersionSummary & MlflowParts

type SummaryRow = Omit<ModelVersionRow, 'manifest' | 'facts' | 'origin_run'> &
  Omit<VersionStatusRow, 'version_id'> & { model_name: string }

/** Versions that are there, without the two large columns. */
export function versionRows(db: Db) {
  return db
    .selectFrom('model_version as v')
    .innerJoin('version_status as s', 's.version_id', 'v.id')
    .innerJoin('model as m', 'm.id', 'v.model_id')
    .where('s.deleted_at', 'is', null)
    .where('m.deleted_at', 'is', null)
    .select([
      'v.id',
      'v.model_id',
      'v.version',
      'v.digest',
      'v.files',
      'v.size',
      'v.source',
      'v.location',
      'v.run_id',
      'v.run_link',
      'v.registered_at',
      'v.registered_by',
      's.state',
      's.stage',
      's.description',
      's.updated_at',
      's.deleted_at',
      'm.name as model_name',
    ])
}

/** Summaries in the order of the rows: tags, aliases and developers in one statement each. */
export async function toLines(db: Db, rows: readonly SummaryRow[]): Promise<VersionLine[]> {
  const ids = rows.map((row) => row.id)
  const tags = grouped(await inParts(ids, (part) => tagsOf(db, part)), (tag) => tag.version_id)
  const developers = grouped(await inParts(ids, (part) => developersOf(db, part)), (one) => one.version_id)
  const models = [...new Set(rows.map((row) => row.model_id))]
  const aliases = grouped(
    await inParts(models, (part) => aliasesOf(db, part)),
    (alias) => `${alias.model_id} ${alias.version}`,
  )
  return rows.map((row) => ({
    id: row.id as VersionId,
    model_id: row.model_id as ModelId,
    model: row.model_name,
    version: row.version,
    digest: row.digest as Digest,
    state: row.state as LifecycleState,
    description: row.description,
    source: row.source,
    run_id: row.run_id,
    tags: (tags.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
    aliases: (aliases.get(`${row.model_id} ${row.version}`) ?? []).map(({ alias }) => alias),
    registered_at: row.registered_at,
    registered_by: row.registered_by as PersonId,
    developers: (developers.get(row.id) ?? []).map(({ person_id }) => person_id as PersonId),
    files: row.files,
    size: row.size,
    stage: row.stage,
    location: row.location,
    run_link: row.run_link,
    updated_at: row.updated_at,
  }))
}

const tagsOf = preparedForOne((db, versions) =>
  db.selectFrom('version_tag').selectAll().where('version_id', 'in', versions).orderBy('key'),
)

const developersOf = preparedForOne((db, versions) =>
  db.selectFrom('version_developer').selectAll().where('version_id', 'in', versions).orderBy('person_id'),
)

/** Also finds a deleted version: evidence and decisions about it stay readable. */
export async function findVersionById(db: Db, id: VersionId): Promise<ModelVersion | undefined> {
  const [row] = await wholeRowById(db, id)
  return toVersion(db, row)
}

const wholeRowById = prepared((db, id: string) => wholeRows(db).where('v.id', '=', id))

/** One that is there. */
export async function findVersionOf(db: Db, model: string, version: number): Promise<ModelVersion | undefined> {
  const [row] = await wholeRowOf(db, model, version)
  return toVersion(db, row)
}

const wholeRowOf = prepared((db, model: string, version: number) =>
  wholeRows(db)
    .where('m.name', '=', model)
    .where('v.version', '=', version)
    .where('s.deleted_at', 'is', null)
    .where('m.deleted_at', 'is', null),
)

function wholeRows(db: Db) {
  return db
    .selectFrom('model_version as v')
    .innerJoin('version_status as s', 's.version_id', 'v.id')
    .innerJoin('model as m', 'm.id', 'v.model_id')
    .selectAll(['v', 's'])
    .select('m.name as model_name')
}

type WholeRow = SummaryRow & Pick<ModelVersionRow, 'manifest' | 'facts'>

async function toVersion(db: Db, row: WholeRow | undefined): Promise<ModelVersion | undefined> {
  if (!row) return undefined
  const [line] = await toLines(db, [row])
  if (!line) return undefined
  const {
    files: _files,
    size: _size,
    stage: _stage,
    location: _location,
    run_link: _link,
    updated_at: _at,
    ...rest
  } = line
  return {
    ...rest,
    manifest: JSON.parse(row.manifest) as Manifest,
    facts: JSON.parse(row.facts) as VersionFacts,
  }
}

export async function findLine(db: Db, model: string, version: number): Promise<VersionLine | undefined> {
  const row = await versionRows(db).where('m.name', '=', model).where('v.version', '=', version).executeTakeFirst()
  return row && (await toLines(db, [row]))[0]
}

export async function findNumberOfAlias(db: Db, model: string, alias: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('model_alias as a')
    .innerJoin('model as m', 'm.id', 'a.model_id')
    .select('a.version')
    .where('m.name', '=', model)
    .where('m.deleted_at', 'is', null)
    .where('a.alias', '=', alias)
    .executeTakeFirst()
  return row?.version
}

/** Newest first. */
export async function listLines(db: Db, models: readonly string[]): Promise<VersionLine[]> {
  const rows = await inParts(models, (part) =>
    versionRows(db).where('m.name', 'in', part).orderBy('v.version', 'desc').orderBy('v.id').execute(),
  )
  return toLines(db, rows)
}

export async function latestByStage(db: Db, models: readonly ModelId[]): Promise<VersionLine[]> {
  const newest = await inParts(models, (part) =>
    db
      .selectFrom('model_version as v')
      .innerJoin('version_status as s', 's.version_id', 'v.id')
      .where('s.deleted_at', 'is', null)
      .where('v.model_id', 'in', part)
      .groupBy(['v.model_id', 's.stage'])
      .select((eb) => ['v.model_id', eb.fn.max<number>('v.version').as('version')])
      .execute(),
  )
  return linesAt(db, newest)
}

/** Versions by model and number, in the order of the numbers. */
export async function linesAt(
  db: Db,
  places: readonly { model_id: string; version: number }[],
): Promise<VersionLine[]> {
  const rows = await inParts(places, (part) =>
    versionRows(db)
      .where(({ eb, or, and }) =>
        or(part.map((one) => and([eb('v.model_id', '=', one.model_id), eb('v.version', '=', one.version)]))),
      )
      .orderBy('v.version')
      .orderBy('v.id')
      .execute(),
  )
  return toLines(db, rows)
}

export async function insertVersion(
  tx: Tx,
  row: ModelVersionRow,
  status: Omit<VersionStatusRow, 'version_id'>,
): Promise<void> {
  await tx.insertInto('model_version').values(row).execute()
  await tx
    .insertInto('version_status')
    .values({ version_id: row.id, ...status })
    .execute()
}

export async function insertDevelopers(tx: Tx, id: VersionId, people: readonly PersonId[]): Promise<void> {
  if (people.length === 0) return
  await tx
    .insertInto('version_developer')
    .values(people.map((person_id) => ({ version_id: id, person_id })))
    .onConflict((c) => c.doNothing())
    .execute()
}

export async function insertDatasets(
  tx: Tx,
  id: VersionId,
  uses: readonly { digest: string; context: string | null }[],
): Promise<void> {
  if (uses.length === 0) return
  await tx
    .insertInto('version_dataset')
    .values(uses.map((use) => ({ version_id: id, ...use })))
    .execute()
}

/** Newest first. */
export async function listLinesOfRun(db: Db, run: string): Promise<VersionLine[]> {
  const rows = await versionRows(db)
    .where('v.origin_run', '=', run)
    .orderBy('v.registered_at', 'desc')
    .orderBy('v.id', 'desc')
    .execute()
  return toLines(db, rows)
}

/** Sealed versions whose run named a dataset. */
export async function findUsesOf(db: Db, digest: Digest) {
  return versionRows(db)
    .innerJoin('version_dataset as d', 'd.version_id', 'v.id')
    .select('d.context')
    .where('d.digest', '=', digest)
    .orderBy('v.registered_at', 'desc')
    .orderBy('v.id', 'desc')
    .execute()
}

export async function updateStatus(tx: Tx, id: VersionId, set: Partial<VersionStatusRow>): Promise<void> {
  await tx.updateTable('version_status').set(set).where('version_id', '=', id).execute()
}

/** Compare-and-set: false when the version was in another state by then. */
export async function moveState(
  tx: Tx,
  id: VersionId,
  from: LifecycleState,
  to: LifecycleState,
  at: string,
): Promise<boolean> {
  const result = await tx
    .updateTable('version_status')
    .set({ state: to, updated_at: at })
    .where('version_id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function touchVersionsOf(tx: Tx, model: ModelId, at: string): Promise<void> {
  await tx
    .updateTable('version_status')
    .set({ updated_at: at })
    .where('version_id', 'in', (eb) => eb.selectFrom('model_version').select('id').where('model_id', '=', model))
    .execute()
}

export async function putVersionTag(tx: Tx, id: VersionId, { key, value }: Tag): Promise<void> {
  await tx
    .insertInto('version_tag')
    .values({ version_id: id, key, value })
    .onConflict((c) => c.columns(['version_id', 'key']).doUpdateSet({ value }))
    .execute()
}

/** The tags of a version that has none yet. Of a key that is given twice the last one counts. */
export async function insertVersionTags(tx: Tx, engine: Engine, id: VersionId, tags: readonly Tag[]): Promise<void> {
  await insertMany(tx, engine, { table: 'version_tag', columns: ['version_id', 'key', 'value'] }, tagRows(id, tags))
}

export async function removeVersionTag(tx: Tx, id: VersionId, key: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('version_tag')
    .where('version_id', '=', id)
    .where('key', '=', key)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}
