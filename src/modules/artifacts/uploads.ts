import { randomBytes } from 'node:crypto'
import type { BlobSource, Blobs, UploadPart } from '../../blobs/blobs.ts'
import type { Db } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { AppError, badRequest, notFound } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import { ActorRef } from '../audit/schema.ts'
import type { ArtifactPath } from './paths.ts'
import type { ArtifactFile } from './schema.ts'
import type { ArtifactUploadRow } from './tables.ts'
import * as store from './upload-store.ts'

export type Uploads = ReturnType<typeof createUploads>

export type UploadParts = {
  db: Db
  commit: Commit
  blobs: Blobs
  clock: Clock
  refuseUpload: (from: Db, path: ArtifactPath) => Promise<void>
  keep: (actor: ActorRef, path: ArtifactPath, stored: { digest: Digest; size: number }) => Promise<ArtifactFile>
}

const second = 1000
const day = 24 * 60 * 60
export const mostParts = 10_000
/** Expired uploads that one new upload cleans away. */
const sweptAtOnce = 20

/**
 * Files that come by addresses which need no sign-in: in parts, or whole. An upload is a row, so that it outlives a restart and
 * every server over the database knows it; nothing is at the path before it is complete.
 */
export function createUploads({ db, commit, blobs, clock, refuseUpload, keep }: UploadParts) {
  const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * second).toISOString()

  async function begin(actor: ActorRef, path: ArtifactPath, { parts, seconds }: { parts: number; seconds: number }) {
    await refuseUpload(db, path)
    await sweep()
    const row: ArtifactUploadRow = {
      id: randomBytes(16).toString('hex'),
      path,
      store_upload: parts === 0 ? null : await blobs.parts.begin(),
      parts,
      actor: JSON.stringify(ActorRef.parse(actor)),
      digest: null,
      size: null,
      completed_at: null,
      expires_at: inSeconds(seconds),
    }
    await commit((tx) => store.addUpload(tx, row))
    return { id: row.id, expires_at: row.expires_at }
  }

  /** For a day, parts have addresses of the store where clients reach it; undefined where they come through the server. */
  async function beginParts(actor: ActorRef, path: ArtifactPath, parts: number) {
    if (!(parts >= 1 && parts <= mostParts)) throw badRequest(`an upload has 1 to ${mostParts} parts, not ${parts}`)
    const upload = await begin(actor, path, { parts, seconds: day })
    const { presign } = blobs.parts
    if (!presign) return { ...upload, addresses: undefined }
    const { store_upload } = await open(upload.id)
    const numbers = Array.from({ length: parts }, (_, i) => i + 1)
    const addresses = await Promise.all(
      numbers.map((number) => presign(store_upload ?? '', number, { expiresInSeconds: day })),
    )
    return { ...upload, addresses }
  }

  async function open(id: string): Promise<ArtifactUploadRow> {
    const row = await store.findUpload(db, id)
    if (!row || row.expires_at <= isoNow(clock)) throw noUpload(id)
    return row
  }

  /** Only who began an upload ends it. */
  async function own(actor: ActorRef, id: string, path: ArtifactPath): Promise<ArtifactUploadRow> {
    const row = await open(id)
    if (row.path !== path || actorOf(row).id !== actor.id) throw noUpload(id)
    return row
  }

  async function putPart(id: string, number: number, source: BlobSource): Promise<{ etag: string }> {
    const row = await open(id)
    if (row.store_upload === null || row.digest !== null) throw noUpload(id)
    if (!(number >= 1 && number <= row.parts)) throw badRequest(`the upload has the parts 1 to ${row.parts}`)
    return blobs.parts.put(row.store_upload, number, source)
  }

  /** For an upload that comes whole: the same bytes may come again, others may not. */
  async function putWhole(id: string, source: BlobSource): Promise<void> {
    const row = await open(id)
    if (row.store_upload !== null) throw noUpload(id)
    await refuseUpload(db, row.path as ArtifactPath)
    const stored = await blobs.put(source, row.digest === null ? {} : { expect: row.digest as Digest })
    await finish(row, stored)
  }

  /** A retry after a lost answer changes nothing, wherever the first attempt ended. */
  async function complete(
    actor: ActorRef,
    id: string,
    path: ArtifactPath,
    parts: readonly UploadPart[],
  ): Promise<void> {
    const row = await own(actor, id, path)
    if (row.completed_at !== null) return
    await refuseUpload(db, path)
    const stored =
      row.digest === null
        ? await blobs.parts.join(row.store_upload ?? '', inOrder(parts, row.parts))
        : { digest: row.digest as Digest, size: Number(row.size) }
    await finish(row, stored)
  }

  async function finish(row: ArtifactUploadRow, stored: { digest: Digest; size: number }) {
    if (row.completed_at !== null) return
    await commit((tx) => store.setStored(tx, row.id, stored.digest, stored.size))
    await keep(actorOf(row), row.path as ArtifactPath, stored)
    await commit((tx) => store.setCompleted(tx, row.id, isoNow(clock)))
  }

  /** What is not there is aborted already; what is complete stays. */
  async function abort(actor: ActorRef, id: string, path: ArtifactPath): Promise<void> {
    const row = await store.findUpload(db, id)
    if (!row || row.completed_at !== null) return
    await discard(await own(actor, id, path))
  }

  async function discard(row: ArtifactUploadRow) {
    if (row.store_upload !== null) await blobs.parts.discard(row.store_upload)
    await commit((tx) => store.removeUpload(tx, row.id))
  }

  async function sweep(): Promise<void> {
    for (const row of await store.expiredUploads(db, isoNow(clock), sweptAtOnce)) await discard(row)
  }

  return { begin, beginParts, putPart, putWhole, complete, abort, sweep }
}

/** Every part once: a file with a hole is not the file. */
function inOrder(parts: readonly UploadPart[], expected: number): UploadPart[] {
  const sorted = parts.toSorted((a, b) => a.number - b.number)
  if (sorted.length !== expected || sorted.some(({ number }, i) => number !== i + 1)) {
    throw badRequest(`the upload has ${expected} parts, and each must be named once`)
  }
  return sorted
}

const actorOf = (row: ArtifactUploadRow): ActorRef => ActorRef.parse(JSON.parse(row.actor))

function noUpload(id: string): AppError {
  return new AppError('not_found', `there is no upload ${id}, or it has expired`, notFound('upload', id).detail)
}
