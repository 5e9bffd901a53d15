import type { AssessmentKind, SpanStatus, TraceState } from './schema.ts'

export type TraceTables = {
  trace: TraceTableRow
  trace_tag: TraceTextRow
  trace_metadata: TraceTextRow
  span: SpanRow
  trace_assessment: AssessmentRow
  /** Runs that a trace was linked to, beside the one that made it. */
  trace_run: { trace_id: string; run_id: string }
}

export type TraceTableRow = {
  id: string
  experiment_id: string
  /** Epoch milliseconds. */
  request_time: number
  /** Milliseconds; null while it runs. */
  execution_duration: number | null
  state: TraceState
  client_request_id: string | null
  request_preview: string | null
  response_preview: string | null
  /** When a client said what the trace is; until then it is read off its spans. */
  described_at: number | null
  created_by: string
}

export type TraceTextRow = { trace_id: string; key: string; value: string }

export type SpanRow = {
  trace_id: string
  /** 16 hexadecimal digits. */
  id: string
  parent_id: string | null
  name: string
  /** What MLflow calls the span type: LLM, CHAIN, RETRIEVER … */
  type: string
  /** SpanKind of OTLP, by number. */
  kind: number
  status: SpanStatus
  /** Nanoseconds since the epoch, 20 digits; an `end_nano` of zeros is a span that has not ended. */
  start_nano: string
  end_nano: string
  /** `SpanContent` as JSON. */
  content: string
}

export type AssessmentRow = {
  id: string
  trace_id: string
  name: string
  kind: AssessmentKind
  source_type: string
  source_id: string | null
  span_id: string | null
  /** The value as JSON, for the search. */
  value: string
  /** `AssessmentContent` as JSON. */
  content: string
  overrides: string | null
  overridden_by: string | null
  valid: 0 | 1
  create_time: number
  last_update_time: number
  created_by: string
}
