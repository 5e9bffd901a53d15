import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { badRequest } from '../lib/errors.ts'
import type { UploadPart } from './blobs.ts'
import { storeFails, storeFailure, whenAbsent } from './s3-connect.ts'

/** What the sender named wrongly, in contrast to a store that fails. */
const wrongParts = new Set(['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'MalformedXML'])

/** S3's multipart uploads: an object appears when its parts are completed. */
export function createS3Uploads(client: S3Client, bucket: string) {
  const at = (key: string) => ({ Bucket: bucket, Key: key })

  async function begin(key: string): Promise<string> {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at(key))).catch(storeFails)
    if (UploadId === undefined) throw storeFailure(new Error('no upload id'))
    return UploadId
  }

  async function put(key: string, upload: string, number: number, bytes: Uint8Array): Promise<UploadPart> {
    const command = new UploadPartCommand({ ...at(key), UploadId: upload, PartNumber: number, Body: bytes })
    const sent = await client.send(command).catch(whenAbsent)
    if (!sent) throw badRequest('there is no such upload')
    if (sent.ETag === undefined) throw storeFailure(new Error('no etag'))
    return { number, etag: sent.ETag }
  }

  /** False when there is no such upload, for instance because it was completed already. */
  async function complete(key: string, upload: string, parts: readonly UploadPart[]): Promise<boolean> {
    const Parts = parts.map(({ number, etag }): CompletedPart => ({ PartNumber: number, ETag: etag }))
    const command = new CompleteMultipartUploadCommand({ ...at(key), UploadId: upload, MultipartUpload: { Parts } })
    const done = await client.send(command).catch((error: unknown) => {
      if (error instanceof S3ServiceException && wrongParts.has(error.name)) {
        const wrong = badRequest(`the parts of the upload do not fit together (${error.name})`)
        wrong.cause = error
        throw wrong
      }
      return whenAbsent(error)
    })
    return done !== undefined
  }

  async function abort(key: string, upload: string): Promise<void> {
    await client.send(new AbortMultipartUploadCommand({ ...at(key), UploadId: upload })).catch(whenAbsent)
  }

  async function presign(key: string, upload: string, number: number, expiresInSeconds: number): Promise<URL> {
    const command = new UploadPartCommand({ ...at(key), UploadId: upload, PartNumber: number })
    return new URL(await getSignedUrl(client, command, { expiresIn: expiresInSeconds }).catch(storeFails))
  }

  async function copyInParts(source: string, key: string, size: number, partSize: number): Promise<void> {
    const upload = await begin(key)
    const parts: UploadPart[] = []
    for (let start = 0; start < size; start += partSize) {
      const number = parts.length + 1
      const command = new UploadPartCopyCommand({
        ...at(key),
        UploadId: upload,
        PartNumber: number,
        CopySource: source,
        CopySourceRange: `bytes=${start}-${Math.min(start + partSize, size) - 1}`,
      })
      const { CopyPartResult } = await client.send(command).catch(async (error: unknown) => {
        await abort(key, upload)
        return storeFails(error)
      })
      parts.push({ number, etag: CopyPartResult?.ETag ?? '' })
    }
    await complete(key, upload, parts)
  }

  /** Uploads that were begun and neither completed nor aborted; the first thousand of them. */
  async function pending(prefix: string): Promise<{ key: string; upload: string; begun: Date }[]> {
    const listed = await client
      .send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }))
      .catch(storeFails)
    return (listed.Uploads ?? []).map(({ Key = '', UploadId = '', Initiated = new Date() }) => ({
      key: Key,
      upload: UploadId,
      begun: Initiated,
    }))
  }

  return { begin, put, complete, abort, presign, copyInParts, pending }
}
