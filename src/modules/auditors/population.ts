import type { Db } from '../../db/database.ts'
import type { Tier } from '../registry/schema.ts'
import { largestPopulation, type Population, type SampleRow } from './schema.ts'

export type Member = Omit<SampleRow, 'rank'>
/** `models` are ids, null for all of the workspace. */
type Within = { models: readonly string[] | null; from: string | undefined; until: string | undefined }

/** Every member within scope and period, one more than a population may have at most. */
export async function membersOf(db: Db, population: Population, within: Within): Promise<Member[]> {
  if (within.models?.length === 0) return []
  const rows = await queries[population](db, within)
  return rows.map((row) => ({ ...row, tier: row.tier as Tier | null }))
}

const most = largestPopulation + 1

const queries = {
  decisions(db: Db, { models, from, until }: Within) {
    let rows = db
      .selectFrom('decision')
      .innerJoin('model', 'model.id', 'decision.model_id')
      .select(['decision.id', 'model.name as model', 'model.tier', 'decision.version', 'decision.environment'])
      .select(['decision.decided_at as at', 'decision.outcome as state'])
      .limit(most)
    if (models) rows = rows.where('decision.model_id', 'in', [...models])
    if (from !== undefined) rows = rows.where('decision.decided_at', '>=', from)
    if (until !== undefined) rows = rows.where('decision.decided_at', '<', until)
    return rows.execute()
  },

  verdicts(db: Db, { models, from, until }: Within) {
    let rows = db
      .selectFrom('verdict')
      .innerJoin('model', 'model.id', 'verdict.model_id')
      .select(['verdict.id', 'model.name as model', 'model.tier', 'verdict.version', 'verdict.environment'])
      .select(['verdict.issued_at as at', 'verdict.outcome as state'])
      .limit(most)
    if (models) rows = rows.where('verdict.model_id', 'in', [...models])
    if (from !== undefined) rows = rows.where('verdict.issued_at', '>=', from)
    if (until !== undefined) rows = rows.where('verdict.issued_at', '<', until)
    return rows.execute()
  },

  findings(db: Db, { models, from, until }: Within) {
    let rows = db
      .selectFrom('finding')
      .innerJoin('model', 'model.id', 'finding.model_id')
      .select(['finding.id', 'model.name as model', 'model.tier', 'finding.version'])
      .select((eb) => eb.lit(null).as('environment'))
      .select(['finding.opened_at as at', 'finding.state as state'])
      .limit(most)
    if (models) rows = rows.where('finding.model_id', 'in', [...models])
    if (from !== undefined) rows = rows.where('finding.opened_at', '>=', from)
    if (until !== undefined) rows = rows.where('finding.opened_at', '<', until)
    return rows.execute()
  },

  /** A version is one member, in however many environments it runs: the environment is told when it is one. */
  async versions(db: Db, { models, from, until }: Within) {
    let rows = db
      .selectFrom('deployment')
      .innerJoin('model_version', 'model_version.id', 'deployment.version_id')
      .innerJoin('model', 'model.id', 'deployment.model_id')
      .select(['model_version.id', 'model.name as model', 'model.tier', 'model_version.version'])
      .select((eb) => [
        eb.fn.min('deployment.environment').as('first'),
        eb.fn.max('deployment.environment').as('last'),
        eb.fn.min('deployment.reported_at').as('at'),
      ])
      .groupBy(['model_version.id', 'model.name', 'model.tier', 'model_version.version'])
      .limit(most)
    if (models) rows = rows.where('deployment.model_id', 'in', [...models])
    if (until !== undefined) rows = rows.where('deployment.reported_at', '<', until)
    rows = rows.where((eb) =>
      from === undefined && until === undefined
        ? eb('deployment.ended_at', 'is', null)
        : eb.or([eb('deployment.ended_at', 'is', null), eb('deployment.ended_at', '>=', from ?? '')]),
    )
    return (await rows.execute()).map(({ first, last, ...row }) => ({
      ...row,
      environment: first === last ? first : null,
      state: 'in use',
    }))
  },
} satisfies Record<Population, unknown>
