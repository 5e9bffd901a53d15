import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { digestOf } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import type { RunInput, RunStatus } from '../tracking/schema.ts'
import { problem, sorted } from './clean.ts'
import { addPoint, contentDigest, noPoints, type PointSum, type StoredPoint } from './content.ts'
import type { ImportCheck, ImportCounts, ImportId, ImportKind, ImportProblem } from './schema.ts'
import * as store from './store.ts'
import type { Trip } from './trip.ts'

const perPage = 200
const pointsPerRead = 5_000

type PointRow = StoredPoint & { series: number }

/** Reads everything back that this import brought, and compares its numbers and digests with what the source gave. */
export async function verify(trip: Trip): Promise<ImportCheck[]> {
  const { db } = trip.parts.connection
  const { brought, updated, unchanged, refused } = trip.tally
  const found = await countsHere(db, trip.id)
  const checks: ImportCheck[] = compared.map(([what, key]) => ({
    what,
    expected: brought[key] + updated[key],
    found: found[key],
  }))
  const problems: ImportProblem[] = []
  checks.push(await runContents(trip, problems))
  checks.push(await versionSeals(trip, problems))
  checks.push(await artifactBytes(trip, problems))
  const source = await trip.source.counts()
  for (const [what, key] of counted) {
    const has = source[key]
    if (has === undefined || (key === 'points' && refused.runs > 0)) continue
    const expected = brought[key] + updated[key] + unchanged[key] + refused[key]
    checks.push({ what: `${what}, as the source counts them`, expected: has, found: expected })
  }
  if (problems.length > 0) await trip.note({ problems })
  return checks
}

const compared: readonly (readonly [string, keyof ImportCounts])[] = [
  ['experiments', 'experiments'],
  ['runs', 'runs'],
  ['parameters', 'params'],
  ['tags of runs', 'tags'],
  ['metrics, latest values', 'metrics'],
  ['metric points', 'points'],
  ['inputs', 'inputs'],
  ['logged models', 'logged_models'],
  ['models', 'models'],
  ['versions', 'versions'],
  ['aliases', 'aliases'],
  ['artifacts', 'artifacts'],
]
const counted: readonly (readonly [string, keyof ImportCounts])[] = [
  ['experiments', 'experiments'],
  ['runs', 'runs'],
  ['metric points', 'points'],
  ['logged models', 'logged_models'],
  ['models', 'models'],
  ['versions', 'versions'],
]

async function countsHere(db: Db, id: ImportId): Promise<ImportCounts> {
  const count = async (kind: ImportKind, joined: RawBuilder<unknown>) => {
    const from = sql`import_item i ${joined}`
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from ${from} where i.import_id = ${id} and i.kind = ${kind} and i.here != 'matched'`.execute(
      db,
    )
    return Number(rows[0]?.n ?? 0)
  }
  return {
    experiments: await count('experiment', sql`join experiment t on t.id = i.target_id`),
    runs: await count('run', sql`join run t on t.id = i.target_id`),
    params: await count('run', sql`join run_param t on t.run_id = i.target_id`),
    tags: await count('run', sql`join run_tag t on t.run_id = i.target_id`),
    metrics: await count('run', sql`join metric_latest t on t.run_id = i.target_id`),
    points: await count(
      'run',
      sql`join metric_latest t on t.run_id = i.target_id join metric_point p on p.series = t.series`,
    ),
    inputs: await count('run', sql`join run_input t on t.run_id = i.target_id`),
    logged_models: await count('logged_model', sql`join logged_model t on t.id = i.target_id`),
    models: await count('model', sql`join model t on t.id = i.target_id`),
    versions: await count('version', sql`join model_version t on t.id = i.target_id`),
    aliases: await count(
      'alias',
      sql`join model_alias t on t.model_id || ' ' || t.alias = i.target_id and cast(t.version as text) = i.content`,
    ),
    artifacts: await count('artifact', sql`join artifact t on t.path = i.target_id`),
    bytes: 0,
  }
}

/** Every run's parameters, tags, inputs, links and points, read back, hash to what the source's did. */
async function runContents(trip: Trip, problems: ImportProblem[]): Promise<ImportCheck> {
  const { db } = trip.parts.connection
  const check = { what: 'runs with the source’s content', expected: 0, found: 0 }
  for (let last = ''; ; ) {
    const items = await store.itemsOf(db, trip.id, 'run', last, perPage)
    if (items.length === 0) return check
    trip.checkpoint()
    const ids = items.map(({ target_id }) => target_id)
    const contents = await contentsHere(db, ids)
    for (const item of items) {
      last = item.source_id
      check.expected++
      if (contents.get(item.target_id) === item.content) check.found++
      else
        problems.push(problem('run', item.source_id, 'content_differs', 'what is stored is not what the source gave'))
    }
    trip.moved(items.length)
  }
}

async function contentsHere(db: Db, ids: readonly string[]): Promise<Map<string, Digest>> {
  const rows = await db.selectFrom('run').selectAll().where('id', 'in', ids).execute()
  const pairs = async (table: 'run_param' | 'run_tag') =>
    Map.groupBy(
      await db.selectFrom(table).select(['run_id', 'key', 'value']).where('run_id', 'in', ids).execute(),
      ({ run_id }) => run_id,
    )
  const params = await pairs('run_param')
  const tags = await pairs('run_tag')
  const inputs = Map.groupBy(
    await db.selectFrom('run_input').selectAll().where('run_id', 'in', ids).execute(),
    ({ run_id }) => run_id,
  )
  const links = Map.groupBy(
    await db.selectFrom('run_model').selectAll().where('run_id', 'in', ids).execute(),
    ({ run_id }) => run_id,
  )
  const sums = await sumsHere(db, ids)
  const ordered = (list: readonly { key: string; value: string }[] = []) =>
    sorted(
      list.map(({ key, value }) => ({ key, value })),
      ({ key }) => key,
    )
  return new Map(
    rows.map((row) => {
      const run = {
        id: row.id,
        experiment_id: row.experiment_id,
        name: row.name,
        user: row.user_name,
        status: row.status as RunStatus,
        start_time: row.start_time,
        end_time: row.end_time,
        deleted: row.lifecycle_stage === 'deleted',
        params: ordered(params.get(row.id)),
        tags: ordered(tags.get(row.id)),
        inputs: (inputs.get(row.id) ?? []).map((input) => ({
          ...input,
          tags: JSON.parse(input.tags) as RunInput['tags'],
        })),
        models: sorted(
          (links.get(row.id) ?? []).map(({ direction, model_id, step }) => ({ direction, model_id, step })),
          ({ direction, model_id }) => `${direction} ${model_id}`,
        ),
      }
      return [row.id, contentDigest(run, sums.get(row.id) ?? noPoints())]
    }),
  )
}

/** Series after series in small parts, so that a run with millions of points does not have to fit into memory. */
async function sumsHere(db: Db, ids: readonly string[]): Promise<Map<string, PointSum>> {
  const series = await db
    .selectFrom('metric_latest')
    .select(['run_id', 'key', 'series'])
    .where('run_id', 'in', ids)
    .orderBy('series')
    .execute()
  const bySeries = new Map(series.map((one) => [one.series, one]))
  const sums = new Map<string, PointSum>()
  for (let from = 0; from < series.length; from += 500) {
    const part = series.slice(from, from + 500).map((one) => one.series)
    for (let last: PointRow | undefined; ; ) {
      const points: PointRow[] = await pointsAfter(db, part, last)
      for (const point of points) {
        const one = bySeries.get(point.series)
        if (!one) continue
        const sum = sums.get(one.run_id) ?? noPoints()
        addPoint(sum, one.key, point)
        sums.set(one.run_id, sum)
      }
      last = points.at(-1)
      if (points.length < pointsPerRead) break
    }
  }
  return sums
}

async function pointsAfter(db: Db, series: readonly number[], last: PointRow | undefined): Promise<PointRow[]> {
  let points = db.selectFrom('metric_point').selectAll().where('series', 'in', series)
  if (last) {
    points = points.where(
      sql<boolean>`(series, step, timestamp, value, is_nan) > (${last.series}, ${last.step}, ${last.timestamp}, ${last.value}, ${last.is_nan})`,
    )
  }
  for (const column of ['series', 'step', 'timestamp', 'value', 'is_nan'] as const) points = points.orderBy(column)
  return points.limit(pointsPerRead).execute()
}

/** A version's digest is that of its stored manifest, and the one that the trail has. */
async function versionSeals(trip: Trip, problems: ImportProblem[]): Promise<ImportCheck> {
  const { db } = trip.parts.connection
  const check = { what: 'versions with their manifest’s digest', expected: 0, found: 0 }
  for (let last = ''; ; ) {
    const items = await store.itemsOf(db, trip.id, 'version', last, perPage)
    if (items.length === 0) return check
    for (const item of items) {
      last = item.source_id
      check.expected++
      const row = await db
        .selectFrom('model_version')
        .select(['manifest', 'digest'])
        .where('id', '=', item.target_id)
        .executeTakeFirst()
      if (row && row.digest === item.here && digestOf(JSON.parse(row.manifest)) === row.digest) check.found++
      else problems.push(problem('version', item.source_id, 'content_differs', 'its manifest is not what was sealed'))
    }
  }
}

/** The stored bytes of every file, hashed again. */
async function artifactBytes(trip: Trip, problems: ImportProblem[]): Promise<ImportCheck> {
  const { db } = trip.parts.connection
  const check = { what: 'artifacts with their SHA-256', expected: 0, found: 0 }
  const verified = new Set<string>()
  for (let last = ''; ; ) {
    const items = await store.itemsOf(db, trip.id, 'artifact', last, perPage)
    if (items.length === 0) return check
    for (const item of items) {
      trip.checkpoint()
      last = item.source_id
      check.expected++
      const file = await trip.parts.artifacts.find(item.target_id)
      const isSame = file?.digest === item.content
      const isIntact =
        isSame &&
        (verified.has(file.digest) || (await trip.parts.artifacts.blobs.verify(file.digest)).outcome === 'intact')
      if (isIntact) {
        check.found++
        if (verified.size < 100_000) verified.add(file.digest)
      } else
        problems.push(problem('artifact', item.source_id, 'content_differs', 'its bytes are not those of the source'))
    }
    trip.moved(items.length)
  }
}
