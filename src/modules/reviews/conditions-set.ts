import type { Tx } from '../../db/database.ts'
import { badRequest } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type Actor, type Person, permits } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import { tell } from '../notifications/index.ts'
import { dayOf } from '../policy/index.ts'
import { insertCondition } from './conditions-store.ts'
import { thingsOf } from './parts.ts'
import {
  type ConditionId,
  type DecisionDocument,
  type DecisionInput,
  longestConditionDays,
  type SignedCondition,
} from './schema.ts'
import type { Situation } from './situation.ts'

const day = 86_400_000
/** Days before a condition is due on which people are warned. */
const warnings = [14, 7, 1]

/** The conditions of a decision, each with an id; refused where nobody could meet them. */
export function conditionsIn(
  { outcome, conditions }: DecisionInput,
  people: readonly Person[],
  model: string,
  now: string,
): SignedCondition[] {
  if (conditions.length > 0 && outcome !== 'approved') throw badRequest('only an approval has conditions')
  return conditions.map((condition) => {
    const owner = people.find(({ id }) => id === condition.owner)
    const maySee = owner && permits({ grants: owner.grants, scopes: null }, 'review.read', model)
    if (owner?.kind !== 'person' || owner.disabled_at !== null || !maySee) {
      throw badRequest(`whoever sees to a condition is a person who may read reviews of ${model}`)
    }
    if (condition.due_at <= now) throw badRequest('a condition is due in the future')
    if (Date.parse(condition.due_at) - Date.parse(now) > longestConditionDays * day) {
      throw badRequest('a condition is due within two years')
    }
    return { ...condition, id: newId('cnd', Date.parse(now)) as ConditionId }
  })
}

/** Stores what a decision signs, and tells whoever has to see to it. */
export async function setConditions(
  tx: Tx,
  record: RecordEvent,
  actor: Actor,
  document: DecisionDocument,
  situation: Situation,
): Promise<void> {
  const { model, version, environment } = situation
  for (const { id, text, owner, due_at } of document.conditions ?? []) {
    await insertCondition(tx, {
      id,
      decision_id: document.id,
      review_id: document.review,
      model_id: model.id,
      version_id: version.id,
      version: version.version,
      environment: environment.name,
      text,
      owner,
      due_at,
      set_by: actor.id,
      set_at: document.decided_at,
      warn_at: nextWarning(due_at, document.decided_at),
      report: null,
      reported_at: null,
      proof: null,
      evidence: '[]',
      confirmed_by: null,
      confirmed_at: null,
      lapsed_at: null,
    })
    const about = [`decision:${document.id}`, `review:${document.review}`, ...thingsOf(situation), `person:${owner}`]
    record('condition.set', `condition:${id}`, { environment: environment.name, text, owner, due_at }, about)
    await tell(tx, {
      to: [owner],
      kind: 'condition',
      text: `${model.name} ${version.version} was approved for ${environment.name} on a condition that you see to, by ${dayOf(due_at)}.`,
      link: `/models/${encodeURIComponent(model.name)}/versions/${version.version}?tab=decisions`,
      by: actor.id,
      at: document.decided_at,
    })
  }
}

/** The next moment at which people are warned that a condition is due, after a moment. */
export function nextWarning(due_at: string, after: string): string | null {
  const moments = warnings.map((days) => new Date(Date.parse(due_at) - days * day).toISOString())
  return moments.find((moment) => moment > after) ?? null
}
