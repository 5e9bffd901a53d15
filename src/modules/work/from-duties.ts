import type { Actor } from '../access/schema.ts'
import { type Assignment, dutyNames } from '../duties/schema.ts'
import type { Waiting } from './from-reviews.ts'
import type { WorkParts } from './parts.ts'
import { minutesFor } from './queue.ts'
import type { WorkItem } from './schema.ts'

/** Duties that a person was asked to take, and those that they asked others to take. */
export async function fromDuties({ duties }: WorkParts, actor: Actor): Promise<Waiting> {
  const proposed = await duties.assignments.list(actor, { state: 'proposed' })
  return {
    mine: proposed.filter(({ person }) => person === actor.id).map((each) => item(each, 'Say whether you answer for')),
    others: proposed
      .filter(({ person, proposed_by }) => person !== actor.id && proposed_by === actor.id)
      .map((each) => item(each, 'Nobody has accepted yet to answer for')),
  }
}

function item({ id, subject, duty, reason }: Assignment, order: string): WorkItem {
  return {
    key: `duty:${id}`,
    kind: 'duty',
    title: `${order} ${subject.name} as ${dutyNames[duty]}`,
    detail: reason === '' ? 'A duty counts once it is accepted.' : reason,
    link: '/duties',
    model: subject.name,
    version: null,
    environment: null,
    consequence: 'waits',
    due_at: null,
    minutes: minutesFor.duty,
  }
}
