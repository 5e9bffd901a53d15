import type { Actor } from '../access/schema.ts'
import type { BreakGlass } from '../break-glass/schema.ts'
import type { Waiting } from './from-reviews.ts'
import type { WorkParts } from './parts.ts'
import { minutesFor } from './queue.ts'
import type { WorkItem } from './schema.ts'

/** Requests to break the glass that a person may confirm, and their own that somebody else has to. */
export async function fromBreakGlass({ breakGlass }: WorkParts, actor: Actor): Promise<Waiting> {
  const mine: WorkItem[] = []
  const others: WorkItem[] = []
  for (const glass of await breakGlass.list(actor, { state: 'open' })) {
    if (glass.state !== 'requested') continue
    if (glass.requested_by === actor.id) others.push(item(glass, 'Waits for a second person'))
    else if (await breakGlass.mayConfirm(actor, glass)) mine.push(item(glass, 'Confirm, or let it lapse'))
  }
  return { mine, others }
}

function item({ id, model, version, environment, hours, reason, lapses_at }: BreakGlass, order: string): WorkItem {
  return {
    key: `break_glass:${id}`,
    kind: 'break_glass',
    title: `${order}: ${model} ${version} for ${hours} ${hours === 1 ? 'hour' : 'hours'} in ${environment}, past the gate`,
    detail: reason,
    link: `/gate?model=${encodeURIComponent(model)}`,
    model,
    version,
    environment,
    consequence: 'blocks',
    due_at: lapses_at,
    minutes: minutesFor.break_glass,
  }
}
