import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import type { BreakGlass, BreakGlassId, BreakGlassRules, BreakGlassState, NamedBreakGlass } from './schema.ts'
import { usualHours } from './schema.ts'
import type { BreakGlassRow } from './tables.ts'

export function stateOf(row: BreakGlassRow, now: string): BreakGlassState {
  const { confirmed_at, ended_at, lapses_at, until } = row
  if (confirmed_at === null) return ended_at !== null ? 'withdrawn' : lapses_at <= now ? 'lapsed' : 'requested'
  return ended_at !== null || (until ?? '') <= now ? 'over' : 'active'
}

/** The model's name is the present one. */
export function toBreakGlass(row: BreakGlassRow, model: string, now: string, reviewed: boolean): BreakGlass {
  const { model_id: _, ...rest } = row
  return {
    ...rest,
    id: row.id as BreakGlassId,
    model,
    state: stateOf(row, now),
    reviewed,
    requested_by: row.requested_by as PersonId,
    confirmed_by: row.confirmed_by as PersonId | null,
    ended_by: row.ended_by as PersonId | null,
  }
}

export async function insertBreakGlass(tx: Tx, row: BreakGlassRow): Promise<void> {
  await tx.insertInto('break_glass').values(row).execute()
}

export function findBreakGlass(db: Db, id: string): Promise<BreakGlassRow | undefined> {
  return db.selectFrom('break_glass').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Compare-and-set: false when it was confirmed or ended by then. */
export async function confirm(
  tx: Tx,
  id: string,
  set: Pick<BreakGlassRow, 'confirmed_by' | 'confirmed_at' | 'confirm_reason' | 'until' | 'finding_id'>,
): Promise<boolean> {
  const result = await tx
    .updateTable('break_glass')
    .set(set)
    .where('id', '=', id)
    .where('confirmed_at', 'is', null)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function setVerdict(tx: Tx, id: string, verdict_id: string): Promise<void> {
  await tx.updateTable('break_glass').set({ verdict_id }).where('id', '=', id).execute()
}

/** Compare-and-set: false when it was ended by then. */
export async function end(tx: Tx, id: string, set: Pick<BreakGlassRow, 'ended_by' | 'ended_at' | 'end_reason'>) {
  const result = await tx
    .updateTable('break_glass')
    .set(set)
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** What is asked for or runs, for one version before one environment. */
export async function findOpen(db: Db, version_id: string, environment: string, now: string) {
  const rows = await db
    .selectFrom('break_glass')
    .selectAll()
    .where('version_id', '=', version_id)
    .where('environment', '=', environment)
    .where('ended_at', 'is', null)
    .orderBy('id', 'desc')
    .execute()
  return rows.find((row) => ['requested', 'active'].includes(stateOf(row, now)))
}

/** What lets a version through the gate of an environment now, if anything does. */
export async function activeBreakGlass(
  db: Db,
  version_id: string,
  environment: string,
  now: string,
): Promise<NamedBreakGlass | undefined> {
  const row = await findOpen(db, version_id, environment, now)
  if (!row || row.until === null || row.confirmed_by === null || stateOf(row, now) !== 'active') return undefined
  const { until, requested_by, confirmed_by } = row
  return {
    id: row.id as BreakGlassId,
    until,
    requested_by: requested_by as PersonId,
    confirmed_by: confirmed_by as PersonId,
  }
}

/** Newest first, each with whether somebody has verified its finding. */
export async function listBreakGlass(db: Db, filter: { model_id?: string | undefined; version?: number | undefined }) {
  let query = db
    .selectFrom('break_glass as b')
    .leftJoin('finding as f', 'f.id', 'b.finding_id')
    .selectAll('b')
    .select('f.state as finding_state')
  if (filter.model_id !== undefined) query = query.where('b.model_id', '=', filter.model_id)
  if (filter.version !== undefined) query = query.where('b.version', '=', filter.version)
  const rows = await query.orderBy('b.requested_at', 'desc').orderBy('b.id', 'desc').limit(1000).execute()
  return rows.map(({ finding_state, ...row }) => ({ row, reviewed: finding_state === 'closed' }))
}

export async function listRules(db: Db): Promise<BreakGlassRules[]> {
  const rows = await db
    .selectFrom('environment as e')
    .leftJoin('break_glass_rules as r', 'r.environment', 'e.name')
    .select(['e.name', 'r.longest_hours'])
    .orderBy('e.name')
    .execute()
  return rows.map(({ name, longest_hours }) => ({ environment: name, longest_hours: longest_hours ?? usualHours }))
}

export async function putRules(tx: Tx, rules: BreakGlassRules): Promise<void> {
  const { longest_hours } = rules
  await tx
    .insertInto('break_glass_rules')
    .values(rules)
    .onConflict((c) => c.column('environment').doUpdateSet({ longest_hours }))
    .execute()
}
