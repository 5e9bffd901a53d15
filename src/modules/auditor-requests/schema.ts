import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { SeatId } from '../access/schema.ts'
import { PersonId } from '../audit/schema.ts'
import type { Population } from '../auditors/schema.ts'

export const AuditorRequestId = idSchema('arq')
export type AuditorRequestId = z.infer<typeof AuditorRequestId>

/** What a request or an answer may name. */
export const ObjectKind = z.enum([
  'model',
  'version',
  'review',
  'decision',
  'verdict',
  'finding',
  'evidence',
  'dataset',
  'event',
])
export type ObjectKind = z.infer<typeof ObjectKind>

/** As the trail names it: `version:ver_…`, `decision:dec_…`, and `event:12` for the event with that index. */
export const ObjectName = z.string().regex(new RegExp(`^(${ObjectKind.options.join('|')}):[a-z0-9_]{1,40}$`), {
  error: `an object is named by one of ${ObjectKind.options.join(', ')}, a colon and its id`,
})
export type ObjectName = z.infer<typeof ObjectName>

const drawn: Record<Population, ObjectKind> = {
  decisions: 'decision',
  verdicts: 'verdict',
  versions: 'version',
  findings: 'finding',
}

/** The name of a row that was drawn from a population. */
export const objectOfRow = (population: Population, { id }: { id: string }) => `${drawn[population]}:${id}`

const prefixes: Record<string, ObjectKind> = {
  mdl: 'model',
  ver: 'version',
  rev: 'review',
  dec: 'decision',
  vrd: 'verdict',
  fnd: 'finding',
  evi: 'evidence',
  dsv: 'dataset',
}

/** What a text names: an id, a name as above, or the address of a page with the id in it, of which the last one counts. */
export function objectOfText(text: string): string | undefined {
  if (ObjectName.safeParse(text).success) return text
  const [, index] = /[?&]event=(\d+)/.exec(text) ?? []
  if (index !== undefined) return `event:${index}`
  const last = [...text.matchAll(/(?<![a-z0-9])([a-z]{3})_[0-9a-z]{24}(?![a-z0-9])/g)].at(-1)
  const kind = prefixes[last?.[1] ?? '']
  return last && kind && `${kind}:${last[0]}`
}

/** As many may be named at once; a sample of this size can be asked about. */
export const mostObjects = 500
const Objects = z.array(ObjectName).max(mostObjects).default([])

/** The present name of its model; the rest is as it was when somebody named the thing. */
export const NamedObject = z.object({
  thing: z.string(),
  kind: ObjectKind,
  model: z.string().nullable(),
  version: z.int().nullable(),
  label: z.string(),
  /** Path of its page in the web application. */
  link: z.string(),
})
export type NamedObject = z.infer<typeof NamedObject>

/**
 * `asked` and `returned` wait for an answer, `answered` waits for the auditor. `ended` is what none of them came to before the
 * seat ended.
 */
export const RequestState = z.enum(['asked', 'answered', 'returned', 'closed', 'declined', 'withdrawn', 'ended'])
export type RequestState = z.infer<typeof RequestState>

export const AuditorRequest = z.object({
  id: AuditorRequestId,
  seat: SeatId,
  /** When the seat ends, or was closed. */
  seat_ends_at: Moment,
  title: z.string(),
  state: RequestState,
  /** Counts from 1; sending an answer back begins the next. */
  round: z.int(),
  asked_by: PersonId,
  asked_at: Moment,
  due_at: Moment,
  /** Waits for an answer, and should have had it. */
  overdue: z.boolean(),
  /** Who answers; null for whoever hosts the audit. */
  assignee: PersonId.nullable(),
  changed_at: Moment,
  /** What the auditor asked about, in the first step. */
  objects: z.array(NamedObject),
})
export type AuditorRequest = z.infer<typeof AuditorRequest>

export const EntryKind = z.enum(['asked', 'answered', 'returned', 'closed', 'declined', 'withdrawn', 'assigned'])
export type EntryKind = z.infer<typeof EntryKind>

/** One step. `due_at` and `assignee` say what the step set them to; null where it left them. */
export const RequestEntry = z.object({
  number: z.int(),
  kind: EntryKind,
  round: z.int(),
  text: z.string(),
  said_by: PersonId,
  said_at: Moment,
  due_at: Moment.nullable(),
  assignee: PersonId.nullable(),
  objects: z.array(NamedObject),
})
export type RequestEntry = z.infer<typeof RequestEntry>

export const RequestStep = z.enum(['answer', 'decline', 'assign', 'return', 'close', 'withdraw'])
export type RequestStep = z.infer<typeof RequestStep>

/** `steps` are those that whoever asks may take now. */
export const RequestSheet = z.object({
  request: AuditorRequest,
  entries: z.array(RequestEntry),
  steps: z.array(RequestStep),
})
export type RequestSheet = z.infer<typeof RequestSheet>

const Text = z.string().trim().min(1, 'say something').max(20_000)

export const RequestInput = z.strictObject({
  title: z.string().trim().min(1, 'a request has a title').max(200),
  text: Text,
  objects: Objects,
  due_at: Moment,
  /** Who is to answer; the hosts when left out. */
  assignee: PersonId.optional(),
  /** The open seat that it is asked from; when left out, the one with the objects in its scope that lasts longest. */
  seat: SeatId.optional(),
})
export type RequestInput = z.infer<typeof RequestInput>

export const AnswerInput = z.strictObject({ text: Text, objects: Objects })
export type AnswerInput = z.infer<typeof AnswerInput>

/** `text` says what is missing. */
export const ReturnInput = z.strictObject({ text: Text, due_at: Moment.optional() })
export type ReturnInput = z.infer<typeof ReturnInput>

export const CloseInput = z.strictObject({ text: z.string().trim().max(20_000).default('') })
export type CloseInput = z.infer<typeof CloseInput>

export const RequestReason = z.strictObject({ reason: z.string().trim().min(1, 'say why').max(4000) })
export type RequestReason = z.infer<typeof RequestReason>

/** `null` hands it back to the hosts. */
export const AssignInput = z.strictObject({ assignee: PersonId.nullable() })
export type AssignInput = z.infer<typeof AssignInput>

/** `open` is what waits for an answer or for the auditor. */
export const RequestQuery = z.strictObject({ state: z.enum(['open', 'all']).default('open'), seat: SeatId.optional() })
export type RequestQuery = z.infer<typeof RequestQuery>
