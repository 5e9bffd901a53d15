import type { Readable } from 'node:stream'
import { digestOf } from '../../lib/digest.ts'
import { AppError } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import { mediaTypeOf, pathOfUri, restoreFile, toArtifactPath } from '../artifacts/index.ts'
import type { PersonId, Thing } from '../audit/schema.ts'
import { noted } from '../registry/index.ts'
import { problem } from './clean.ts'
import type { FileOwner, FileRecord } from './records.ts'
import type { ImportProblem } from './schema.ts'
import * as store from './store.ts'
import type { ImportItemRow } from './tables.ts'
import { add, noCounts } from './tally.ts'
import type { Trip } from './trip.ts'

const ownersPerPage = 200
const filesPerCommit = 100
const atOnce = 4

/** A file whose bytes are stored and which is not at its path yet. */
type Stored = { path: string; digest: Digest; size: number; stamp: string; about: Thing }

/** The files of every run and logged model that came, into the blob store by their digest and to their paths. */
export async function importFiles(trip: Trip, cursor: string | null): Promise<void> {
  const { db } = trip.parts.connection
  const basket = createBasket(trip)
  const [from, after = ''] = cursor === null ? ['logged_model'] : cursor.split(' ')
  for (const kind of ['logged_model', 'run'] as const) {
    if (kind === 'logged_model' && from === 'run') continue
    for (let last = kind === from ? after : ''; ; ) {
      const items = await store.itemsAfter(db, trip.source.key, kind, last, ownersPerPage)
      if (items.length === 0) break
      const uris = await urisOf(trip, kind, items)
      for (const item of items) {
        trip.checkpoint()
        await basket.collect(
          item.location,
          { kind, id: item.source_id },
          uris.get(item.target_id),
          `${kind} ${item.source_id}`,
        )
        trip.moved(1)
        last = item.source_id
      }
    }
  }
  await basket.flush()
}

async function urisOf(trip: Trip, kind: 'run' | 'logged_model', items: readonly ImportItemRow[]) {
  const rows = await trip.parts.connection.db
    .selectFrom(kind)
    .select(['id', 'artifact_uri'])
    .where(
      'id',
      'in',
      items.map(({ target_id }) => target_id),
    )
    .execute()
  return new Map(rows.map(({ id, artifact_uri }) => [id, artifact_uri]))
}

export type Basket = ReturnType<typeof createBasket>

/** Files on their way: bytes are stored a few at a time, and their paths are written many in one transaction. */
export function createBasket(trip: Trip) {
  let stored: Stored[] = []
  let problems: ImportProblem[] = []
  let unchanged = noCounts()
  let reached: string | undefined

  /** Everything at a location. `uri` is where it belongs here; undefined or of another store, it stays a reference. */
  async function collect(
    location: string,
    owner: FileOwner,
    uri: string | undefined,
    cursor?: string,
  ): Promise<number> {
    const subject = owner.kind === 'version' ? `${owner.model} ${owner.version}` : owner.id
    const root = uri === undefined ? undefined : pathOfUri(uri)
    if (location === '' || uri === undefined) return 0
    const listing = await trip.source.files(location, owner)
    if (listing.outcome === 'unreachable') {
      problems.push(problem('location', listing.root, 'unreachable', listing.reason))
      if (listing.elsewhere && root !== undefined && owner.kind !== 'version') await refer(trip, owner, location)
      reached = cursor ?? reached
      return 0
    }
    if (listing.outcome === 'refused') {
      problems.push(problem(owner.kind, subject, 'location_refused', listing.reason))
      return 0
    }
    let files = 0
    let waiting: FileRecord[] = []
    const take = async () => {
      await Promise.all(waiting.map((file) => store_(file, `${root}/${file.path}`, thingOf(owner))))
      waiting = []
      if (stored.length >= filesPerCommit) await flush()
    }
    for await (const read of listing.files) {
      trip.checkpoint()
      files++
      if ('problem' in read) problems.push(read.problem)
      else if (root !== undefined) waiting.push(read.record)
      if (waiting.length >= atOnce) await take()
    }
    await take()
    reached = cursor ?? reached
    return files
  }

  async function store_(file: FileRecord, text: string, about: Thing): Promise<void> {
    const { db } = trip.parts.connection
    const path = toArtifactPath(text)
    if (path === undefined) {
      problems.push(problem('artifact', text, 'name_refused', 'files here cannot have this name'))
      return
    }
    const item = await store.findItem(db, trip.source.key, 'artifact', path)
    const stamp = file.stamp ?? ''
    const known = item && stamp !== '' && item.location === stamp && (await trip.parts.artifacts.find(path))
    if (known) {
      if (trip.dry || item.import_id !== trip.id) add(unchanged, { artifacts: 1, bytes: known.size })
      return
    }
    if (trip.dry) {
      brought({ artifacts: 1, bytes: file.size ?? 0 })
      return
    }
    const bytes = await opened(file, path)
    if (!bytes) return
    try {
      const blob = await trip.parts.artifacts.blobs.put(bytes)
      if (file.size !== null && file.size !== blob.size) {
        const message = `the source says ${file.size} bytes and gave ${blob.size}`
        problems.push(problem('artifact', path, 'size_differs', message))
      }
      stored.push({ path, ...blob, stamp, about })
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'unavailable') throw error
      problems.push(problem('artifact', path, 'unreadable', error.message))
    } finally {
      bytes.destroy()
    }
  }

  let planned = noCounts()
  const brought = (what: Partial<typeof planned>) => add(planned, what)

  async function opened(file: FileRecord, path: string): Promise<Readable | undefined> {
    try {
      return await file.open()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      problems.push(problem('artifact', path, 'unreadable', reason))
      return undefined
    }
  }

  async function flush(): Promise<void> {
    const files = stored
    const found = problems
    const same = unchanged
    const cursor = reached
    stored = []
    problems = []
    unchanged = noCounts()
    const step = { problems: found, ...(cursor === undefined ? {} : { cursor }) }
    if (files.length === 0) {
      const plan = planned
      planned = noCounts()
      await trip.note({ ...step, tally: { unchanged: same, brought: plan } })
      return
    }
    await put(files, found, same, cursor)
  }

  async function put(
    files: readonly Stored[],
    found: ImportProblem[],
    same: ReturnType<typeof noCounts>,
    cursor?: string,
  ) {
    const at = trip.now()
    const added: Stored[] = []
    const here: Stored[] = []
    const refused: ImportProblem[] = []
    const { db } = trip.parts.connection
    // Nothing may be new: then there is nothing to record.
    const news: Stored[] = []
    for (const file of files) {
      const there = await trip.parts.artifacts.find(file.path)
      const known = there && (await store.findItem(db, trip.source.key, 'artifact', file.path))
      if (there?.digest === file.digest && known) add(same, { artifacts: 1, bytes: file.size })
      else news.push(file)
    }
    const step = { ...(cursor === undefined ? {} : { cursor }) }
    if (news.length === 0) return trip.note({ ...step, problems: found, tally: { unchanged: same } })
    await trip.commit(async (tx, record) => {
      for (const file of news) {
        const { path, digest, size } = file
        const outcome = await restoreFile(tx, {
          path,
          digest,
          size,
          media_type: mediaTypeOf(path),
          created_by: trip.actor.id as PersonId,
          created_at: at,
        })
        if (outcome === 'added') added.push(file)
        else if (outcome === 'same') here.push(file)
        else refused.push(problem('artifact', path, outcome, reasons[outcome]))
      }
      await store.putItems(
        tx,
        trip.parts.connection.engine,
        [...added, ...here].map(({ path, digest, stamp }) => ({
          source: trip.source.key,
          kind: 'artifact' as const,
          source_id: path,
          target_id: path,
          import_id: trip.id,
          content: digest,
          here: digest,
          location: stamp,
        })),
      )
      const listing = digestOf(added.map(({ path, digest }) => ({ path, digest })))
      const bytes = added.reduce((sum, { size }) => sum + size, 0)
      record(
        'artifacts.imported',
        `import:${trip.id}`,
        { count: added.length, bytes, listing, found: here.length, refused: refused.length },
        [...new Set([...added, ...here].map(({ about }) => about))],
      )
      return {
        ...step,
        problems: [...found, ...refused],
        tally: {
          unchanged: same,
          brought: {
            artifacts: added.length + here.length,
            bytes: bytes + here.reduce((sum, { size }) => sum + size, 0),
          },
          refused: { artifacts: refused.length },
        },
      }
    })
  }

  return { collect, flush }
}

/** Clients find the files where they are. */
async function refer(trip: Trip, { kind, id }: { kind: 'run' | 'logged_model'; id: string }, location: string) {
  if (trip.dry) return
  await trip.commit(async (tx, record) => {
    await tx.updateTable(kind).set({ artifact_uri: location }).where('id', '=', id).execute()
    record('artifacts.referenced', `${kind}:${id}`, { location: noted(location), import: trip.id })
    return {}
  })
}

const reasons = {
  other_content: 'there is a file with other content at this path here; it stays',
  in_the_way: 'there is a folder at this path here, or a file where it needs a folder',
  sealed: 'the path belongs to a sealed model version here, which does not change any more',
} as const

const thingOf = (owner: FileOwner): Thing =>
  owner.kind === 'version' ? `model_name:${owner.model}` : `${owner.kind}:${owner.id}`
