import { badRequest } from '../../lib/errors.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import type {
  AssessmentContent,
  AssessmentRow,
  OtlpAttribute,
  SpanContent,
  SpanRow,
} from '../../modules/traces/index.ts'
import { plainAttributes, spanKinds } from '../../modules/traces/index.ts'
import type { TraceInfo } from '../../modules/traces/schema.ts'
import { answer } from './answer.ts'

/** Moments as protobuf's JSON form has them: no fraction when there is none. */
export const momentOf = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')

const latest = 253_402_300_799_999

export function millisOfMoment(text: string, name: string): number {
  const ms = Date.parse(text)
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(ms) || ms < 0 || ms > latest) {
    throw badRequest(`Invalid value ${JSON.stringify(text)} for parameter '${name}' supplied: not a moment`)
  }
  return ms
}

export function durationOf(ms: number): string {
  return `${(ms / 1000).toFixed(ms % 1000 === 0 ? 0 : 3)}s`
}

export function millisOfDuration(text: string, name: string): number {
  if (!/^\d{1,12}(\.\d{1,9})?s$/.test(text)) {
    throw badRequest(`Invalid value ${JSON.stringify(text)} for parameter '${name}' supplied: not a duration`)
  }
  return Math.round(Number(text.slice(0, -1)) * 1000)
}

const mapOf = (list: readonly { key: string; value: string }[]) =>
  list.length === 0 ? undefined : Object.fromEntries(list.map(({ key, value }) => [key, value]))

/** A trace in version 3 of MLflow's API. */
export function infoOf(trace: TraceInfo, assessments: readonly AssessmentRow[] = []) {
  return {
    trace_id: trace.id,
    client_request_id: trace.client_request_id ?? undefined,
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: trace.experiment_id } },
    request_time: momentOf(trace.request_time),
    execution_duration: trace.execution_duration === null ? undefined : durationOf(trace.execution_duration),
    state: trace.state === 'STATE_UNSPECIFIED' ? undefined : trace.state,
    trace_metadata: mapOf(trace.metadata),
    assessments: assessments.map(assessmentOf),
    tags: mapOf(trace.tags),
    request_preview: trace.request_preview ?? undefined,
    response_preview: trace.response_preview ?? undefined,
  }
}

/** And in version 2. */
export function infoOf2(trace: TraceInfo) {
  return {
    request_id: trace.id,
    experiment_id: trace.experiment_id,
    timestamp_ms: trace.request_time,
    execution_time_ms: trace.execution_duration === null ? undefined : Math.round(trace.execution_duration),
    status: trace.state === 'STATE_UNSPECIFIED' ? 'TRACE_STATUS_UNSPECIFIED' : trace.state,
    request_metadata: trace.metadata,
    tags: trace.tags,
  }
}

export function assessmentOf(row: AssessmentRow) {
  const { feedback, expectation, issue, rationale, metadata } = JSON.parse(row.content) as AssessmentContent
  return {
    assessment_id: row.id,
    assessment_name: row.name,
    trace_id: row.trace_id,
    span_id: row.span_id ?? undefined,
    source: { source_type: row.source_type, source_id: row.source_id ?? undefined },
    create_time: momentOf(row.create_time),
    last_update_time: momentOf(row.last_update_time),
    feedback,
    expectation,
    issue,
    rationale,
    metadata,
    overrides: row.overrides ?? undefined,
    valid: row.valid === 1,
  }
}

/**
 * A trace with its spans as JSON text: 64-bit integers are bare numbers, as MLflow writes them, which `JSON.stringify` alone
 * would cut to 53 bits.
 */
export function traceText(trace: TraceInfo, assessments: readonly AssessmentRow[], spans: readonly SpanRow[]): string {
  const info = JSON.stringify(answer(infoOf(trace, assessments)))
  const list = spans.length === 0 ? '' : `,"spans":[${spans.map(spanText).join(',')}]`
  return `{"trace_info":${info}${list}}`
}

function spanText(row: SpanRow): string {
  const content = JSON.parse(row.content) as SpanContent
  const span = {
    trace_id: base64(row.trace_id.replace(/^tr-/, '')),
    span_id: base64(row.id),
    parent_span_id: row.parent_id === null ? undefined : base64(row.parent_id),
    trace_state: content.trace_state,
    name: row.name,
    kind: row.kind === 0 ? undefined : `SPAN_KIND_${spanKinds[row.kind]}`,
    start_time_unix_nano: withoutZeros(row.start_nano),
    end_time_unix_nano: withoutZeros(row.end_nano),
    attributes: orNothing(content.attributes),
    dropped_attributes_count: content.dropped_attributes_count,
    events: orNothing((content.events ?? []).map((event) => ({ ...event, attributes: orNothing(event.attributes) }))),
    links: orNothing(
      (content.links ?? []).map((link) => ({
        ...link,
        trace_id: base64(link.trace_id),
        span_id: base64(link.span_id),
        attributes: orNothing(link.attributes),
      })),
    ),
    status:
      row.status === 'UNSET' && !content.status_message
        ? undefined
        : { code: `STATUS_CODE_${row.status}`, message: content.status_message },
  }
  return JSON.stringify(span, bareIntegers)
}

/** A span as MLflow's clients keep it in a file: attributes are a map of JSON texts. */
export function spanFileText(row: SpanRow): string {
  const content = JSON.parse(row.content) as SpanContent
  const span = {
    trace_id: base64(row.trace_id.replace(/^tr-/, '')),
    span_id: base64(row.id),
    parent_span_id: row.parent_id === null ? null : base64(row.parent_id),
    name: row.name,
    start_time_unix_nano: rawJson(withoutZeros(row.start_nano)),
    end_time_unix_nano: rawJson(withoutZeros(row.end_nano)),
    events: (content.events ?? []).map(({ attributes, time_unix_nano, name }) => ({
      name,
      time_unix_nano: rawJson(withoutZeros(time_unix_nano)),
      attributes: plainAttributes(attributes),
    })),
    status: { code: `STATUS_CODE_${row.status}`, message: content.status_message ?? '' },
    attributes: Object.fromEntries(
      Object.entries(plainAttributes(content.attributes)).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  }
  return JSON.stringify(span)
}

const integers = new Set(['int_value', 'start_time_unix_nano', 'end_time_unix_nano', 'time_unix_nano'])

/** Names of attributes are values here, never keys, so that only OTLP's own fields are meant. */
const bareIntegers = (key: string, value: Json | OtlpAttribute[]) =>
  integers.has(key) && typeof value === 'string' && /^-?(0|[1-9]\d*)$/.test(value) ? rawJson(value) : value

const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): JsonObject }

const orNothing = <T>(list: readonly T[]) => (list.length === 0 ? undefined : list)
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
const withoutZeros = (digits: string) => digits.replace(/^0+(?=\d)/, '')
