import type { Connection } from '../../db/connect.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { SeatId } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import { type PersonId, serverActor, type Thing } from '../audit/schema.ts'
import type { SeatReadQuery } from './schema.ts'
import * as store from './store.ts'
import type { SeatReadRow } from './tables.ts'

export type SeatReads = ReturnType<typeof createSeatReads>
type Read = { seat: SeatId; person: PersonId; method: string; path: string; status: number }

/** As many fit into one event. */
const largestBatch = 80
const longestPath = 500

/**
 * What was read from auditors' seats. Each read is on disk before its answer goes out, and within a minute it stands in the
 * trail: reads of one seat share an event, which lists every one of them.
 */
export function createSeatReads({ connection, write, clock }: { connection: Connection; write: Write; clock: Clock }) {
  const { db, writer } = connection
  let waiting = 0
  /** Reads of one millisecond keep their order by ids that go on. */
  let last = 0

  async function note({ seat, person, method, path, status }: Read): Promise<void> {
    last = Math.max(last + 1, clock.now().getTime())
    const row: SeatReadRow = {
      id: newId('rd', last),
      seat_id: seat,
      person_id: person,
      at: isoNow(clock),
      method,
      path: path.slice(0, longestPath),
      status,
      batch: null,
    }
    await writer.commit((tx) => store.insertRead(tx, row))
    waiting++
    if (waiting >= largestBatch) await flush()
  }

  /** Takes what waits into the trail. A read is taken once, also where several servers do it. */
  async function flush(): Promise<void> {
    waiting = 0
    for (;;) {
      const rows = await store.waitingReads(db, largestBatch)
      const first = rows[0]
      if (!first) return
      const batch = rows.filter(({ seat_id }) => seat_id === first.seat_id)
      const named = await store.modelIds(db, modelsIn(batch))
      const taken = await take(first, batch, named)
      if (!taken) return
    }
  }

  async function take(
    { seat_id, person_id }: SeatReadRow,
    batch: readonly SeatReadRow[],
    models: readonly { id: string }[],
  ): Promise<boolean> {
    return write(serverActor, async (tx, record) => {
      const id = newId('bat', clock.now().getTime())
      const ids = batch.map((row) => row.id)
      if ((await store.setBatch(tx, ids, id)) !== ids.length) throw new TakenElsewhere()
      const about: Thing[] = [`person:${person_id}`, ...models.map((model): Thing => `model:${model.id}`)]
      const reads = batch.map(({ at, method, path, status }) => ({ at, method, path, status }))
      record('seat.read', `seat:${seat_id}`, { batch: id, count: reads.length, reads }, about)
      return true
    }).catch((error: unknown) => {
      if (error instanceof TakenElsewhere) return false
      throw error
    })
  }

  return {
    note,
    flush,
    /** Called every minute. */
    tick: flush,
    list: (seat: SeatId, query: SeatReadQuery) => store.listReads(db, seat, query),
    count: (seats: readonly SeatId[]) => store.countReads(db, seats),
  }
}

/** Another server has taken the batch: thrown inside the write, so that it is undone. */
class TakenElsewhere extends Error {}

/** Names of models that addresses speak of. */
function modelsIn(rows: readonly SeatReadRow[]): string[] {
  const names = rows.flatMap(({ path }) => {
    const [, name] = /\/models\/([^/?]+)/.exec(path) ?? /[?&]model=([^&]+)/.exec(path) ?? []
    return name === undefined ? [] : [decoded(name)]
  })
  return [...new Set(names)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
