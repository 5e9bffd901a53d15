import { z } from 'zod'
import type { Connection } from '../../db/connect.ts'
import type { Db } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import { AppError, badRequest } from '../../lib/errors.ts'
import type { Actor } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import type { ActorRef } from '../audit/schema.ts'
import type { Tracking } from '../tracking/index.ts'
import { countAssessments } from './assessment-store.ts'
import { createAssessments, toAssessment } from './assessments.ts'
import { type CorrelationQuery, correlate } from './correlation.ts'
import { artifactsOf, type Ingested, ingestSpans, rowOf } from './ingest.ts'
import { createLinks } from './links.ts'
import { checkKey, clean, limits, noTrace } from './rules.ts'
import type { AssessmentInput, Span, Trace, TraceInfo, TraceOutline, TracePage, TraceState } from './schema.ts'
import { searchTraces, type TraceQuery } from './search.ts'
import type { SpanInput } from './span.ts'
import * as store from './store.ts'
import type { SpanRow, TraceTableRow } from './tables.ts'
import { outlineOf, toSpan, treeOf } from './tree.ts'

export type Traces = ReturnType<typeof createTraces>

/** What a client says of a trace as a whole; it stands above what the spans say. */
export type TraceDescription = {
  id: string
  experiment_id: string
  request_time: number
  execution_duration: number | null
  state: TraceState
  client_request_id?: string | null
  request_preview?: string | null
  response_preview?: string | null
  tags: readonly KeyValue[]
  metadata: readonly KeyValue[]
}
type KeyValue = { key: string; value: string }

export type TraceSelection = {
  experiment_id: string
  ids?: readonly string[]
  until?: number
  most?: number | undefined
  reason?: string
}

const largestEvent = 500
/** No request names more traces than that. */
const mostChecked = 10_000

/** Traces of language models and agents: what a request went through, span by span, and what was thought of it. */
export function createTraces(parts: {
  connection: Connection
  write: Write
  clock: Clock
  tracking: Tracking
  /** Throws while the traces of an experiment must not be deleted. */
  refuseHeld: (from: Db, experiment: string) => Promise<void>
}) {
  const { connection, write, clock, tracking } = parts
  const { db, engine, writer } = connection
  const assessments = createAssessments({ db, write, clock })
  const links = createLinks({ connection, tracking })

  async function activeExperiment(id: string) {
    const experiment = await tracking.experiments.get(id)
    if (experiment.lifecycle_stage !== 'active') {
      throw badRequest(
        `The experiment ${id} must be in the 'active' state. Current state is ${experiment.lifecycle_stage}.`,
      )
    }
    return experiment
  }

  /** Spans as they arrive, in any order and as often as a client sends them. What cannot be kept is counted. */
  async function ingest(actor: ActorRef, experimentId: string, spans: readonly SpanInput[]): Promise<Ingested> {
    const experiment = await activeExperiment(experimentId)
    const rows = new Map<string, SpanRow>()
    let refused = 0
    let reason: string | undefined
    for (const span of spans) {
      const row = rowOf(span)
      if (typeof row === 'string') {
        refused++
        reason ??= row
      } else rows.set(`${row.trace_id} ${row.id}`, row)
    }
    if (rows.size === 0) return { accepted: 0, rejected: refused, reason }
    const done = await writer.commit((tx) => ingestSpans(tx, engine, actor, experiment, [...rows.values()]))
    return { accepted: done.accepted, rejected: done.rejected + refused, reason: reason ?? done.reason }
  }

  async function describe(actor: ActorRef, given: TraceDescription): Promise<TraceInfo> {
    const experiment = await activeExperiment(given.experiment_id)
    for (const { key } of [...given.tags, ...given.metadata]) checkKey(key)
    const trace_id = given.id
    const texts = (list: readonly KeyValue[], most: number) =>
      [...new Map(list.map(({ key, value }) => [key, value]))].map(([key, value]) => ({
        trace_id,
        key,
        value: clean(value, most),
      }))
    const short = (text: string | null | undefined) => (typeof text === 'string' ? clean(text, limits.preview) : null)
    return writer.commit(async (tx) => {
      const [before] = await store.findTraces(tx, [trace_id])
      const row: TraceTableRow = {
        id: trace_id,
        experiment_id: experiment.id,
        request_time: given.request_time,
        execution_duration: given.execution_duration,
        state: given.state,
        client_request_id: short(given.client_request_id) ?? before?.client_request_id ?? null,
        request_preview: short(given.request_preview) ?? before?.request_preview ?? null,
        response_preview: short(given.response_preview) ?? before?.response_preview ?? null,
        described_at: clock.now().getTime(),
        created_by: before?.created_by ?? actor.id,
      }
      await store.upsertTraces(tx, engine, [row])
      const location = { key: 'mlflow.artifactLocation', value: artifactsOf(experiment, trace_id) }
      await store.writeTexts(tx, engine, 'trace_tag', texts([location], limits.tagValue), { keep: true })
      await store.writeTexts(tx, engine, 'trace_tag', texts(given.tags, limits.tagValue))
      await store.writeTexts(tx, engine, 'trace_metadata', texts(given.metadata, limits.metadataValue))
      const [info] = await store.withTexts(tx, [row])
      if (!info) throw new Error('a trace that was just written is not there')
      return info
    })
  }

  async function get(id: string): Promise<TraceInfo> {
    const [info] = await read([id])
    if (!info) throw noTrace(id)
    return info
  }

  /** Those that are there, in the order asked for. */
  async function read(ids: readonly string[]): Promise<TraceInfo[]> {
    const rows = new Map((await store.findTraces(db, ids)).map((row) => [row.id, row]))
    return store.withTexts(
      db,
      ids.flatMap((id) => rows.get(id) ?? []),
    )
  }

  async function search(query: TraceQuery) {
    const { rows, next_page_token } = await searchTraces(db, engine, query)
    return { traces: await store.withTexts(db, rows), next_page_token }
  }

  /** Refuses people whom the experiments of these traces refuse. Traces that are not there are nobody's secret. */
  async function demand(actor: Actor, level: 'READ' | 'EDIT', ids: readonly string[]): Promise<void> {
    const rows = await store.findTraces(db, ids.slice(0, mostChecked))
    const experiments = [...new Set(rows.map(({ experiment_id }) => experiment_id))]
    if (experiments.length > 0) await tracking.permissions.demand(actor, level, { experiments })
  }

  async function setTag(id: string, key: string, value: string): Promise<void> {
    checkKey(key)
    await writer.commit(async (tx) => {
      if ((await store.findTraces(tx, [id])).length === 0) throw noTrace(id)
      await store.writeTexts(tx, engine, 'trace_tag', [{ trace_id: id, key, value: clean(value, limits.tagValue) }])
    })
  }

  async function deleteTag(id: string, key: string): Promise<void> {
    await writer.commit(async (tx) => {
      const deleted = await store.deleteTag(tx, id, key)
      if (!deleted) throw new AppError('not_found', `No trace tag with key '${key}' for trace with ID '${id}'`)
    })
  }

  /** Deletes for good, oldest first, and says how many. The events name every trace. */
  async function remove(actor: ActorRef, { experiment_id, ids, until, most, reason }: TraceSelection): Promise<number> {
    const limit = Math.min(most ?? limits.deleted, limits.deleted)
    const found = await store.selectIds(db, {
      experiment_id,
      limit,
      ...(ids ? { ids } : {}),
      ...(until === undefined ? {} : { until }),
    })
    if (found.length === 0) return 0
    const why = reason ? { reason } : {}
    return write(actor, async (tx, record) => {
      await parts.refuseHeld(tx, experiment_id)
      // Another server may have deleted some in the meantime.
      const there = await store.selectIds(tx, { experiment_id, limit, ids: found })
      for (let from = 0; from < there.length; from += largestEvent) {
        const group = there.slice(from, from + largestEvent)
        await store.deleteTraces(tx, group)
        record('traces.deleted', `experiment:${experiment_id}`, { traces: group.length, ids: group, ...why })
      }
      if (there.length === 0) record('traces.deleted', `experiment:${experiment_id}`, { traces: 0, ids: [], ...why })
      return there.length
    })
  }

  async function page(experimentId: string, query: Omit<TraceQuery, 'experiment_ids'>): Promise<TracePage> {
    const experiment = await tracking.experiments.get(experimentId)
    const { traces, next_page_token } = await search({ ...query, experiment_ids: [experiment.id] })
    const ids = traces.map(({ id }) => id)
    const [spans, counts] = await Promise.all([store.countSpans(db, ids), countAssessments(db, ids)])
    return {
      traces: traces.map(({ metadata, ...info }) => ({
        ...info,
        tokens: tokensIn(metadata),
        name: nameOf(info),
        spans: spans.get(info.id) ?? 0,
        assessments: counts.get(info.id) ?? 0,
      })),
      next_page_token: next_page_token ?? null,
    }
  }

  async function show(id: string): Promise<Trace> {
    const info = await get(id)
    const [experiment, spans, said] = await Promise.all([
      tracking.experiments.get(info.experiment_id),
      store.readSpans(db, [id]),
      assessments.of([id]),
    ])
    return {
      ...info,
      name: nameOf(info),
      experiment_name: experiment.name,
      spans: treeOf(spans.get(id) ?? [], info.request_time),
      assessments: (said.get(id) ?? []).map(toAssessment),
    }
  }

  /** As `show`, without what only a reader of single spans needs. */
  async function outline(id: string): Promise<TraceOutline> {
    const info = await get(id)
    const [experiment, spans, said] = await Promise.all([
      tracking.experiments.get(info.experiment_id),
      store.readSpanOutlines(db, id),
      assessments.of([id]),
    ])
    return {
      ...info,
      name: nameOf(info),
      experiment_name: experiment.name,
      tokens: tokensIn(info.metadata),
      spans: outlineOf(spans, info.request_time),
      assessments: (said.get(id) ?? []).map(toAssessment),
    }
  }

  async function span(id: string, spanId: string): Promise<Span> {
    const [{ request_time }, outlines, row] = await Promise.all([
      get(id),
      store.readSpanOutlines(db, id),
      store.findSpan(db, id, spanId),
    ])
    if (!row) throw new AppError('not_found', `No span with ID '${spanId}' in trace '${id}'`)
    const depth = outlineOf(outlines, request_time).find((each) => each.id === spanId)?.depth ?? 0
    return toSpan(row, depth, request_time)
  }

  /** A signed-in person says it in their own name. */
  async function assess(actor: ActorRef, id: string, input: AssessmentInput) {
    const { name, kind, value, rationale, span_id } = input
    if (span_id !== undefined && !(await store.findSpan(db, id, span_id))) {
      throw badRequest(`the trace has no span ${span_id}`)
    }
    return assessments.create(actor, id, {
      name,
      source_type: 'HUMAN',
      source_id: actor.id,
      span_id: span_id ?? null,
      overrides: null,
      valid: true,
      create_time: undefined,
      last_update_time: undefined,
      content: { [kind]: { value }, ...(rationale === '' ? {} : { rationale }) },
    })
  }

  return {
    outline,
    span,
    assess,
    ingest,
    describe,
    get,
    read,
    search,
    spans: (ids: readonly string[]) => store.readSpans(db, ids),
    setTag,
    deleteTag,
    remove,
    page,
    show,
    assessments,
    links,
    demand,
    correlate: (query: CorrelationQuery) => correlate(db, engine, query),
  }
}

/** MLflow's clients count tokens into a piece of metadata. */
function tokensIn(metadata: TraceInfo['metadata']): number | null {
  const text = metadata.find(({ key }) => key === 'mlflow.trace.tokenUsage')?.value
  const usage = TokenUsage.safeParse(text === undefined ? undefined : parsedJson(text))
  return usage.success ? usage.data.total_tokens : null
}

const TokenUsage = z.looseObject({ total_tokens: z.int() })

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const nameOf = ({ id, tags }: Pick<TraceInfo, 'id' | 'tags'>) =>
  tags.find(({ key }) => key === 'mlflow.traceName')?.value ?? id
