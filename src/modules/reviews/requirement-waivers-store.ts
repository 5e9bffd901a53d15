import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import type { Digest } from '../../lib/ids.ts'
import type { RoleName } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Snapshot } from '../policy/schema.ts'
import { stateOf } from './scan-waivers-store.ts'
import type { RequirementWaiver, WaiverId } from './schema.ts'
import type { RequirementWaiverRow } from './tables.ts'

export type StoredRequirementWaiver = Selectable<RequirementWaiverRow>

/** The model's name is the present one, which may not be the one of then. */
export function toWaiver(row: StoredRequirementWaiver, model: string, now: string): RequirementWaiver {
  const { model_id: _model, version_id: _version, rule_digest: _digest, roles: _roles, ...rest } = row
  return {
    kind: 'requirement',
    ...rest,
    id: row.id as WaiverId,
    model,
    given_by: row.given_by as PersonId,
    withdrawn_by: row.withdrawn_by as PersonId | null,
    state: stateOf(row, now),
  }
}

export function findWaiver(db: Db, id: string): Promise<StoredRequirementWaiver | undefined> {
  return db.selectFrom('requirement_waiver').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first, those that ended too. */
export function waiversOf(db: Db, version_id: string): Promise<StoredRequirementWaiver[]> {
  return db
    .selectFrom('requirement_waiver')
    .selectAll()
    .where('version_id', '=', version_id)
    .orderBy('id', 'desc')
    .execute()
}

const holding = prepared((db, version_id: string, environment: string, from: string, until: string) =>
  db
    .selectFrom('requirement_waiver')
    .selectAll()
    .where('version_id', '=', version_id)
    .where('environment', '=', environment)
    .where('withdrawn_at', 'is', null)
    .where('given_at', '<=', from)
    .where('until', '>', until)
    .orderBy('id'),
)

/** Those that count at a moment, as a snapshot holds them. */
export async function waiversAt(
  db: Db,
  version_id: string,
  environment: string,
  now: string,
): Promise<NonNullable<Snapshot['waivers']>> {
  const rows = await holding(db, version_id, environment, now, now)
  return rows.map(({ id, policy, requirement, rule_digest, reason, control, given_by, roles, given_at, until }) => ({
    id,
    policy,
    requirement,
    rule_digest: rule_digest as Digest,
    reason,
    control,
    given_by: given_by as PersonId,
    roles: JSON.parse(roles) as RoleName[],
    given_at,
    until,
  }))
}

export async function insertWaiver(tx: Tx, row: RequirementWaiverRow): Promise<void> {
  await tx.insertInto('requirement_waiver').values(row).execute()
}

/** Compare-and-set: false when it was withdrawn before. */
export async function withdrawWaiver(tx: Tx, id: string, by: PersonId, at: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('requirement_waiver')
    .set({ withdrawn_at: at, withdrawn_by: by })
    .where('id', '=', id)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
