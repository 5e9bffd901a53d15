import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { RecordEvent } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { purgeHandler, purgeJob, ruleOf, thingOf } from './execute.ts'
import type { RetentionParts } from './parts.ts'
import { makePlan, nothing, type Plan } from './plan.ts'
import * as store from './purge-store.ts'
import { findRuleVersion } from './rules-store.ts'
import type { Counts, Preview, Purge, PurgeAnswer, PurgeId, PurgeInput, PurgeSummary, RuleId } from './schema.ts'
import type { Source } from './select.ts'
import type { PurgeRow } from './tables.ts'

const mostKept = 200

export type NewPurge = { source: Source; reason: string; rule?: { id: string; version: number } }

/** Removal for good: looked at first, refused while something rests on what would go, and carried out in the background. */
export function createPurges(parts: RetentionParts) {
  const { connection, write, clock, jobs } = parts
  const { db } = connection
  jobs.handle(purgeJob, purgeHandler(parts))

  async function request(actor: ActorRef, input: PurgeInput): Promise<PurgeAnswer> {
    const source: Source = { kind: 'named', what: input.what }
    const plan = await makePlan(connection, source)
    if (input.dry_run) return { outcome: 'preview', preview: previewOf(plan) }
    if (plan.kept.length > 0 && !input.skip_held) {
      const { kept_total, kept } = previewOf(plan)
      await write(actor, async (_tx, record) => {
        const named = kept.slice(0, 50).map(({ kind, id }) => `${kind}:${id}`)
        record('purge.refused', 'purge:refused', { reason: input.reason, held: kept_total, things: named })
      })
      return { outcome: 'refused', kept_total, kept }
    }
    if (plan.going.length === 0) throw notFound('deleted thing', 'that this purge names')
    const id = await write(actor, (tx, record) => begin(tx, record, actor, { source, reason: input.reason }))
    return { outcome: 'started', purge: await get(id) }
  }

  /** In the transaction that decides it. The job makes the plan again: what is held by then stays. */
  async function begin(
    tx: Tx,
    record: RecordEvent,
    actor: ActorRef,
    { source, reason, rule }: NewPurge,
  ): Promise<PurgeId> {
    const id = newId('pur', clock.now().getTime()) as PurgeId
    const job_id = await jobs.enqueue(tx, purgeJob, { purge: id })
    const row: PurgeRow = {
      id,
      rule_id: rule?.id ?? null,
      rule_version: rule?.version ?? null,
      selection: JSON.stringify(source),
      reason,
      state: 'queued',
      job_id,
      progress: 0,
      totals: JSON.stringify(nothing),
      error: null,
      requested_by: actor.id,
      requested_at: isoNow(clock),
      finished_at: null,
    }
    await store.insertPurge(tx, row)
    record('purge.started', thingOf(id), { reason, ...aboutSource(source) }, ruleOf(row))
    return id
  }

  async function get(id: PurgeId): Promise<Purge> {
    const row = await store.findPurge(db, id)
    if (!row) throw notFound('purge', id)
    const [summary] = await summaries([row])
    if (!summary) throw notFound('purge', id)
    return { ...summary, kept: await store.listKept(db, id, mostKept) }
  }

  async function summaries(rows: readonly PurgeRow[]): Promise<PurgeSummary[]> {
    const counts = await store.countItems(
      db,
      rows.map(({ id }) => id),
    )
    return Promise.all(
      rows.map(async (row) => ({
        id: row.id as PurgeId,
        rule: await ruleNamed(row),
        reason: row.reason,
        state: row.state,
        progress: row.progress,
        gone: JSON.parse(row.totals) as Counts,
        kept_total: counts.get(row.id)?.get('kept') ?? 0,
        error: row.error,
        requested_by: row.requested_by as PersonId,
        requested_at: row.requested_at,
        finished_at: row.finished_at,
      })),
    )
  }

  async function ruleNamed({ rule_id, rule_version }: PurgeRow) {
    if (rule_id === null || rule_version === null) return null
    const rule = await findRuleVersion(db, rule_id, rule_version)
    return { id: rule_id as RuleId, version: rule_version, name: rule?.input.name ?? rule_id }
  }

  /** What is being removed at this moment is removed whole; everything after it stays. */
  async function cancel(actor: ActorRef, id: PurgeId): Promise<Purge> {
    await write(actor, async (tx, record) => {
      const set = { state: 'cancelled', finished_at: isoNow(clock) } as const
      if (!(await store.movePurge(tx, id, ['queued', 'running'], set))) {
        if (!(await store.findPurge(tx, id))) throw notFound('purge', id)
        throw conflict(`purge ${id} has ended`)
      }
      record('purge.cancelled', thingOf(id))
    })
    return get(id)
  }

  return {
    request,
    begin,
    get,
    cancel,
    list: async (query: { rule?: string | undefined; limit: number }) => summaries(await store.listPurges(db, query)),
    preview: async (source: Source): Promise<Preview> => previewOf(await makePlan(connection, source)),
  }
}

function previewOf({ counts, first, kept }: Plan): Preview {
  return { going: counts, first, kept_total: kept.length, kept: kept.slice(0, mostKept) }
}

/** Of a long list the event has the number; what went is named by the events that follow. */
function aboutSource(source: Source): JsonObject {
  if (source.kind === 'rule') return { rule: JSON.parse(JSON.stringify(source.rule)) as JsonObject }
  const { deleted_runs, ...lists } = source.what
  const counts = Object.entries(lists).flatMap(([key, ids]) => (ids.length > 0 ? [[key, ids.length] as const] : []))
  return { ...Object.fromEntries(counts), ...(deleted_runs ? { filter: deleted_runs.filter } : {}) }
}
