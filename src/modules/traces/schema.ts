import { z } from 'zod'
import { ExperimentId } from '../tracking/schema.ts'

/** `tr-` and 32 hexadecimal digits when the trace came as OTLP; clients of MLflow may bring others. */
export const TraceId = z.string().regex(/^[a-zA-Z0-9][\w-]{0,255}$/)

export const TraceState = z.enum(['STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'])
export type TraceState = z.infer<typeof TraceState>

export const SpanStatus = z.enum(['UNSET', 'OK', 'ERROR'])
export type SpanStatus = z.infer<typeof SpanStatus>

const Texts = z.array(z.object({ key: z.string(), value: z.string() }))

/** Times are epoch milliseconds, as everywhere in tracking. */
export const TraceInfo = z.object({
  id: TraceId,
  experiment_id: ExperimentId,
  request_time: z.number(),
  /** Milliseconds; null while it runs. */
  execution_duration: z.number().nullable(),
  state: TraceState,
  client_request_id: z.string().nullable(),
  request_preview: z.string().nullable(),
  response_preview: z.string().nullable(),
  tags: Texts,
  metadata: Texts,
})
export type TraceInfo = z.infer<typeof TraceInfo>

export const TraceRow = TraceInfo.omit({ metadata: true }).extend({
  name: z.string(),
  spans: z.int(),
  /** All tokens that language models read and wrote, where the client counted them. */
  tokens: z.int().nullable(),
  assessments: z.int(),
})
export type TraceRow = z.infer<typeof TraceRow>

export const AssessmentKind = z.enum(['feedback', 'expectation', 'issue'])
export type AssessmentKind = z.infer<typeof AssessmentKind>

/** What a person, a judge or a program says of a trace or of one span. */
export const Assessment = z.object({
  id: z.string(),
  trace_id: TraceId,
  span_id: z.string().nullable(),
  name: z.string(),
  kind: AssessmentKind,
  source_type: z.string(),
  source_id: z.string().nullable(),
  /** Any JSON; what the client sent serialised is shown parsed. */
  value: z.json(),
  error: z.string().nullable(),
  rationale: z.string().nullable(),
  valid: z.boolean(),
  create_time: z.number(),
  last_update_time: z.number(),
})
export type Assessment = z.infer<typeof Assessment>

export const SpanEvent = z.object({
  name: z.string(),
  /** Milliseconds since the trace began. */
  at: z.number(),
  attributes: z.record(z.string(), z.json()),
})
export type SpanEvent = z.infer<typeof SpanEvent>

export const Span = z.object({
  id: z.string(),
  parent_id: z.string().nullable(),
  /** How many spans of this trace it is inside of. */
  depth: z.int(),
  name: z.string(),
  type: z.string(),
  kind: z.string(),
  status: SpanStatus,
  status_message: z.string(),
  /** Milliseconds since the trace began. */
  start: z.number(),
  /** Milliseconds; null while it runs. */
  duration: z.number().nullable(),
  attributes: z.record(z.string(), z.json()),
  events: z.array(SpanEvent),
  links: z.array(z.object({ trace_id: z.string(), span_id: z.string() })),
  resource: z.record(z.string(), z.json()),
  scope: z.string(),
})
export type Span = z.infer<typeof Span>

/** A trace with its tree of spans: depth first, earlier ones first. */
export const Trace = TraceInfo.extend({
  name: z.string(),
  experiment_name: z.string(),
  spans: z.array(Span),
  assessments: z.array(Assessment),
})
export type Trace = z.infer<typeof Trace>

export const SpanOutline = Span.pick({
  id: true,
  parent_id: true,
  depth: true,
  name: true,
  type: true,
  status: true,
  start: true,
  duration: true,
})
export type SpanOutline = z.infer<typeof SpanOutline>

/** A trace whose spans carry only what a tree shows. */
export const TraceOutline = Trace.extend({ spans: z.array(SpanOutline), tokens: z.int().nullable() })
export type TraceOutline = z.infer<typeof TraceOutline>

export const SpanId = z.string().regex(/^[0-9a-f]{16}$/)

export const TraceDeletion = z.strictObject({
  ids: z.array(TraceId).min(1).max(500),
  reason: z.string().trim().max(2_000).default(''),
})
export type TraceDeletion = z.infer<typeof TraceDeletion>

export const TraceTag = z.strictObject({ key: z.string().min(1).max(250), value: z.string().max(8_000) })

/** What a signed-in person says of a trace, or of one of its spans. */
export const AssessmentInput = z.strictObject({
  name: z.string().trim().min(1).max(250),
  kind: z.enum(['feedback', 'expectation']),
  value: z.json(),
  rationale: z.string().max(10_000).default(''),
  span_id: SpanId.optional(),
})
export type AssessmentInput = z.infer<typeof AssessmentInput>

export const TracePage = z.object({ traces: z.array(TraceRow), next_page_token: z.string().nullable() })
export type TracePage = z.infer<typeof TracePage>

export const TraceSearch = z.strictObject({
  filter: z.string().max(10_000).default(''),
  order_by: z
    .union([z.string(), z.array(z.string())])
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .default([]),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  page_token: z.string().max(10_000).optional(),
})
