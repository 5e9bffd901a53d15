import { createHash } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { tooLarge } from '../lib/errors.ts'
import type { Digest } from '../lib/ids.ts'
import type { BlobSource, UploadPart } from './blobs.ts'
import { flow } from './flow.ts'
import type { Bucket } from './s3-bucket.ts'

/** Every part but the last has this size, because some stores want them all alike: 10,000 of them are 160 GB. */
const partBytes = 16 * 1024 * 1024
const mostParts = 10_000
/** Parts on their way to the store while the next one fills. */
const mostSending = 2

/** Content that fits into one part stays in memory; more is under `key` already, because its name is not known before. */
export type ReceivedObject =
  | { kind: 'bytes'; digest: Digest; size: number; bytes: Buffer }
  | { kind: 'object'; digest: Digest; size: number }

type Limits = { readonly limit?: number | undefined; readonly signal?: AbortSignal | undefined }

/** Digest on the way. The caller removes what is under `key` when it is no longer wanted. */
export async function receiveObject(
  bucket: Bucket,
  source: BlobSource,
  key: string,
  { limit, signal }: Limits,
): Promise<ReceivedObject> {
  const hash = createHash('sha256')
  const parts = partSender(bucket, key)
  let size = 0
  let waiting: Buffer[] = []
  let waitingBytes = 0

  const takeWaiting = () => {
    const bytes = waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting, waitingBytes)
    waiting = []
    waitingBytes = 0
    return bytes
  }

  async function take(chunk: Buffer): Promise<void> {
    size += chunk.length
    if (limit !== undefined && size > limit) throw tooLarge(`more than the ${limit} bytes allowed here`)
    hash.update(chunk)
    for (let rest = chunk; rest.length > 0; ) {
      if (waitingBytes === partBytes) await parts.send(takeWaiting())
      const piece = rest.subarray(0, partBytes - waitingBytes)
      waiting.push(piece)
      waitingBytes += piece.length
      rest = rest.subarray(piece.length)
    }
  }

  let taking = Promise.resolve()
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      taking = take(chunk).then(() => done(), done)
    },
  })
  try {
    await flow(source instanceof Readable ? source : Readable.from(source, { objectMode: false }), sink, signal)
    const digest = (): Digest => `sha256:${hash.digest('hex')}`
    if (!parts.begun()) return { kind: 'bytes', digest: digest(), size, bytes: takeWaiting() }
    await parts.send(takeWaiting())
    await parts.complete()
    return { kind: 'object', digest: digest(), size }
  } catch (error) {
    await taking
    await parts.abort()
    throw error
  }
}

function partSender(bucket: Bucket, key: string) {
  const { uploads } = bucket
  const sending = new Set<Promise<unknown>>()
  const sent: UploadPart[] = []
  let upload: string | undefined
  let number = 0
  let failure: { error: unknown } | undefined

  /** Resolves when there is room for another part, and fails as soon as one did. */
  async function send(bytes: Buffer): Promise<void> {
    upload ??= await uploads.begin(key)
    if (failure) throw failure.error
    number++
    if (number > mostParts) throw tooLarge(`more than the ${mostParts * partBytes} bytes that the store takes at once`)
    const one = uploads
      .put(key, upload, number, bytes)
      .then(
        (part) => void sent.push(part),
        (error: unknown) => {
          failure ??= { error }
        },
      )
      .finally(() => sending.delete(one))
    sending.add(one)
    if (sending.size >= mostSending) await Promise.race(sending)
  }

  async function complete(): Promise<void> {
    await Promise.all(sending)
    if (failure) throw failure.error
    if (upload !== undefined)
      await uploads.complete(
        key,
        upload,
        sent.sort((a, b) => a.number - b.number),
      )
  }

  async function abort(): Promise<void> {
    await Promise.all(sending)
    // The upload failed for its own reason, which is the one to tell; the sweep finds what stays behind.
    if (upload !== undefined) await uploads.abort(key, upload).catch(() => {})
  }

  return { send, complete, abort, begun: () => upload !== undefined }
}
