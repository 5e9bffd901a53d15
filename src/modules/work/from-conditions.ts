import { type Actor, permits } from '../access/schema.ts'
import type { Condition } from '../reviews/schema.ts'
import type { Waiting } from './from-reviews.ts'
import type { WorkParts } from './parts.ts'
import { minutesFor } from './queue.ts'
import type { WorkItem } from './schema.ts'

/** Conditions that a person sees to, those that they can confirm, and those that they wait for. */
export async function fromConditions({ reviews }: WorkParts, actor: Actor): Promise<Waiting> {
  const mine: WorkItem[] = []
  const others: WorkItem[] = []
  for (const condition of await reviews.conditions.list(actor, { state: 'open' })) {
    const isReported = condition.reported_at !== null
    if (condition.owner === actor.id) {
      if (isReported) others.push(item(condition, 'Waits to be confirmed'))
      else mine.push(item(condition, 'Meet the condition'))
    } else if (isReported && permits(actor, 'review.decide', condition.model)) {
      mine.push(item(condition, 'Confirm the condition'))
    } else if (condition.set_by === actor.id) {
      others.push(item(condition, 'Waits to be met'))
    }
  }
  return { mine, others }
}

function item({ id, text, model, version, environment, due_at }: Condition, order: string): WorkItem {
  return {
    key: `condition:${id}`,
    kind: 'condition',
    title: `${order}: ${text}`,
    detail: `The approval of ${model} ${version} for ${environment} lapses without it.`,
    link: `/models/${encodeURIComponent(model)}/versions/${version}?tab=decisions`,
    model,
    version,
    environment,
    consequence: 'lapses',
    due_at,
    minutes: minutesFor.condition,
  }
}
