import type { Connection } from '../../db/connect.ts'
import type { Db, Tx } from '../../db/database.ts'
import { readCheckpoint, signCheckpoint } from '../../lib/checkpoint.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest } from '../../lib/errors.ts'
import { canonicalJson, type JsonObject } from '../../lib/json.ts'
import type { SigningKey } from '../../lib/keys.ts'
import { appendLeaf, leafHash, type MerkleNode, rootOf } from '../../lib/merkle.ts'
import { consistencyProof, inclusionProof, loadFrontier } from '../../lib/merkle-proof.ts'
import { formatVerifierKey, type NoteSigner, verifierKeyOf } from '../../lib/signed-note.ts'
import { type TrailHeader, trailLines } from '../../lib/trail-file.ts'
import { verifyTrail } from '../../lib/trail-verify.ts'
import type { ActorRef, Checkpoint, EventBody, EventQuery, Proof, Thing, TrailCheck } from './schema.ts'
import * as store from './store.ts'
import type { Write } from './write.ts'

/** The largest detail of an event; larger content belongs into a blob or a row whose digest the event names. */
const largestDetail = 60_000

export type Audit = ReturnType<typeof createAudit>

type EventListener = (tx: Tx, events: readonly EventBody[]) => Promise<void>

/** The event log of one database: `write`, the Merkle tree over its events, and signed checkpoints. */
export function createAudit(parts: { connection: Connection; key: SigningKey; origin: string; clock: Clock }) {
  const { connection, key, origin, clock } = parts
  const { db, writer } = connection
  const signer: NoteSigner = { name: origin, key }
  const verifier = formatVerifierKey(verifierKeyOf(signer))
  let pending: Omit<EventBody, 'index'>[] = []
  const listeners: EventListener[] = []

  writer.onGroup(async (tx) => {
    const events = pending
    pending = []
    if (events.length > 0) await append(tx, events)
  })
  writer.onAbandoned(() => {
    pending = []
  })

  const write: Write = (actor, work) =>
    writer.commit(async (tx) => {
      const events: Omit<EventBody, 'index'>[] = []
      const result = await work(tx, (action, subject, detail = {}, about = []) => {
        events.push(eventOf(actor, action, subject, detail, about))
      })
      if (events.length === 0) throw new Error('a write recorded nothing and was rolled back')
      pending.push(...events)
      return result
    })

  function eventOf(actor: ActorRef, action: string, subject: Thing, detail: JsonObject, about: readonly Thing[]) {
    const { id, kind, via, token } = actor
    const size = canonicalJson(detail).length
    if (size > largestDetail)
      throw badRequest(`the detail of an audit event has ${size} characters, at most ${largestDetail} fit`)
    return {
      at: isoNow(clock),
      actor: { id, kind, via, ...(token === undefined ? {} : { token }) },
      action,
      subject,
      about: [...new Set([subject, ...about])],
      detail,
    }
  }

  async function append(tx: Tx, events: readonly Omit<EventBody, 'index'>[]): Promise<void> {
    let frontier = await store.readHead(tx)
    const rows: { body: EventBody; text: string }[] = []
    const nodes: MerkleNode[] = []
    for (const event of events) {
      const body: EventBody = { index: frontier.size, ...event }
      const text = canonicalJson(body)
      const leaf = leafHash(Buffer.from(text))
      rows.push({ body, text })
      nodes.push({ level: 0, index: frontier.size, hash: leaf })
      const appended = appendLeaf(frontier, leaf)
      nodes.push(...appended.nodes)
      frontier = appended.frontier
    }
    await store.insertEvents(tx, rows)
    await store.insertNodes(tx, nodes)
    await store.writeHead(tx, frontier)
    const written = rows.map(({ body }) => body)
    for (const listener of listeners) await listener(tx, written)
  }

  /** Signs the tree as it is now, unless the last checkpoint already covers it. */
  async function checkpoint(): Promise<Checkpoint> {
    const { size } = await store.readHead(db)
    const last = await store.findLastCheckpoint(db)
    if (last && last.size >= size) return toCheckpoint(last)
    return writer.commit(async (tx) => {
      const frontier = await store.readHead(tx)
      const root = rootOf(frontier)
      const row = {
        size: frontier.size,
        note: signCheckpoint({ origin, size: frontier.size, root }, [signer]),
        taken_at: isoNow(clock),
      }
      await store.insertCheckpoint(tx, row)
      return toCheckpoint(row)
    })
  }

  async function header(): Promise<TrailHeader> {
    return { origin, key: verifier, size: (await checkpoint()).size }
  }

  /** The trail file, line by line: events and checkpoints up to now. */
  async function* exportLines(): AsyncGenerator<string> {
    const head = await header()
    yield* trailLines({
      header: head,
      events: store.readEvents(db, head.size),
      checkpoints: await store.listCheckpoints(db, head.size),
    })
  }

  /** Recomputes every leaf and the root from what is stored, and verifies every checkpoint. */
  async function check(): Promise<TrailCheck> {
    const latest = await checkpoint()
    const result = await verifyTrail(exportLines(), { key: verifier })
    const checked_at = isoNow(clock)
    if (result.outcome === 'intact') {
      return { outcome: 'intact', size: result.size, root: latest.root, checkpoint: latest, checked_at }
    }
    const problems = result.problems.map(({ index, message }) => ({ index: index ?? null, message }))
    return { outcome: 'broken', size: latest.size, checked_at, problems }
  }

  async function prove(size: number, hashes: Promise<Uint8Array[]>): Promise<Proof> {
    const { note } = await checkpoint()
    const frontier = await loadFrontier(size, nodeOf(db))
    return { size, root: hex(rootOf(frontier)), hashes: (await hashes).map(hex), checkpoint: note }
  }

  async function inclusion(index: number, size?: number): Promise<Proof> {
    const head = await checkpoint()
    const at = size ?? head.size
    if (at > head.size || index >= at) throw badRequest(`the tree has ${head.size} events`)
    return prove(at, inclusionProof(index, at, nodeOf(db)))
  }

  async function consistency(from: number, to: number): Promise<Proof> {
    const head = await checkpoint()
    if (to > head.size || from > to) throw badRequest(`the tree has ${head.size} events`)
    return prove(to, consistencyProof(from, to, nodeOf(db)))
  }

  /** `within` narrows to events about any of these things. */
  async function events(query: EventQuery & { within?: readonly Thing[] }) {
    return { events: await store.findEvents(db, query), size: (await store.readHead(db)).size }
  }

  return {
    write,
    /** What a listener writes commits with the events, and what it throws undoes them; so it only notes what is to be done. */
    listen(listener: EventListener): void {
      listeners.push(listener)
    },
    checkpoint,
    check,
    exportLines,
    inclusion,
    consistency,
    events,
    verifier,
    publicKey: key.publicKey,
    keyId: key.keyId,
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const nodeOf = (db: Db) => (level: number, index: number) => store.getNode(db, level, index)

function toCheckpoint(row: { size: number; note: string; taken_at: string }): Checkpoint {
  const parsed = readCheckpoint(row.note)
  if (!parsed) throw new Error('a stored checkpoint cannot be read')
  return { size: row.size, root: hex(parsed.root), note: row.note, taken_at: row.taken_at }
}
