import type { Connection } from '../../db/connect.ts'
import type { Clock } from '../../lib/clock.ts'
import { digestOf } from '../../lib/digest.ts'
import type { Person, Seat } from '../access/schema.ts'
import type { Audit, Write } from '../audit/index.ts'
import type { Thing } from '../audit/schema.ts'
import type { EntryRow, RequestRow } from './tables.ts'

export type AuditorRequestParts = {
  readonly connection: Connection
  readonly write: Write
  readonly clock: Clock
  readonly audit: Pick<Audit, 'events'>
  /** Everyone with an account, with the roles of this workspace. */
  readonly people: () => Promise<Person[]>
  /** Every seat of this workspace, those that ended too. */
  readonly seats: () => Promise<Seat[]>
}

const day = 86_400_000

/** Days before the due moment at which those who are asked are reminded; 0 is the moment itself. */
const reminders = [2, 0]

export function nextReminder(due_at: string, after: string): string | null {
  const moments = reminders.map((days) => new Date(Date.parse(due_at) - days * day).toISOString())
  return moments.find((moment) => moment > after) ?? null
}

export const endOf = ({ ends_at, closed_at }: Seat) => closed_at ?? ends_at

/** The models are left out: whoever reads the trail of a model is not told what another auditor asks. */
export function aboutOf({ seat_id, assignee }: Pick<RequestRow, 'seat_id' | 'assignee'>): Thing[] {
  return [`seat:${seat_id}`, ...(assignee === null ? [] : [`person:${assignee}` as const])]
}

/** What the trail keeps of words and of what they name: a digest, which shows later that nobody changed them. */
export function digestOfEntry(title: string, { text }: Pick<EntryRow, 'text'>, things: readonly string[]) {
  return digestOf({ title, text, objects: [...things] })
}

export const linkTo = (id: string) => `/auditor?tab=requests&request=${id}`
