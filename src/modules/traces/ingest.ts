import type { Engine, Tx } from '../../db/database.ts'
import type { ActorRef } from '../audit/schema.ts'
import { clean, limits } from './rules.ts'
import type { TraceState } from './schema.ts'
import { millisOf, type OtlpAttribute, type SpanContent, type SpanInput, textOf } from './span.ts'
import * as store from './store.ts'
import type { SpanRow, TraceTableRow, TraceTextRow } from './tables.ts'

export type Ingested = { accepted: number; rejected: number; reason: string | undefined }

type Home = { id: string; artifact_location: string }

/** Writes spans and what they say of their traces, as far as no client has described the trace itself. */
export async function ingestSpans(
  tx: Tx,
  engine: Engine,
  actor: ActorRef,
  experiment: Home,
  rows: readonly SpanRow[],
): Promise<Ingested> {
  const byTrace = Map.groupBy(rows, (row) => row.trace_id)
  const ids = [...byTrace.keys()]
  const known = new Map((await store.findTraces(tx, ids)).map((row) => [row.id, row]))
  const counts = await store.countSpans(tx, ids)
  const kept: SpanRow[] = []
  const traces: TraceTableRow[] = []
  const marks: TraceTextRow[] = []
  const tags: TraceTextRow[] = []
  const schema: TraceTextRow[] = []
  for (const [trace_id, spans] of byTrace) {
    const room = limits.spansPerTrace - (counts.get(trace_id) ?? 0)
    const fitting = spans.slice(0, Math.max(0, room))
    if (fitting.length === 0) continue
    kept.push(...fitting)
    const before = known.get(trace_id)
    const root = fitting.find(({ parent_id }) => parent_id === null)
    if (!before?.described_at) traces.push(summary(before, fitting, root, { actor, experiment, trace_id }))
    marks.push({ trace_id, key: 'mlflow.trace.spansLocation', value: 'TRACKING_STORE' })
    tags.push({ trace_id, key: 'mlflow.artifactLocation', value: artifactsOf(experiment, trace_id) })
    if (root) tags.push({ trace_id, key: 'mlflow.traceName', value: root.name })
    schema.push({ trace_id, key: 'mlflow.trace_schema.version', value: '3' })
  }
  await store.upsertTraces(tx, engine, traces)
  await store.upsertSpans(tx, engine, kept)
  await store.writeTexts(tx, engine, 'trace_tag', marks)
  await store.writeTexts(tx, engine, 'trace_tag', tags, { keep: true })
  await store.writeTexts(tx, engine, 'trace_metadata', schema, { keep: true })
  const rejected = rows.length - kept.length
  const reason = rejected > 0 ? `a trace has at most ${limits.spansPerTrace} spans` : undefined
  return { accepted: kept.length, rejected, reason }
}

export const artifactsOf = (experiment: Home, traceId: string) =>
  `${experiment.artifact_location}/traces/${traceId}/artifacts`

type About = { actor: ActorRef; experiment: Home; trace_id: string }

function summary(
  before: TraceTableRow | undefined,
  spans: readonly SpanRow[],
  root: SpanRow | undefined,
  { actor, experiment, trace_id }: About,
): TraceTableRow {
  const starts = spans.map(({ start_nano }) => millisOf(start_nano))
  const ends = spans.map(({ end_nano }) => millisOf(end_nano))
  if (before) {
    starts.push(before.request_time)
    if (before.execution_duration !== null) ends.push(before.request_time + before.execution_duration)
  }
  const request_time = Math.trunc(smallest(starts))
  const end = largest(ends)
  const { attributes = [] } = root ? (JSON.parse(root.content) as SpanContent) : {}
  return {
    id: trace_id,
    experiment_id: before?.experiment_id ?? experiment.id,
    request_time,
    execution_duration: end >= request_time ? Math.round((end - request_time) * 1000) / 1000 : null,
    state: root ? stateOf(root) : (before?.state ?? 'IN_PROGRESS'),
    client_request_id: before?.client_request_id ?? null,
    request_preview: before?.request_preview ?? preview(attributes, inputKeys),
    response_preview: before?.response_preview ?? preview(attributes, outputKeys),
    described_at: null,
    created_by: before?.created_by ?? actor.id,
  }
}

const smallest = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.min(a, b))
const largest = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.max(a, b))

function stateOf(root: SpanRow): TraceState {
  if (Number(root.end_nano) === 0) return 'IN_PROGRESS'
  return root.status === 'ERROR' ? 'ERROR' : 'OK'
}

/** Where the conventions of MLflow, OpenInference and OpenTelemetry put what went in and what came out. */
const inputKeys = ['mlflow.spanInputs', 'input.value', 'gen_ai.input.messages', 'gen_ai.prompt']
const outputKeys = ['mlflow.spanOutputs', 'output.value', 'gen_ai.output.messages', 'gen_ai.completion']
const typeKeys = ['mlflow.spanType', 'openinference.span.kind', 'gen_ai.operation.name', 'traceloop.span.kind']

function preview(attributes: readonly OtlpAttribute[], keys: readonly string[]): string | null {
  const text = textOf(attributes, ...keys)
  return text === undefined ? null : clean(text, 1_000)
}

/** The row of a span, or why it is refused. */
export function rowOf(span: SpanInput): SpanRow | string {
  if (!/^[0-9a-f]{32}$/.test(span.trace) || /^0+$/.test(span.trace)) return 'a trace id has 16 bytes, not all zero'
  if (!/^[0-9a-f]{16}$/.test(span.id) || /^0+$/.test(span.id)) return 'a span id has 8 bytes, not all zero'
  if (span.parent_id !== null && !/^[0-9a-f]{16}$/.test(span.parent_id)) return 'a parent span id has 8 bytes'
  if (span.start.length > 20 || span.end.length > 20) return 'a moment has at most 64 bits'
  const content = JSON.stringify(span.content, (_, value) =>
    typeof value === 'string' && value.length > limits.spanText ? clean(value, limits.spanText) : value,
  )
  if (content.length > limits.spanContent) return `a span has more than ${limits.spanContent} characters`
  return {
    trace_id: `tr-${span.trace}`,
    id: span.id,
    parent_id: span.parent_id === null || /^0+$/.test(span.parent_id) ? null : span.parent_id,
    name: clean(span.name, limits.name),
    type: clean(textOf(span.content.attributes, ...typeKeys) ?? 'UNKNOWN', 100),
    kind: span.kind,
    status: span.status,
    start_nano: span.start.padStart(20, '0'),
    end_nano: span.end.padStart(20, '0'),
    content,
  }
}
