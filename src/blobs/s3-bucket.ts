import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { PresignOptions } from './blobs.ts'
import { connectS3, type S3Options, storeFails, storeFailure, whenAbsent } from './s3-connect.ts'
import { createS3Uploads } from './s3-uploads.ts'

export type Bucket = ReturnType<typeof openBucket>
export type StoredObject = { readonly key: string; readonly size: number; readonly storedAt: Date }

/** What a store copies in one request, at most 5 GiB; and the parts of a larger copy. */
export const copySizes = { whole: 5 * 1024 ** 3, part: 1024 ** 3 }

/** Objects of one bucket by key. What is not there is undefined; a store that fails is an `unavailable`. */
export function openBucket({ bucket, ...options }: S3Options & { bucket: string }, sizes = copySizes) {
  const client = connectS3(options)
  const at = (key: string) => ({ Bucket: bucket, Key: key })
  const uploads = createS3Uploads(client, bucket)

  /** At start-up: that the bucket is there and may be used. */
  const check = () => client.send(new HeadBucketCommand({ Bucket: bucket })).then(() => {}, storeFails)

  async function head(key: string): Promise<{ size: number; storedAt: Date } | undefined> {
    const found = await client.send(new HeadObjectCommand(at(key))).catch(whenAbsent)
    return found && { size: found.ContentLength ?? 0, storedAt: found.LastModified ?? new Date() }
  }

  /** `start` and `end` are inclusive. */
  async function get(key: string, range?: { start: number; end: number }) {
    const Range = range && `bytes=${range.start}-${range.end}`
    const found = await client.send(new GetObjectCommand({ ...at(key), Range })).catch(whenAbsent)
    if (!found) return undefined
    if (!(found.Body instanceof Readable)) throw storeFailure(new Error('no stream'))
    return { stream: found.Body, size: found.ContentLength ?? 0 }
  }

  /** Small content, held in memory. */
  const put = (key: string, bytes: Uint8Array) =>
    client.send(new PutObjectCommand({ ...at(key), Body: bytes })).then(() => {}, storeFails)

  const remove = (key: string) =>
    client.send(new DeleteObjectCommand(at(key))).then(
      () => {},
      (error) => whenAbsent(error),
    )

  /** In the order of the keys. With a `delimiter`, `folders` are what the keys share up to the next one. */
  async function page(
    prefix: string,
    { delimiter, token, after }: { delimiter?: string; token?: string | undefined; after?: string | undefined } = {},
  ) {
    const listed = await client
      .send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          Delimiter: delimiter,
          ContinuationToken: token,
          StartAfter: after,
        }),
      )
      .catch(storeFails)
    const objects = (listed.Contents ?? []).map(
      ({ Key = '', Size = 0, LastModified = new Date(0) }): StoredObject => ({
        key: Key,
        size: Size,
        storedAt: LastModified,
      }),
    )
    const folders = (listed.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix)
    return { objects, folders, next: listed.IsTruncated ? listed.NextContinuationToken : undefined }
  }

  async function* list(prefix: string, after?: string): AsyncGenerator<StoredObject> {
    for (let token: string | undefined; ; ) {
      const { objects, next } = await page(prefix, { token, after })
      yield* objects
      if (next === undefined) return
      token = next
    }
  }

  /** Inside the store; in parts where one request would be too large. */
  async function copy(from: string, to: string, size: number): Promise<void> {
    const source = encodeURI(`${bucket}/${from}`)
    if (size > sizes.whole) return uploads.copyInParts(source, to, size, sizes.part)
    await client.send(new CopyObjectCommand({ ...at(to), CopySource: source })).catch(storeFails)
  }

  async function presign(key: string, { expiresInSeconds, disposition, mediaType }: PresignOptions): Promise<URL> {
    const command = new GetObjectCommand({
      ...at(key),
      ResponseContentDisposition: disposition,
      ResponseContentType: mediaType,
    })
    return new URL(await getSignedUrl(client, command, { expiresIn: expiresInSeconds }).catch(storeFails))
  }

  return { check, head, get, put, remove, page, list, copy, presign, uploads, close: () => client.destroy() }
}
