import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Readable, Writable } from 'node:stream'
import { tooLarge } from '../lib/errors.ts'
import type { Digest } from '../lib/ids.ts'
import type { BlobSource } from './blobs.ts'
import { flow } from './flow.ts'

/** Buffered at most; also what one write brings to disk when the disk is slower than the sender. */
const bufferBytes = 1024 * 1024
/** So much is written before it is also brought to disk, while more arrives. */
const syncBytes = 32 * 1024 * 1024

type Received = { digest: Digest; size: number }
type Limits = { readonly limit?: number | undefined; readonly signal?: AbortSignal | undefined }

/** Writes a new file, digest on the way, and returns once it is on disk. The caller removes it when this throws. */
export async function receive(source: BlobSource, path: string, limits: Limits): Promise<Received> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o400)
  try {
    const sync = earlySync(file)
    const received = await stream(source, file, sync.wrote, limits)
    await sync.finish()
    return received
  } finally {
    await file.close()
  }
}

async function stream(
  source: BlobSource,
  file: FileHandle,
  wrote: (bytes: number) => void,
  { limit, signal }: Limits,
): Promise<Received> {
  const hash = createHash('sha256')
  let size = 0

  const sink = new Writable({
    highWaterMark: bufferBytes,
    writev(chunks, done) {
      const buffers = chunks.map(({ chunk }) => chunk as Buffer)
      const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
      size += length
      if (limit !== undefined && size > limit) return done(tooLarge(`more than the ${limit} bytes allowed here`))

      const written = writeAll(file, buffers, length)
      // The disk is busy in another thread meanwhile.
      for (const buffer of buffers) hash.update(buffer)
      written.then(() => {
        wrote(length)
        done()
      }, done)
    },
  })
  await flow(source instanceof Readable ? source : Readable.from(source, { objectMode: false }), sink, signal)
  return { digest: `sha256:${hash.digest('hex')}`, size }
}

/** Leaves the last sync little to do. A failure is kept, because the system reports it only once. */
function earlySync(file: FileHandle) {
  let unsynced = 0
  let running: Promise<void> | undefined
  const failures: unknown[] = []

  function wrote(bytes: number): void {
    unsynced += bytes
    if (running || unsynced < syncBytes) return
    unsynced = 0
    running = file
      .datasync()
      .catch((error) => void failures.push(error))
      .finally(() => {
        running = undefined
      })
  }

  async function finish(): Promise<void> {
    await running
    if (failures.length > 0) throw failures[0]
    await file.sync()
  }

  return { wrote, finish }
}

/** The system may write less than it was given. */
async function writeAll(file: FileHandle, buffers: Buffer[], length: number): Promise<void> {
  const { bytesWritten } = await file.writev(buffers)
  if (bytesWritten === length) return
  let skip = bytesWritten
  for (const buffer of buffers) {
    for (let at = Math.min(skip, buffer.length); at < buffer.length; ) {
      at += (await file.write(buffer, at)).bytesWritten
    }
    skip = Math.max(0, skip - buffer.length)
  }
}
