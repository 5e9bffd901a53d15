import type { Db } from '../../db/database.ts'
import type { Moment } from '../../lib/ids.ts'
import { activeBreakGlass } from '../break-glass/index.ts'
import type { NamedBreakGlass } from '../break-glass/schema.ts'
import { answerUntil } from '../policy/index.ts'
import type { Situation } from '../reviews/index.ts'

/** A situation as the gate answers for it: a denial that two people have broken the glass of is none for as long. */
export type GateSituation = Situation & { readonly break_glass?: NamedBreakGlass }

export async function withBreakGlass(db: Db, situation: Situation, now: string): Promise<GateSituation> {
  const { assessment, version, environment } = situation
  if (assessment.outcome !== 'denied') return situation
  const break_glass = await activeBreakGlass(db, version.id, environment.name, now)
  if (!break_glass) return situation
  return { ...situation, break_glass, assessment: { ...assessment, outcome: 'allowed' } }
}

/** How long an answer that is given now holds. */
export function untilOf({ policies, snapshot, approvals, break_glass }: GateSituation): Moment {
  const until = answerUntil(policies, snapshot, approvals)
  return break_glass !== undefined && break_glass.until < until ? break_glass.until : until
}
