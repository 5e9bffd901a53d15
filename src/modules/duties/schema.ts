import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { Tier } from '../registry/schema.ts'
import { SystemName } from '../systems/schema.ts'

export const AssignmentId = idSchema('asg')
export type AssignmentId = z.infer<typeof AssignmentId>
export const DeputyId = idSchema('dpt')
export type DeputyId = z.infer<typeof DeputyId>
export const AlarmId = idSchema('alm')
export type AlarmId = z.infer<typeof AlarmId>

export const Duty = z.enum([
  'accountable_owner',
  'developer',
  'validator',
  'approver',
  'data_steward',
  'operator',
  'auditor',
])
export type Duty = z.infer<typeof Duty>

/** How a duty is called in sentences. */
export const dutyNames: Record<Duty, string> = {
  accountable_owner: 'accountable owner',
  developer: 'developer',
  validator: 'validator',
  approver: 'approver',
  data_steward: 'data steward',
  operator: 'operator',
  auditor: 'auditor',
}

/** What a duty is about. */
export const SubjectType = z.enum(['system', 'model'])
export type SubjectType = z.infer<typeof SubjectType>
export const Subject = z.object({ type: SubjectType, id: z.string(), name: z.string() })
export type Subject = z.infer<typeof Subject>

/** An assignment counts once its person has accepted it. */
export const AssignmentState = z.enum(['proposed', 'accepted', 'declined', 'ended'])
export type AssignmentState = z.infer<typeof AssignmentState>

/** Somebody who stands in from a moment to a moment; wherever duties are separated they count as whom they stand in for. */
export const Deputy = z.object({
  id: DeputyId,
  person: PersonId,
  starts_at: Moment,
  ends_at: Moment,
  reason: z.string(),
  appointed_by: z.string(),
  appointed_at: Moment,
})
export type Deputy = z.infer<typeof Deputy>

export const Assignment = z.object({
  id: AssignmentId,
  subject: Subject,
  duty: Duty,
  person: PersonId,
  state: AssignmentState,
  /** Why it was proposed. */
  reason: z.string(),
  /** The assignment that ends when this one is accepted. */
  replaces: AssignmentId.nullable(),
  proposed_by: z.string(),
  proposed_at: Moment,
  answered_at: Moment.nullable(),
  /** What the person said when they accepted or declined. */
  answer: z.string().nullable(),
  ended_at: Moment.nullable(),
  ended_by: z.string().nullable(),
  end_reason: z.string().nullable(),
  /** Those whose time is not over. */
  deputies: z.array(Deputy),
})
export type Assignment = z.infer<typeof Assignment>

const Reason = z.string().trim().min(1).max(1000)
const Model = z.string().min(1).max(256)

const asked = { duty: Duty, person: PersonId, reason: z.string().trim().max(1000).default('') }
/** On a model, or on an AI system. */
export const AssignmentInput = z.union([
  z.strictObject({ model: Model, ...asked }),
  z.strictObject({ system: SystemName, ...asked }),
])
export type AssignmentInput = z.infer<typeof AssignmentInput>

export const AnswerInput = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('accept'), reason: z.string().trim().max(1000).default('') }),
  z.strictObject({ answer: z.literal('decline'), reason: Reason }),
])
export type AnswerInput = z.infer<typeof AnswerInput>

export const EndInput = z.strictObject({ reason: Reason })
export type EndInput = z.infer<typeof EndInput>

export const longestDeputyDays = 366
export const DeputyInput = z.strictObject({
  person: PersonId,
  starts_at: Moment.optional(),
  ends_at: Moment,
  reason: z.string().trim().max(1000).default(''),
})
export type DeputyInput = z.infer<typeof DeputyInput>

/** Every open duty of one person, or those on some models and systems, proposed to another. */
export const HandoverInput = z.strictObject({
  from: PersonId,
  to: PersonId,
  reason: Reason,
  models: z.array(Model).min(1).max(1000).optional(),
  systems: z.array(SystemName).min(1).max(1000).optional(),
})
export type HandoverInput = z.infer<typeof HandoverInput>

export const Handover = z.object({
  proposed: z.array(Assignment),
  /** Duties that were not proposed, each with the reason. */
  skipped: z.array(z.object({ subject: Subject, duty: Duty, reason: z.string() })),
})
export type Handover = z.infer<typeof Handover>

/**
 * `left`: the account is disabled. `no_role`: the person may no longer see the record. `unaccepted`: nobody has answered the
 * proposal for a day. `declined`: nobody else was asked.
 */
export const AlarmKind = z.enum(['left', 'no_role', 'unaccepted', 'declined'])
export type AlarmKind = z.infer<typeof AlarmKind>

export const Alarm = z.object({
  id: AlarmId,
  assignment: Assignment,
  kind: AlarmKind,
  raised_at: Moment,
})
export type Alarm = z.infer<typeof Alarm>

/** Two duties on one record that one person, or their deputy, may not both hold. */
export const DutyConflict = z.object({
  person: PersonId,
  duties: z.tuple([Duty, Duty]),
  message: z.string(),
})
export type DutyConflict = z.infer<typeof DutyConflict>

export const CellState = z.enum(['accepted', 'proposed', 'gap', 'conflicted', 'orphaned'])
export type CellState = z.infer<typeof CellState>

export const Cell = z.object({
  duty: Duty,
  state: CellState,
  /** What is open, or was declined last. */
  assignments: z.array(Assignment),
  alarm: AlarmKind.nullable(),
  conflicts: z.array(DutyConflict),
})
export type Cell = z.infer<typeof Cell>

export const MatrixRow = z.object({
  subject: Subject.extend({ tier: Tier.nullable() }),
  cells: z.array(Cell),
})
export type MatrixRow = z.infer<typeof MatrixRow>

export const Load = z.object({
  person: PersonId,
  accepted: z.int(),
  proposed: z.int(),
  /** Duties of others that this person stands in for now. */
  deputy: z.int(),
  models: z.int(),
  systems: z.int(),
})
export type Load = z.infer<typeof Load>

export const MatrixQuery = z.strictObject({
  type: SubjectType.default('model'),
  /** Exactly this one. */
  name: z.string().max(256).optional(),
  search: z.string().max(256).optional(),
  /** Only records with such a cell. */
  state: CellState.optional(),
  person: PersonId.optional(),
  after: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
})
export type MatrixQuery = z.infer<typeof MatrixQuery>

export const Matrix = z.object({
  rows: z.array(MatrixRow),
  /** Name to continue after, when there is more. */
  next: z.string().nullable(),
  /** Records that match, on all pages. */
  total: z.int(),
  /** Cells by state over everything that the query matches before `state` is looked at. */
  counts: z.record(CellState, z.int()),
})
export type Matrix = z.infer<typeof Matrix>

export const AssignmentQuery = z.strictObject({
  person: z.union([PersonId, z.literal('me')]).optional(),
  model: Model.optional(),
  system: SystemName.optional(),
  state: z.union([AssignmentState, z.literal('open')]).optional(),
})
export type AssignmentQuery = z.infer<typeof AssignmentQuery>
