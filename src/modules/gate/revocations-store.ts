import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { ActorRef } from '../audit/schema.ts'
import type { Revocation, VerdictId } from './schema.ts'
import type { RevocationRow } from './tables.ts'

export type StoredRevocation = Selectable<RevocationRow>

export function toRevocation(row: StoredRevocation): Revocation {
  const { serial, verdict_id, cause, reason, revoked_by, revoked_at } = row
  const by = revoked_by as ActorRef['id']
  return { serial, verdict: verdict_id as VerdictId, cause, reason, revoked_by: by, revoked_at }
}

export type LiveFilter = {
  readonly ids?: readonly string[]
  readonly version_id?: string
  readonly environment?: string | undefined
  /** Something that stands in the verdict as it was given. */
  readonly naming?: string
}

/** Verdicts that let something run, whose time is not over and that nobody has revoked, oldest first. */
export function liveVerdicts(db: Db, now: string, { ids, version_id, environment, naming }: LiveFilter = {}) {
  let query = db
    .selectFrom('verdict')
    .leftJoin('verdict_revocation', 'verdict_revocation.verdict_id', 'verdict.id')
    .select([
      'verdict.id',
      'verdict.model_id',
      'verdict.version_id',
      'verdict.version',
      'verdict.environment',
      'verdict.expires_at',
    ])
    .where('verdict.expires_at', '>', now)
    .where('verdict.outcome', '!=', 'denied')
    .where('verdict_revocation.serial', 'is', null)
  if (ids !== undefined) query = query.where('verdict.id', 'in', [...ids])
  if (version_id !== undefined) query = query.where('verdict.version_id', '=', version_id)
  if (environment !== undefined) query = query.where('verdict.environment', '=', environment)
  if (naming !== undefined) query = query.where('verdict.body', 'like', `%"${naming}"%`)
  return query.orderBy('verdict.id').execute()
}

export type LiveVerdict = Awaited<ReturnType<typeof liveVerdicts>>[number]

export async function lastSerial(db: Db): Promise<number> {
  const row = await db
    .selectFrom('verdict_revocation')
    .select((eb) => eb.fn.max('serial').as('serial'))
    .executeTakeFirst()
  return Number(row?.serial ?? 0)
}

export async function insertRevocation(tx: Tx, row: RevocationRow): Promise<void> {
  await tx.insertInto('verdict_revocation').values(row).execute()
}

export async function revocationsOf(db: Db, verdicts: readonly string[]): Promise<Map<string, Revocation>> {
  if (verdicts.length === 0) return new Map()
  const rows = await db
    .selectFrom('verdict_revocation')
    .selectAll()
    .where('verdict_id', 'in', [...verdicts])
    .execute()
  return new Map(rows.map((row) => [row.verdict_id, toRevocation(row)]))
}

/** Those whose verdict would hold at a moment, were it not revoked. */
export function revocationsAt(db: Db, moment: string): Promise<StoredRevocation[]> {
  return db.selectFrom('verdict_revocation').selectAll().where('expires_at', '>', moment).orderBy('serial').execute()
}
