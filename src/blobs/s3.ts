import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Clock, systemClock } from '../lib/clock.ts'
import { AppError } from '../lib/errors.ts'
import type { Digest } from '../lib/ids.ts'
import {
  type BlobCheck,
  type BlobContent,
  type BlobRange,
  type BlobSource,
  type Blobs,
  blobNotFound,
  demandExpected,
  hexOf,
  type PresignOptions,
  type PutOptions,
  resolveRange,
  type StoredBlob,
} from './blobs.ts'
import { createKeepGuard } from './keep-guard.ts'
import { copySizes, openBucket } from './s3-bucket.ts'
import type { S3Options } from './s3-connect.ts'
import { createS3Parts } from './s3-parts.ts'
import { receiveObject } from './s3-receive.ts'

export type S3Place = S3Options & {
  readonly bucket: string
  readonly prefix: string
  /** False where clients do not reach the store: bytes then pass through the server alone. */
  readonly presign?: boolean | undefined
}

/** Nobody is writing any more what was begun so long ago. */
const leftoverAfter = 2 * 24 * 60 * 60 * 1000

/**
 * Blobs as objects `<prefix>/sha256/ab/cd/<hex>`: the names of the folder store, so that one can be copied to the other.
 * Content is received under `<prefix>/incoming/` and copied inside the store once its digest is known.
 */
export async function createS3Blobs(place: S3Place & { clock?: Clock; sizes?: typeof copySizes }): Promise<Blobs> {
  const clock = place.clock ?? systemClock
  const bucket = openBucket(place, place.sizes ?? copySizes)
  const root = place.prefix === '' ? '' : `${place.prefix.replace(/\/+$/, '')}/`
  const incoming = `${root}incoming/`
  const guard = createKeepGuard()
  const keyOf = (digest: Digest) => {
    const hex = hexOf(digest)
    return `${root}sha256/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex}`
  }

  await bucket.check().catch((error: AppError) => {
    const unusable = new AppError('unavailable', `s3://${place.bucket} cannot be used: ${error.message}`)
    unusable.cause = error
    throw unusable
  })
  await sweep()

  async function sweep(): Promise<void> {
    const before = clock.now().getTime() - leftoverAfter
    for await (const { key, storedAt } of bucket.list(incoming)) {
      if (storedAt.getTime() < before) await bucket.remove(key)
    }
    for (const { key, upload, begun } of await bucket.uploads.pending(incoming)) {
      if (begun.getTime() < before) await bucket.uploads.abort(key, upload)
    }
  }

  async function put(source: BlobSource, { limit, expect, signal }: PutOptions = {}) {
    const temporary = `${incoming}${randomUUID()}`
    const received = await receiveObject(bucket, source, temporary, { limit, signal })
    const { digest, size } = received
    if (received.kind === 'bytes') {
      demandExpected(digest, expect)
      await guard.keep(digest, () => bucket.put(keyOf(digest), received.bytes))
      return { digest, size }
    }
    try {
      demandExpected(digest, expect)
      await guard.keep(digest, () => bucket.copy(temporary, keyOf(digest), size))
      return { digest, size }
    } finally {
      await bucket.remove(temporary)
    }
  }

  async function open(digest: Digest, range: BlobRange = {}): Promise<BlobContent> {
    const key = keyOf(digest)
    const whole = range.start === undefined && range.end === undefined
    if (whole) {
      const found = await bucket.get(key)
      if (!found) throw blobNotFound(digest)
      return { stream: found.stream, size: found.size, start: 0, length: found.size }
    }
    const size = (await bucket.head(key))?.size
    if (size === undefined) throw blobNotFound(digest)
    const { start, length } = resolveRange(range, size)
    if (length === 0) return { stream: Readable.from([]), size, start, length }
    const found = await bucket.get(key, { start, end: start + length - 1 })
    if (!found) throw blobNotFound(digest)
    return { stream: found.stream, size, start, length }
  }

  async function withLocalFile<T>(digest: Digest, use: (path: string) => T | Promise<T>): Promise<T> {
    const { stream } = await open(digest)
    const folder = await mkdtemp(join(tmpdir(), 'modelkeep-blob-'))
    try {
      const path = join(folder, hexOf(digest))
      await pipeline(stream, createWriteStream(path, { mode: 0o400 }))
      return await use(path)
    } finally {
      stream.destroy()
      await rm(folder, { recursive: true, force: true })
    }
  }

  /**
   * S3 has no deletion on the condition of an age. Puts of this process wait or are waited for; a put of another server would
   * have to fall between these two requests, after nobody wanted the content for a whole grace period.
   */
  async function deleteStale(digest: Digest, before: Date): Promise<boolean> {
    return guard.remove(digest, async () => {
      const found = await bucket.head(keyOf(digest))
      if (!found || found.storedAt >= before) return false
      await bucket.remove(keyOf(digest))
      return true
    })
  }

  async function* list(after?: string): AsyncIterable<StoredBlob> {
    const store = `${root}sha256/`
    const start = after ? keyOf(after as Digest) : undefined
    for await (const { key, size, storedAt } of bucket.list(store, start)) {
      const [, hex] = /^[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(key.slice(store.length)) ?? []
      if (hex !== undefined && keyOf(`sha256:${hex}`) === key) yield { digest: `sha256:${hex}`, size, storedAt }
    }
  }

  async function verify(digest: Digest): Promise<BlobCheck> {
    const found = await bucket.get(keyOf(digest))
    if (!found) return { outcome: 'missing' }
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of found.stream) {
      hash.update(chunk)
      size += chunk.length
    }
    const actual: Digest = `sha256:${hash.digest('hex')}`
    return actual === digest ? { outcome: 'intact', size } : { outcome: 'damaged', size, actual }
  }

  const { presign: presignPart, ...parts } = createS3Parts(bucket, { incoming, keyOf, keep: guard.keep })
  const direct = place.presign ?? true
  return {
    put,
    open,
    head: async (digest) => {
      const found = await bucket.head(keyOf(digest))
      return found && { size: found.size }
    },
    withLocalFile,
    delete: async (digest) => bucket.remove(keyOf(digest)),
    deleteStale,
    list,
    verify,
    ...(direct ? { presign: (digest: Digest, options: PresignOptions) => bucket.presign(keyOf(digest), options) } : {}),
    parts: direct && presignPart ? { ...parts, presign: presignPart } : parts,
    close: bucket.close,
  }
}
