import { z } from 'zod'
import type { StoredBlob } from '../../blobs/blobs.ts'
import { type JobHandler, NotNow, type RunningJob } from '../../jobs/index.ts'
import { isoNow } from '../../lib/clock.ts'
import { serverActor, type Thing } from '../audit/schema.ts'
import * as store from './collection-store.ts'
import { dayMs, type RetentionParts } from './parts.ts'
import { digestsInUse, namedDigests } from './references.ts'
import { graceDays } from './schedule-store.ts'
import { CollectionId, CollectionTotals } from './schema.ts'

export const collectJob = 'retention.collect'
const Input = z.object({ collection: CollectionId })

/** Blobs that are looked at together; an event names those of them that go. */
const blobsPerRound = 200

export const noTotals: CollectionTotals = {
  blobs: 0,
  bytes: 0,
  waiting: 0,
  waiting_bytes: 0,
  removed: 0,
  removed_bytes: 0,
}

/**
 * Frees bytes in two looks: the first notes what nothing refers to, and a later one removes what has been so for the whole grace
 * period and was not stored again meanwhile. Goes through the blobs in the order of their digests, so that it can stop anywhere.
 */
export function collectHandler(parts: Omit<RetentionParts, 'jobs' | 'holds' | 'tracking'>): JobHandler {
  const { connection, write, clock, blobs, mayRemove } = parts
  const { db, engine, writer } = connection

  async function run(job: RunningJob): Promise<void> {
    const { collection: id } = Input.parse(job.input)
    await writer.commit((tx) => store.moveCollection(tx, id, ['queued'], { state: 'running' }))
    const collection = await store.findCollection(db, id)
    if (collection?.state !== 'running') return
    const totals = CollectionTotals.parse(JSON.parse(collection.totals))
    const before = new Date(clock.now().getTime() - (await graceDays(db)) * dayMs)
    const named = await namedDigests(db)

    let round: StoredBlob[] = []
    const finishRound = async () => {
      job.signal.throwIfAborted()
      if (!(await mayRemove())) throw new NotNow()
      await look(id, round, { named, before, totals })
      const place = round.at(-1)?.digest ?? ''
      round = []
      return writer.commit((tx) => store.moveCollection(tx, id, ['running'], { place, totals: JSON.stringify(totals) }))
    }
    for await (const blob of blobs.list(collection.place)) {
      round.push(blob)
      if (round.length >= blobsPerRound && !(await finishRound())) return
    }
    if (round.length > 0 && !(await finishRound())) return
    await write(serverActor, async (tx, record) => {
      await store.moveCollection(tx, id, ['running'], { state: 'done', finished_at: isoNow(clock) })
      record('storage.collected', thingOf(id), { ...totals })
    })
  }

  type Look = { named: { has(digest: string): boolean }; before: Date; totals: CollectionTotals }

  async function look(id: string, round: readonly StoredBlob[], { named, before, totals }: Look): Promise<void> {
    const digests = round.map(({ digest }) => digest)
    const used = await digestsInUse(db, digests)
    const known = await store.garbageAmong(db, digests)
    const garbage = round.filter(({ digest }) => !used.has(digest) && !named.has(digest))
    const due = garbage.filter(({ digest, storedAt }) => {
      const seen = known.get(digest)
      return seen !== undefined && seen <= before.toISOString() && storedAt < before
    })
    const isGarbage = new Set<string>(garbage.map(({ digest }) => digest))
    const again = [...known.keys()].filter((digest) => !isGarbage.has(digest))
    if (garbage.length > 0 || again.length > 0) {
      await writer.commit(async (tx) => {
        await store.noteGarbage(tx, engine, garbage, isoNow(clock))
        await store.forgetGarbage(tx, again)
      })
    }
    const removed = await remove(id, due, before)
    for (const blob of round) {
      const isGone = removed.has(blob.digest)
      totals.blobs += isGone ? 0 : 1
      totals.bytes += isGone ? 0 : blob.size
      totals.removed += isGone ? 1 : 0
      totals.removed_bytes += isGone ? blob.size : 0
      const waits = !isGone && isGarbage.has(blob.digest)
      totals.waiting += waits ? 1 : 0
      totals.waiting_bytes += waits ? blob.size : 0
    }
  }

  /**
   * Said first and done then: a crash in between leaves bytes that the next look finds again. What is put in the meantime is not
   * stale any more, and stays.
   */
  async function remove(id: string, due: readonly StoredBlob[], before: Date): Promise<Set<string>> {
    const removed = new Set<string>()
    if (due.length === 0) return removed
    const digests = due.map(({ digest }) => digest)
    const free = await write(serverActor, async (tx, record) => {
      const used = await digestsInUse(tx, digests)
      const free = due.filter(({ digest }) => !used.has(digest))
      const bytes = free.reduce((sum, { size }) => sum + size, 0)
      record('blobs.released', thingOf(id), { count: free.length, bytes, digests: free.map(({ digest }) => digest) })
      await store.forgetGarbage(tx, digests)
      return free
    })
    for (const { digest } of free) if (await blobs.deleteStale(digest, before)) removed.add(digest)
    return removed
  }

  async function gaveUp(input: Parameters<JobHandler['gaveUp']>[0], reason: string): Promise<void> {
    const { collection: id } = Input.parse(input)
    await write(serverActor, async (tx, record) => {
      const set = { state: 'failed', error: reason, finished_at: isoNow(clock) } as const
      await store.moveCollection(tx, id, ['queued', 'running'], set)
      record('storage.collection_failed', thingOf(id), { reason: reason.slice(0, 500) })
    })
  }

  return { run, gaveUp, mayRun: mayRemove }
}

export const thingOf = (id: string): Thing => `collection:${id}`
