import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { artifactPurge } from '../artifacts/index.ts'
import type { RecordEvent } from '../audit/index.ts'
import { type ActorRef, type PersonId, serverActor } from '../audit/schema.ts'
import { datasetPurge } from '../datasets/index.ts'
import { collectHandler, collectJob, noTotals, thingOf } from './collect.ts'
import * as store from './collection-store.ts'
import { dayMs, type RetentionParts } from './parts.ts'
import * as schedule from './schedule-store.ts'
import type { Collection, CollectionId, CollectionTotals, Storage } from './schema.ts'
import type { CollectionRow } from './tables.ts'
import { NotMine, unlessNotMine } from './turn.ts'

const turn = 'collection'

/** Which bytes are kept for what, and the collection of those that nothing refers to. */
export function createStorage(parts: RetentionParts) {
  const { connection, write, clock, jobs } = parts
  const { db, writer } = connection
  jobs.handle(collectJob, collectHandler(parts))

  const tomorrow = () => new Date(clock.now().getTime() + dayMs).toISOString()

  async function begin(tx: Tx, record: RecordEvent, actor: ActorRef): Promise<CollectionId> {
    const id = newId('col', clock.now().getTime()) as CollectionId
    const job_id = await jobs.enqueue(tx, collectJob, { collection: id })
    await store.insertCollection(tx, {
      id,
      state: 'queued',
      job_id,
      place: '',
      totals: JSON.stringify(noTotals),
      error: null,
      requested_by: actor.id,
      requested_at: isoNow(clock),
      finished_at: null,
    })
    await schedule.setNext(tx, turn, tomorrow())
    record('storage.collection_started', thingOf(id))
    return id
  }

  async function collect(actor: ActorRef): Promise<Collection> {
    const id = await write(actor, async (tx, record) => {
      const open = await store.openCollection(tx)
      if (open) throw conflict(`collection ${open.id} is going on`, { collection: open.id })
      return begin(tx, record, actor)
    })
    return get(id)
  }

  async function cancel(actor: ActorRef, id: CollectionId): Promise<Collection> {
    await write(actor, async (tx, record) => {
      const row = await store.findCollection(tx, id)
      if (!row) throw notFound('collection', id)
      const set = { state: 'cancelled', finished_at: isoNow(clock) } as const
      if (!(await store.moveCollection(tx, id, ['queued', 'running'], set)))
        throw conflict(`collection ${id} has ended`)
      await jobs.cancel(tx, row.job_id)
      record('storage.collection_cancelled', thingOf(id))
    })
    return get(id)
  }

  async function get(id: CollectionId): Promise<Collection> {
    const row = await store.findCollection(db, id)
    if (!row) throw notFound('collection', id)
    return toCollection(row)
  }

  async function show(): Promise<Storage> {
    const last = await store.lastDone(db)
    return {
      artifacts: await artifactPurge.totalFiles(db),
      datasets: await datasetPurge.totalDatasets(db),
      waiting: await store.garbageTotal(db),
      grace_days: await schedule.graceDays(db),
      last: last ? toCollection(last) : null,
      next_at: (await schedule.nextTimes(db)).get(turn) ?? null,
    }
  }

  async function configure(actor: ActorRef, grace_days: number): Promise<Storage> {
    await write(actor, async (tx, record) => {
      const before = await schedule.graceDays(tx)
      await schedule.setGraceDays(tx, grace_days)
      record('storage.grace_set', 'storage:grace', { before, after: grace_days })
    })
    return show()
  }

  /** Once a day, by whichever server comes first. */
  async function tick(): Promise<void> {
    const due = (await schedule.nextTimes(db)).get(turn)
    if (due === undefined) {
      await writer.commit((tx) => schedule.setNext(tx, turn, tomorrow()))
      return
    }
    if (due > isoNow(clock) || (await store.openCollection(db))) return
    await write(serverActor, async (tx, record) => {
      if (!(await schedule.takeTurn(tx, turn, due, tomorrow()))) throw new NotMine()
      await begin(tx, record, serverActor)
    }).catch(unlessNotMine)
  }

  return {
    collect,
    cancel,
    get,
    show,
    configure,
    tick,
    list: async () => (await store.listCollections(db, 50)).map(toCollection),
  }
}

/** Digests are spread evenly, so the place of the last one says how far it is. */
function toCollection(row: CollectionRow): Collection {
  const far = Number.parseInt(row.place.slice('sha256:'.length, 'sha256:'.length + 4) || '0', 16) / 0xffff
  return {
    id: row.id as CollectionId,
    state: row.state,
    progress: row.state === 'done' ? 1 : far,
    totals: JSON.parse(row.totals) as CollectionTotals,
    error: row.error,
    requested_by: row.requested_by as PersonId,
    requested_at: row.requested_at,
    finished_at: row.finished_at,
  }
}
