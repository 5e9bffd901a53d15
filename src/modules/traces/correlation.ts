import { sql } from 'kysely'
import type { Db, Engine } from '../../db/database.ts'
import { filterSql } from '../tracking/index.ts'
import { conditionOf } from './conditions.ts'

export type Correlation = {
  npmi: number
  npmi_smoothed: number
  filter1_count: number
  filter2_count: number
  joint_count: number
  total_count: number
}

export type CorrelationQuery = { experiment_ids: readonly string[]; filter1: string; filter2: string; base: string }

/** How often two conditions hold of the same trace, against how often that would happen by chance. */
export async function correlate(db: Db, engine: Engine, query: CorrelationQuery): Promise<Correlation> {
  const conditionIn = (filter: string) => filterSql(filter, (clause) => conditionOf(engine, clause))
  const [first, second, base] = [query.filter1, query.filter2, query.base].map(conditionIn)
  const counted = await sql<Record<'total' | 'one' | 'two' | 'both', number>>`
    select count(*) as total,
      coalesce(sum(case when ${first} then 1 else 0 end), 0) as one,
      coalesce(sum(case when ${second} then 1 else 0 end), 0) as two,
      coalesce(sum(case when ${first} and ${second} then 1 else 0 end), 0) as both
    from trace t where t.experiment_id in (${sql.join([...query.experiment_ids, ''])}) and ${base}
  `.execute(db)
  const { total = 0, one = 0, two = 0, both = 0 } = counted.rows[0] ?? {}
  const counts = { total: Number(total), one: Number(one), two: Number(two), both: Number(both) }
  return {
    npmi: npmi(counts),
    npmi_smoothed: smoothed(counts),
    filter1_count: counts.one,
    filter2_count: counts.two,
    joint_count: counts.both,
    total_count: counts.total,
  }
}

type Counts = { total: number; one: number; two: number; both: number }

/**
 * Normalised pointwise mutual information (Bouma 2009), from -1 (never together) over 0 (by chance) to 1 (only together); not
 * a number where one of the conditions never holds.
 */
export function npmi({ total, one, two, both }: Counts): number {
  if (total === 0 || one === 0 || two === 0) return Number.NaN
  if (both === 0) return -1
  if (both === total) return 1
  const value = Math.log((both * total) / (one * two)) / -Math.log(both / total)
  return Math.max(-1, Math.min(1, value))
}

/** The same with half an observation added to each of the four cells (Jeffreys' prior), so that few traces say little. */
export function smoothed({ total, one, two, both }: Counts): number {
  if (total === 0) return Number.NaN
  return npmi({ total: total + 2, one: one + 1, two: two + 1, both: both + 0.5 })
}
