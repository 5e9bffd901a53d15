import type { Db } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Tier, VersionId } from './schema.ts'

export type InPlay = { id: VersionId; model: string; version: number; tier: Tier; owner: PersonId | null }

/** Lifecycle states in which somebody waits for a version, or rests on a decision about it. */
const judged = ['submitted', 'in_validation', 'approved', 'approved_with_conditions']

/**
 * The versions of models of these tiers that a change of rules could touch: each model's newest, those that an alias leads
 * to or that run somewhere, and those that are or were decided about. By the names of the models, newest version first.
 */
export async function versionsInPlay(db: Db, tiers: readonly Tier[], limit: number): Promise<InPlay[]> {
  if (tiers.length === 0) return []
  const rows = await db
    .selectFrom('model_version as v')
    .innerJoin('version_status as s', 's.version_id', 'v.id')
    .innerJoin('model as m', 'm.id', 'v.model_id')
    .where('m.kind', '=', 'model')
    .where('m.deleted_at', 'is', null)
    .where('m.tier', 'in', tiers)
    .where('s.deleted_at', 'is', null)
    .where('s.state', '!=', 'retired')
    .where(({ or, eb, exists, not, selectFrom }) =>
      or([
        eb('s.state', 'in', judged),
        exists(
          selectFrom('model_alias as a')
            .select('a.alias')
            .whereRef('a.model_id', '=', 'v.model_id')
            .whereRef('a.version', '=', 'v.version'),
        ),
        exists(
          selectFrom('deployment as d')
            .select('d.id')
            .whereRef('d.version_id', '=', 'v.id')
            .where('d.ended_at', 'is', null),
        ),
        not(
          exists(
            selectFrom('model_version as w')
              .innerJoin('version_status as t', 't.version_id', 'w.id')
              .select('w.id')
              .whereRef('w.model_id', '=', 'v.model_id')
              .whereRef('w.version', '>', 'v.version')
              .where('t.deleted_at', 'is', null),
          ),
        ),
      ]),
    )
    .select(['v.id', 'v.version', 'm.name as model', 'm.tier', 'm.owner'])
    .orderBy('m.name')
    .orderBy('v.version', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id as VersionId,
    model: row.model,
    version: row.version,
    tier: row.tier as Tier,
    owner: row.owner as PersonId | null,
  }))
}
