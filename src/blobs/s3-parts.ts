import { createHash, randomUUID } from 'node:crypto'
import { badRequest, tooLarge } from '../lib/errors.ts'
import type { Digest } from '../lib/ids.ts'
import {
  type BlobSource,
  demandExpected,
  missingPart,
  type PartUploads,
  type PutOptions,
  type UploadPart,
} from './blobs.ts'
import { collect } from './collect.ts'
import type { Bucket } from './s3-bucket.ts'

/** What the server itself holds of a part that is sent through it; parts of presigned addresses do not pass by. */
const largestPart = 64 * 1024 * 1024

/**
 * Parts as S3's own multipart uploads. The name of an upload is `<uuid>~<upload id of the store>`; its object lies under
 * `incoming/` until its digest is known.
 */
export function createS3Parts(
  bucket: Bucket,
  {
    incoming,
    keyOf,
    keep,
  }: {
    incoming: string
    keyOf: (digest: Digest) => string
    keep: (digest: Digest, work: () => Promise<void>) => Promise<void>
  },
): PartUploads {
  function locate(name: string): { key: string; upload: string } {
    const [, id, upload] = /^([0-9a-f-]{36})~(.+)$/s.exec(name) ?? []
    if (id === undefined || upload === undefined) throw badRequest('there is no such upload')
    return { key: `${incoming}${id}`, upload }
  }

  async function begin(): Promise<string> {
    const id = randomUUID()
    return `${id}~${await bucket.uploads.begin(`${incoming}${id}`)}`
  }

  async function put(name: string, number: number, source: BlobSource, { limit, signal }: PutOptions = {}) {
    const { key, upload } = locate(name)
    const bytes = await collect(source, { limit: Math.min(limit ?? largestPart, largestPart), signal })
    const { etag } = await bucket.uploads.put(key, upload, number, bytes)
    return { etag, size: bytes.length }
  }

  async function join(name: string, parts: readonly UploadPart[], { limit, expect }: PutOptions = {}) {
    const { key, upload } = locate(name)
    // A retry after a lost answer finds the object that the first attempt completed.
    const completed = await bucket.uploads.complete(key, upload, parts)
    const found = await bucket.get(key)
    if (!found) throw completed ? missingPart(parts[0]?.number ?? 1) : badRequest('there is no such upload')
    try {
      const { digest, size } = await digestOf(found.stream)
      if (limit !== undefined && size > limit) throw tooLarge(`more than the ${limit} bytes allowed here`)
      demandExpected(digest, expect)
      await keep(digest, () => bucket.copy(key, keyOf(digest), size))
      return { digest, size }
    } finally {
      found.stream.destroy()
      await bucket.remove(key)
    }
  }

  async function discard(name: string): Promise<void> {
    const { key, upload } = locate(name)
    await bucket.uploads.abort(key, upload)
    await bucket.remove(key)
  }

  return {
    begin,
    put,
    join,
    discard,
    presign(name, number, { expiresInSeconds }) {
      const { key, upload } = locate(name)
      return bucket.uploads.presign(key, upload, number, expiresInSeconds)
    },
  }
}

async function digestOf(stream: AsyncIterable<Uint8Array>): Promise<{ digest: Digest; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of stream) {
    hash.update(chunk)
    size += chunk.length
  }
  return { digest: `sha256:${hash.digest('hex')}`, size }
}
