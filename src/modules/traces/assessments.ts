import { randomUUID } from 'node:crypto'
import type { Db } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import { sha256 } from '../../lib/digest.ts'
import { badRequest } from '../../lib/errors.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import type { ActorRef } from '../audit/schema.ts'
import * as store from './assessment-store.ts'
import { checkKey, clean, limits, noAssessment, noTrace } from './rules.ts'
import type { Assessment, AssessmentKind } from './schema.ts'
import { findTraces } from './store.ts'
import type { AssessmentRow } from './tables.ts'

/** What an assessment says, in the client's own form: exactly one of the three, and words about it. */
export type AssessmentContent = {
  feedback?: JsonObject
  expectation?: JsonObject
  issue?: JsonObject
  rationale?: string
  metadata?: JsonObject
}

export type NewAssessment = {
  name: string
  source_type: string
  source_id: string | null
  span_id: string | null
  overrides: string | null
  valid: boolean
  create_time: number | undefined
  last_update_time: number | undefined
  content: AssessmentContent
}

export type AssessmentChange = { name?: string; valid?: boolean; content?: AssessmentContent }

const sources = ['HUMAN', 'LLM_JUDGE', 'CODE', 'AI_JUDGE', 'SOURCE_TYPE_UNSPECIFIED']

type Parts = { db: Db; write: Write; clock: Clock }

/** Feedback, expectations and issues on traces. Every change is an event, with the digest of what was said. */
export function createAssessments({ db, write, clock }: Parts) {
  const now = () => clock.now().getTime()

  async function get(traceId: string, id: string): Promise<AssessmentRow> {
    const row = await store.findAssessment(db, traceId, id)
    if (!row) throw noAssessment(id, traceId)
    return row
  }

  async function create(actor: ActorRef, traceId: string, input: NewAssessment): Promise<AssessmentRow> {
    checkKey(input.name)
    if (!sources.includes(input.source_type)) {
      throw badRequest(
        `Invalid assessment source type: ${input.source_type}. Valid source types: ${sources.join(', ')}`,
      )
    }
    const said = contentOf(input.content)
    const at = now()
    const row: AssessmentRow = {
      id: `a-${randomUUID().replaceAll('-', '')}`,
      trace_id: traceId,
      name: input.name,
      source_type: input.source_type,
      source_id: input.source_id,
      span_id: input.span_id,
      overrides: input.overrides,
      overridden_by: null,
      valid: input.valid ? 1 : 0,
      create_time: input.create_time ?? at,
      last_update_time: input.last_update_time ?? input.create_time ?? at,
      created_by: actor.id,
      ...said,
    }
    return write(actor, async (tx, record) => {
      const [trace] = await findTraces(tx, [traceId])
      if (!trace) throw noTrace(traceId)
      const count = (await store.countAssessments(tx, [traceId])).get(traceId) ?? 0
      if (count >= limits.assessments) throw badRequest(`a trace has at most ${limits.assessments} assessments`)
      if (row.overrides !== null) {
        const before = await store.findAssessment(tx, traceId, row.overrides)
        if (!before) throw noAssessment(row.overrides, traceId)
        await store.updateAssessment(tx, before.id, { valid: 0, overridden_by: row.id })
      }
      await store.insertAssessment(tx, row)
      recordOn(record, 'trace.assessed', trace, row)
      return row
    })
  }

  async function update(
    actor: ActorRef,
    traceId: string,
    id: string,
    change: AssessmentChange,
  ): Promise<AssessmentRow> {
    if (change.name !== undefined) checkKey(change.name)
    return write(actor, async (tx, record) => {
      const before = await store.findAssessment(tx, traceId, id)
      if (!before) throw noAssessment(id, traceId)
      const [trace] = await findTraces(tx, [traceId])
      if (!trace) throw noTrace(traceId)
      const known = JSON.parse(before.content) as AssessmentContent
      const said = contentOf({ ...known, ...change.content })
      if (said.kind !== before.kind)
        throw badRequest(`Cannot change the type of an assessment from ${before.kind} to ${said.kind}.`)
      const row: AssessmentRow = {
        ...before,
        ...said,
        name: change.name ?? before.name,
        valid: change.valid === undefined ? before.valid : change.valid ? 1 : 0,
        last_update_time: now(),
      }
      await store.updateAssessment(tx, id, row)
      recordOn(record, 'trace.assessment_changed', trace, row)
      return row
    })
  }

  /** What it overrode is valid again. Nothing happens when it is not there, as MLflow has it. */
  async function remove(actor: ActorRef, traceId: string, id: string): Promise<void> {
    const [trace] = await findTraces(db, [traceId])
    if (!trace) throw noTrace(traceId)
    if (!(await store.findAssessment(db, traceId, id))) return
    await write(actor, async (tx, record) => {
      const row = await store.findAssessment(tx, traceId, id)
      if (!row) throw noAssessment(id, traceId)
      if (row.overrides !== null) await store.updateAssessment(tx, row.overrides, { valid: 1, overridden_by: null })
      await store.deleteAssessment(tx, id)
      recordOn(record, 'trace.assessment_deleted', trace, row)
    })
  }

  return { get, create, update, remove, of: (traceIds: readonly string[]) => store.readAssessments(db, traceIds) }
}

function recordOn(
  record: RecordEvent,
  action: string,
  trace: { id: string; experiment_id: string },
  row: AssessmentRow,
) {
  const digest = sha256(Buffer.from(row.content))
  const { id, name, kind, source_type } = row
  const detail = { assessment: id, name, kind, source_type, digest }
  record(action, `trace:${trace.id}`, detail, [`experiment:${trace.experiment_id}`])
}

/** The one thing said, checked, and its value as the search compares it. */
function contentOf(content: AssessmentContent): { kind: AssessmentKind; value: string; content: string } {
  const kinds = (['feedback', 'expectation', 'issue'] as const).filter((kind) => content[kind] !== undefined)
  const [kind] = kinds
  if (kind === undefined || kinds.length > 1) {
    throw badRequest("Exactly one of 'feedback', 'expectation' and 'issue' must be given in an assessment.")
  }
  const text = JSON.stringify(content, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value))
  if (text.length > limits.assessment) throw badRequest(`an assessment has at most ${limits.assessment} characters`)
  const value = saidValue(content[kind] ?? {})
  return { kind, value: clean(typeof value === 'string' ? value : JSON.stringify(value), 1_000), content: text }
}

function saidValue(said: JsonObject): Json {
  const serialised = said.serialized_value
  if (typeof serialised !== 'object' || serialised === null || Array.isArray(serialised)) return said.value ?? null
  if (typeof serialised.value !== 'string') return null
  try {
    return JSON.parse(serialised.value) as Json
  } catch {
    return serialised.value
  }
}

/** As our own pages show it. */
export function toAssessment(row: AssessmentRow): Assessment {
  const content = JSON.parse(row.content) as AssessmentContent
  const error = content.feedback?.error
  return {
    id: row.id,
    trace_id: row.trace_id,
    span_id: row.span_id,
    name: row.name,
    kind: row.kind,
    source_type: row.source_type,
    source_id: row.source_id,
    value: saidValue(content[row.kind] ?? {}),
    error: error === undefined || error === null ? null : messageOf(error),
    rationale: content.rationale ?? null,
    valid: row.valid === 1,
    create_time: row.create_time,
    last_update_time: row.last_update_time,
  }
}

function messageOf(error: Json): string {
  if (typeof error !== 'object' || error === null || Array.isArray(error)) return JSON.stringify(error)
  const { error_code, error_message } = error
  return [error_code, error_message].filter((part) => typeof part === 'string').join(': ')
}
