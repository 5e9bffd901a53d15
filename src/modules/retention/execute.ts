import { z } from 'zod'
import type { Tx } from '../../db/database.ts'
import { type JobHandler, NotNow, type RunningJob } from '../../jobs/index.ts'
import { isoNow } from '../../lib/clock.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { RecordEvent } from '../audit/index.ts'
import { serverActor, type Thing } from '../audit/schema.ts'
import { tracePurge } from '../traces/index.ts'
import { trackingPurge } from '../tracking/index.ts'
import { assess } from './assess.ts'
import type { RetentionParts } from './parts.ts'
import { makePlan, order } from './plan.ts'
import * as store from './purge-store.ts'
import { removeThings } from './remove.ts'
import { Counts, type Holder, PurgeId, type PurgeKind } from './schema.ts'
import { demandOf, type Source } from './select.ts'
import type { PurgeItemRow, PurgeRow } from './tables.ts'

export const purgeJob = 'retention.purge'
const Input = z.object({ purge: PurgeId })

/** How much one commit removes, so that nobody else's write waits for long. */
const perCommit: Record<PurgeKind, number> = {
  run: 25,
  logged_model: 25,
  trace: 50,
  artifacts: 5,
  version: 25,
  model: 10,
  experiment: 1,
}
const pointsPerCommit = 4_000
const itemsPerCommit = 2_000

/** Carries a purge out. Every commit is whole, so that work that was interrupted goes on where it stopped. */
export function purgeHandler(parts: Omit<RetentionParts, 'jobs' | 'holds' | 'blobs' | 'tracking'>): JobHandler {
  const { connection, write, clock, mayRemove } = parts
  const { db, engine, writer } = connection

  async function run(job: RunningJob): Promise<void> {
    const purge = await store.findPurge(db, Input.parse(job.input).purge)
    if (!purge) return
    const source = JSON.parse(purge.selection) as Source
    if (purge.state === 'queued') await prepare(purge, source)
    const { signal } = job
    const isRunning = async () => {
      signal.throwIfAborted()
      if (!(await mayRemove())) throw new NotNow()
      return (await store.findPurge(db, purge.id))?.state === 'running'
    }
    await emptyRuns(purge.id, signal)
    for (const kind of order) {
      while (await isRunning()) {
        const items = await store.nextItems(db, purge.id, 'pending', kind, perCommit[kind])
        if (items.length === 0) break
        if (kind === 'experiment') await emptyExperiments(purge.id, source, items, signal)
        await removeSome(purge, source, items)
        await emptyRuns(purge.id, signal)
      }
    }
    if (await isRunning()) await finish(purge)
  }

  /** What there is to do is written down once, so that a second start does the same. */
  async function prepare(purge: PurgeRow, source: Source): Promise<void> {
    const plan = await makePlan(connection, source)
    await writer.commit((tx) => store.clearItems(tx, purge.id))
    for (let from = 0; from < plan.going.length; from += itemsPerCommit) {
      const items = plan.going.slice(from, from + itemsPerCommit)
      await writer.commit((tx) => store.insertItems(tx, engine, purge.id, { from, items, kept: [] }))
    }
    for (let from = 0; from < plan.kept.length; from += itemsPerCommit) {
      const kept = plan.kept.slice(from, from + itemsPerCommit)
      const place = plan.going.length + from
      await writer.commit((tx) => store.insertItems(tx, engine, purge.id, { from: place, items: [], kept }))
    }
    await writer.commit((tx) => store.movePurge(tx, purge.id, ['queued'], { state: 'running' }))
  }

  /** One commit: what is free goes, what is held by now stays, and the event says which. */
  function removeSome(purge: PurgeRow, source: Source, items: readonly PurgeItemRow[]): Promise<void> {
    return write(serverActor, async (tx, record) => {
      const [first] = items
      if (!first || (await store.findPurge(tx, purge.id))?.state !== 'running') {
        record('purge.interrupted', thingOf(purge.id))
        return
      }
      const kind = first.kind
      const judged = await judge(tx, source, items)
      const free = items.filter((item) => judged.get(item) === 'free')
      for (const [item, verdict] of judged) {
        if (typeof verdict !== 'string') await store.keepItem(tx, purge.id, item.position, JSON.stringify(verdict))
      }
      const missing = items.filter((item) => judged.get(item) === 'missing')
      await store.moveItems(tx, purge.id, positions(missing), 'missing')
      await store.moveItems(tx, purge.id, positions(free), kind === 'run' ? 'emptying' : 'gone')
      if (free.length > 0) {
        await removeFree(
          tx,
          record,
          purge,
          kind,
          free.map((item) => item.subject_id),
        )
      }
      recordKept(record, purge, judged)
    })
  }

  async function judge(tx: Tx, source: Source, items: readonly PurgeItemRow[]) {
    const judged = new Map<PurgeItemRow, 'free' | 'missing' | Holder[]>()
    for (const group of Map.groupBy(items, (item) => item.is_part).values()) {
      const [first] = group
      if (!first) continue
      const demand = demandOf(source, { kind: first.kind, isPart: first.is_part === 1 })
      const ids = group.map((item) => item.subject_id)
      const { holders, missing } = await assess(tx, first.kind, ids, { demand, contents: true })
      for (const item of group) {
        judged.set(item, holders.get(item.subject_id) ?? (missing.has(item.subject_id) ? 'missing' : 'free'))
      }
    }
    return judged
  }

  async function removeFree(tx: Tx, record: RecordEvent, purge: PurgeRow, kind: PurgeKind, ids: readonly string[]) {
    const { things, about, counts } = await removeThings(tx, kind, ids)
    await addTotals(tx, purge.id, counts)
    const detail = { purge: purge.id, count: ids.length, things: things.slice(0, 200) }
    record(`${kind}.purged`, thingOf(purge.id), detail, [...about, ...ruleOf(purge)])
  }

  function recordKept(record: RecordEvent, purge: PurgeRow, judged: ReadonlyMap<PurgeItemRow, string | Holder[]>) {
    const kept = [...judged].flatMap(([{ kind, subject_id }, verdict]) =>
      typeof verdict === 'string'
        ? []
        : [{ kind, id: subject_id, by: verdict.slice(0, 5).map(({ kind, id }) => `${kind}:${id}`) }],
    )
    const isAllMissing = [...judged.values()].every((verdict) => verdict === 'missing')
    if (kept.length > 0 || isAllMissing) record('purge.kept', thingOf(purge.id), { kept }, ruleOf(purge))
  }

  async function addTotals(tx: Tx, id: string, more: Counts): Promise<void> {
    const purge = await store.findPurge(tx, id)
    const before = Counts.parse(JSON.parse(purge?.totals ?? '{}'))
    const sum = Object.fromEntries(
      Object.entries(before).map(([key, value]) => [key, value + more[key as keyof Counts]]),
    )
    const counts = (await store.countItems(tx, [id])).get(id) ?? new Map<string, number>()
    const all = [...counts.values()].reduce((total, items) => total + items, 0)
    const progress = all === 0 ? 1 : 1 - (counts.get('pending') ?? 0) / all
    await store.updateTotals(tx, id, JSON.stringify(sum), progress)
  }

  /** The points of runs whose rows are gone; also of a purge that was cancelled in the middle, so that nothing is left over. */
  async function emptyRuns(id: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const items = await store.nextItems(db, id, 'emptying', 'run', perCommit.run)
      if (items.length === 0) return
      const runs = items.map((item) => item.subject_id)
      while (await writer.commit((tx) => trackingPurge.removePoints(tx, engine, runs, pointsPerCommit))) {
        signal.throwIfAborted()
      }
      await writer.commit((tx) => store.moveItems(tx, id, positions(items), 'gone'))
    }
  }

  /** The traces of experiments that are free to go. They are many and large, so they have commits of their own. */
  async function emptyExperiments(id: string, source: Source, items: readonly PurgeItemRow[], signal: AbortSignal) {
    for (const item of items) {
      let left = true
      while (left) {
        signal.throwIfAborted()
        left = await removeTraces(id, source, item)
      }
    }
  }

  async function removeTraces(id: string, source: Source, item: PurgeItemRow): Promise<boolean> {
    const experiment = item.subject_id
    const isFree = async (from: typeof db) => (await judge(from as Tx, source, [item])).get(item) === 'free'
    const some = (from: typeof db) => tracePurge.tracesUntil(from, experiment, Number.MAX_SAFE_INTEGER, perCommit.trace)
    if ((await some(db)).length === 0 || !(await isFree(db))) return false
    return write(serverActor, async (tx, record) => {
      const traces = (await isFree(tx)) ? await some(tx) : []
      const { things, about, counts } = await removeThings(tx, 'trace', traces)
      await addTotals(tx, id, counts)
      record('trace.purged', thingOf(id), { purge: id, count: traces.length, things }, about)
      return traces.length > 0
    })
  }

  async function finish(purge: PurgeRow): Promise<void> {
    await write(serverActor, async (tx, record) => {
      const at = isoNow(clock)
      await store.movePurge(tx, purge.id, ['running'], { state: 'done', finished_at: at, progress: 1 })
      const now = await store.findPurge(tx, purge.id)
      const gone = JSON.parse(now?.totals ?? '{}') as JsonObject
      const kept = (await store.countItems(tx, [purge.id])).get(purge.id)?.get('kept') ?? 0
      record('purge.finished', thingOf(purge.id), { gone, kept }, ruleOf(purge))
    })
  }

  async function gaveUp(input: Parameters<JobHandler['gaveUp']>[0], reason: string): Promise<void> {
    const { purge: id } = Input.parse(input)
    await write(serverActor, async (tx, record) => {
      await store.movePurge(tx, id, ['queued', 'running'], {
        state: 'failed',
        error: reason,
        finished_at: isoNow(clock),
      })
      record('purge.failed', thingOf(id), { reason: reason.slice(0, 500) })
    })
  }

  return { run, gaveUp, mayRun: mayRemove }
}

const positions = (items: readonly PurgeItemRow[]) => items.map(({ position }) => position)
export const thingOf = (id: string): Thing => `purge:${id}`
export const ruleOf = ({ rule_id }: Pick<PurgeRow, 'rule_id'>): Thing[] =>
  rule_id === null ? [] : [`retention_rule:${rule_id}`]
