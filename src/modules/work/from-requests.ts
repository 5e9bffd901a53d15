import type { Actor } from '../access/schema.ts'
import type { AuditorRequest } from '../auditor-requests/schema.ts'
import type { Waiting } from './from-reviews.ts'
import type { WorkParts } from './parts.ts'
import { minutesFor } from './queue.ts'
import type { WorkItem } from './schema.ts'

/** Auditors' requests that a person has to answer, and answers that an auditor has to look at. */
export async function fromRequests({ auditorRequests }: WorkParts, actor: Actor): Promise<Waiting> {
  const mine: WorkItem[] = []
  const others: WorkItem[] = []
  for (const request of await auditorRequests.list(actor, { state: 'open' })) {
    const isAnswered = request.state === 'answered'
    if (request.asked_by === actor.id) {
      if (isAnswered) mine.push(item(request, 'Look at the answer', 'It was answered, and waits for you to close it.'))
      else others.push(item(request, 'Waits for an answer', wordsOf(request)))
    } else if (!isAnswered && (request.assignee === null || request.assignee === actor.id)) {
      mine.push(item(request, 'Answer the auditor', wordsOf(request)))
    }
  }
  return { mine, others }
}

function wordsOf({ state, objects, round }: AuditorRequest): string {
  if (state === 'returned') return `The answer came back; this is round ${round}.`
  if (objects.length === 0) return 'It is about nothing in particular.'
  return objects.length === 1 ? `It is about ${objects[0]?.label}.` : `It is about ${objects.length} things.`
}

function item(request: AuditorRequest, order: string, detail: string): WorkItem {
  const { id, title, objects, overdue, state, due_at } = request
  const only = objects.length === 1 ? objects[0] : undefined
  return {
    key: `audit_request:${id}:${state}`,
    kind: 'audit_request',
    title: `${order}: ${title}`,
    detail,
    link: `/auditor?tab=requests&request=${id}`,
    model: only?.model ?? null,
    version: only?.version ?? null,
    environment: null,
    consequence: overdue ? 'overdue' : 'waits',
    due_at: state === 'answered' ? null : due_at,
    minutes: state === 'answered' ? minutesFor.answer : minutesFor.audit_request,
  }
}
