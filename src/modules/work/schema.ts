import { z } from 'zod'
import { Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { Who } from '../policy/schema.ts'
import { EnvironmentName, Tier } from '../registry/schema.ts'

/** How much depends on it, the most first: the order of a queue. */
export const Consequence = z.enum(['blocks', 'overdue', 'lapses', 'waits'])
export type Consequence = z.infer<typeof Consequence>

export const WorkKind = z.enum([
  'decision',
  'evidence',
  'finding',
  'verification',
  'duty',
  'review',
  'renewal',
  'condition',
  'break_glass',
  'audit_request',
])
export type WorkKind = z.infer<typeof WorkKind>

/** Something that waits for a person, or for others because of them. */
export const WorkItem = z.object({
  /** The same thing has the same key at every look. */
  key: z.string(),
  kind: WorkKind,
  /** What is to be done, as an order. */
  title: z.string(),
  /** Why it waits, in one sentence. */
  detail: z.string(),
  /** Path of the page in the web application where it is done. */
  link: z.string(),
  model: z.string().nullable(),
  version: z.int().nullable(),
  environment: EnvironmentName.nullable(),
  consequence: Consequence,
  due_at: Moment.nullable(),
  /** How long it usually takes. */
  minutes: z.int(),
})
export type WorkItem = z.infer<typeof WorkItem>

/** Something that stops counting at a moment, after which the gate answers otherwise. */
export const LapseCause = z.object({
  kind: z.enum(['evidence', 'approval', 'waiver', 'condition']),
  title: z.string(),
  who: Who,
  at: Moment,
})
export type LapseCause = z.infer<typeof LapseCause>

/** A version that an environment allows today, and when that ends unless somebody renews it. */
export const Renewal = z.object({
  model: z.string(),
  version: z.int(),
  environment: EnvironmentName,
  tier: Tier,
  owner: PersonId.nullable(),
  /** Runs there, by the deployments that were reported. */
  running: z.boolean(),
  due_at: Moment,
  /** What ends first comes first. */
  causes: z.array(LapseCause).min(1),
  /** Who has accepted to validate the model. */
  validators: z.array(PersonId),
})
export type Renewal = z.infer<typeof Renewal>

export const MyWork = z.object({
  /** What waits for the person, ordered by consequence, then by day. */
  mine: z.array(WorkItem),
  /** What waits for others because of the person. */
  others: z.array(WorkItem),
  /** Lapses of the next 90 days on models that the person has to do with. */
  lapsing: z.array(Renewal),
  /** The next one, however far away, when nothing lapses soon. */
  next: Renewal.nullable(),
})
export type MyWork = z.infer<typeof MyWork>

export const CalendarQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(3660).default(365) })
export type CalendarQuery = z.infer<typeof CalendarQuery>

/** Revalidation on a calendar. `months` are UTC, `2026-11`. */
export const Calendar = z.object({
  from: Moment,
  until: Moment,
  renewals: z.array(Renewal),
  /** How many fall to each validator in each month; null for models that nobody validates. */
  load: z.array(
    z.object({
      person: PersonId.nullable(),
      total: z.int(),
      months: z.array(z.object({ month: z.string(), count: z.int() })),
    }),
  ),
  /** False when more versions are in play than a calendar looks at. */
  complete: z.boolean(),
})
export type Calendar = z.infer<typeof Calendar>
