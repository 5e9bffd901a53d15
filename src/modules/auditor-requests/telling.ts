import type { Tx } from '../../db/database.ts'
import type { Person } from '../access/schema.ts'
import type { ActorRef } from '../audit/schema.ts'
import { tell } from '../notifications/index.ts'
import type { NoticeKind } from '../notifications/schema.ts'
import { linkTo } from './parts.ts'
import type { EntryKind } from './schema.ts'
import { isHost } from './standing.ts'
import type { RequestRow } from './tables.ts'

/** Whoever is asked: the one who was named, or all hosts. */
export function askedPeople({ assignee }: RequestRow, people: readonly Person[]): string[] {
  return assignee === null ? people.filter(isHost).map(({ id }) => id) : [assignee]
}

const words: Record<EntryKind, { kind: NoticeKind; to: 'auditor' | 'asked'; text: (row: RequestRow) => string }> = {
  asked: {
    kind: 'request_asked',
    to: 'asked',
    text: ({ title, due_at }) => `An auditor asks for “${title}” by ${due_at.slice(0, 10)}.`,
  },
  assigned: {
    kind: 'request_asked',
    to: 'asked',
    text: ({ title, due_at }) => `You are to answer the auditor’s request “${title}” by ${due_at.slice(0, 10)}.`,
  },
  returned: {
    kind: 'request_returned',
    to: 'asked',
    text: ({ title, due_at }) => `The answer to “${title}” came back; it is due on ${due_at.slice(0, 10)}.`,
  },
  answered: {
    kind: 'request_answered',
    to: 'auditor',
    text: ({ title }) => `Your request “${title}” was answered.`,
  },
  declined: { kind: 'request_ended', to: 'auditor', text: ({ title }) => `Your request “${title}” was declined.` },
  closed: { kind: 'request_ended', to: 'asked', text: ({ title }) => `The auditor closed the request “${title}”.` },
  withdrawn: {
    kind: 'request_ended',
    to: 'asked',
    text: ({ title }) => `The auditor withdrew the request “${title}”.`,
  },
}

export async function tellOf(
  tx: Tx,
  step: EntryKind,
  row: RequestRow,
  people: readonly Person[],
  by: ActorRef['id'],
): Promise<void> {
  const { kind, to, text } = words[step]
  await tell(tx, {
    to: to === 'auditor' ? [row.asked_by] : askedPeople(row, people),
    kind,
    text: text(row),
    link: linkTo(row.id),
    by,
    at: row.changed_at,
  })
}
