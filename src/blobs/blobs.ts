import type { Readable } from 'node:stream'
import { type AppError, badRequest, notFound } from '../lib/errors.ts'
import { Digest } from '../lib/ids.ts'

export type BlobSource = Readable | AsyncIterable<Uint8Array>

export type PutOptions = {
  /** More bytes than this are refused with `too_large`. */
  readonly limit?: number | undefined
  /** Other content than this is refused with `bad_request`. */
  readonly expect?: Digest | undefined
  readonly signal?: AbortSignal | undefined
}

/** Both ends are inclusive, as in HTTP; an `end` beyond the last byte means the last byte. */
export type BlobRange = { readonly start?: number | undefined; readonly end?: number | undefined }

export type StoredBlob = {
  readonly digest: Digest
  readonly size: number
  /** The latest `put` of this content: what a garbage collector compares with its grace period. */
  readonly storedAt: Date
}

export type BlobContent = {
  /** Must be read to the end or destroyed. */
  readonly stream: Readable
  /** Of the whole blob; the stream delivers `length` bytes from `start`. */
  readonly size: number
  readonly start: number
  readonly length: number
}

export type BlobCheck =
  | { readonly outcome: 'intact'; readonly size: number }
  | { readonly outcome: 'damaged'; readonly size: number; readonly actual: Digest }
  | { readonly outcome: 'missing' }

/**
 * Bytes under their SHA-256. A blob is visible only when it is whole and on disk, and writing the same content again
 * changes nothing, so every operation may be repeated. An object store whose names must be known before the upload
 * receives under a temporary key and copies to the digest's key; nothing here depends on a file system.
 */
export type Blobs = {
  /**
   * Streams; a refused or broken upload leaves nothing behind. A stream that was refused is not destroyed, so that
   * the answer can still be sent over the connection it came from.
   */
  put(source: BlobSource, options?: PutOptions): Promise<{ digest: Digest; size: number }>
  /** Throws `not_found`, and `bad_request` for a range that holds no byte. */
  open(digest: Digest, range?: BlobRange): Promise<BlobContent>
  head(digest: Digest): Promise<{ size: number } | undefined>
  /** For tools that need a file. The path is read-only and valid only until `use` settles. */
  withLocalFile<T>(digest: Digest, use: (path: string) => T | Promise<T>): Promise<T>
  /** Deleting what is not there succeeds. */
  delete(digest: Digest): Promise<void>
  /**
   * Deletes what was stored last before a moment, and says whether it did. Content that is put at the same time stays:
   * whoever puts it can rely on it from then on.
   */
  deleteStale(digest: Digest, before: Date): Promise<boolean>
  /** In the order of the digests, from behind `after`; blobs put or deleted meanwhile may or may not appear. */
  list(after?: string): AsyncIterable<StoredBlob>
  /** Reads everything again and compares. */
  verify(digest: Digest): Promise<BlobCheck>
  /** Where clients can fetch from the store directly: an address that works for a while without signing in. */
  presign?: (digest: Digest, options: PresignOptions) => Promise<URL>
  readonly parts: PartUploads
  /** Gives connections back; nothing may be asked of it afterwards. */
  close?: () => void
}

export type PresignOptions = {
  readonly expiresInSeconds: number
  /** What the store says of the content, in place of its own guess. */
  readonly disposition?: string | undefined
  readonly mediaType?: string | undefined
}

export type UploadPart = { readonly number: number; readonly etag: string }

/** Content that arrives in parts, in any order and several at a time. Until they are joined they are no blob. */
export type PartUploads = {
  /** The store's name for a new upload; whoever knows it may add parts. */
  begin(): Promise<string>
  /** Answers what `join` must know the part by. The same number again is another attempt at it. */
  put(upload: string, number: number, source: BlobSource, options?: PutOptions): Promise<{ etag: string; size: number }>
  /** Throws `bad_request` for a part that is not there. After success the parts are gone. */
  join(upload: string, parts: readonly UploadPart[], options?: PutOptions): Promise<{ digest: Digest; size: number }>
  /** Discarding what is not there succeeds. */
  discard(upload: string): Promise<void>
  /** Where clients can PUT a part to the store directly; the answer's `etag` header is what `join` knows it by. */
  presign?: (upload: string, number: number, options: { readonly expiresInSeconds: number }) => Promise<URL>
}

export const blobNotFound = (digest: Digest) => notFound('blob', digest)

export const missingPart = (number: number) => badRequest(`part ${number} of the upload is not here as it was named`)

export function demandExpected(actual: Digest, expect: Digest | undefined): void {
  if (expect === undefined || actual === expect) return
  throw badRequest(`the content is ${actual}, not ${expect}`, { expected: expect, actual })
}

/** The hexadecimal digits; the type of a digest cannot see its length, and nothing else may become a path. */
export function hexOf(digest: Digest): string {
  const checked = Digest.safeParse(digest)
  if (!checked.success) throw badRequest('a digest is sha256: and 64 lower-case hexadecimal digits')
  return checked.data.slice('sha256:'.length)
}

export function brokenUpload(message: string, cause: unknown): AppError {
  const error = badRequest(message)
  error.cause = cause
  return error
}

/** The bytes a range selects, for every kind of store alike. */
export function resolveRange({ start = 0, end }: BlobRange, size: number): { start: number; length: number } {
  const wrong = [start, end ?? 0].some((position) => !Number.isSafeInteger(position) || position < 0)
  if (wrong || (end !== undefined && end < start)) {
    throw badRequest(`bytes ${start} to ${end ?? 'the end'} are not a range`, { size })
  }
  const whole = start === 0 && end === undefined
  if (start >= size && !whole) throw badRequest(`the range starts at ${start}, beyond ${size} bytes`, { size })
  return { start, length: Math.min(end ?? size - 1, size - 1) - start + 1 }
}
