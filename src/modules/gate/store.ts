import type { Db, Tx } from '../../db/database.ts'
import { Verdict } from './schema.ts'
import type { VerdictRow } from './tables.ts'

export type VerdictFilter = {
  model_id?: string | undefined
  version?: number | undefined
  environment?: string | undefined
  limit: number
}

export async function insertVerdict(tx: Tx, verdict: Verdict, model_id: string): Promise<void> {
  const { id, version_id, version, environment, outcome, asked_by, issued_at, expires_at } = verdict
  const body = JSON.stringify(verdict)
  await tx
    .insertInto('verdict')
    .values({ id, model_id, version_id, version, environment, outcome, asked_by, issued_at, expires_at, body })
    .execute()
}

export function findVerdict(db: Db, id: string): Promise<VerdictRow | undefined> {
  return db.selectFrom('verdict').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export function listVerdicts(db: Db, filter: VerdictFilter): Promise<VerdictRow[]> {
  let query = db.selectFrom('verdict').selectAll()
  if (filter.model_id !== undefined) query = query.where('model_id', '=', filter.model_id)
  if (filter.version !== undefined) query = query.where('version', '=', filter.version)
  if (filter.environment !== undefined) query = query.where('environment', '=', filter.environment)
  return query.orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute()
}

export function toVerdict({ body }: Pick<VerdictRow, 'body'>): Verdict {
  return Verdict.parse(JSON.parse(body))
}

/** How often the gate was asked since a moment, by model. */
export function countVerdicts(db: Db, since: string, environment: string | undefined) {
  let query = db
    .selectFrom('verdict')
    .select('model_id')
    .select((eb) => eb.fn.countAll<number>().as('asked'))
    .where('issued_at', '>=', since)
  if (environment !== undefined) query = query.where('environment', '=', environment)
  return query.groupBy('model_id').orderBy('model_id').execute()
}

/** Newest first. */
export function denialsSince(db: Db, since: string, environment: string | undefined, limit: number) {
  let query = db
    .selectFrom('verdict')
    .select(['id', 'model_id', 'body'])
    .where('issued_at', '>=', since)
    .where('outcome', '=', 'denied')
  if (environment !== undefined) query = query.where('environment', '=', environment)
  return query.orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

/** Who asked about a model since a moment, those who asked last first; ids of verdicts are in the order of their moments. */
export function callersOf(db: Db, about: { model_id: string; environment: string | undefined; since: string }) {
  let query = db
    .selectFrom('verdict')
    .select('asked_by')
    .select((eb) => [
      eb.fn.countAll<number>().as('asked'),
      eb.fn.sum<number>(eb.case().when('outcome', '=', 'denied').then(1).else(0).end()).as('denied'),
      eb.fn.max('id').as('last'),
    ])
    .where('model_id', '=', about.model_id)
    .where('issued_at', '>=', about.since)
  if (about.environment !== undefined) query = query.where('environment', '=', about.environment)
  return query.groupBy('asked_by').orderBy('last', 'desc').limit(50).execute()
}

export async function verdictsById(db: Db, ids: readonly string[]): Promise<VerdictRow[]> {
  if (ids.length === 0) return []
  return db
    .selectFrom('verdict')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
}
