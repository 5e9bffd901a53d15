import { Readable, Writable } from 'node:stream'
import { tooLarge } from '../lib/errors.ts'
import type { BlobSource } from './blobs.ts'
import { flow } from './flow.ts'

/** All bytes of a source that is known to be small; more than `limit` are refused. */
export async function collect(
  source: BlobSource,
  { limit, signal }: { limit: number; signal?: AbortSignal | undefined },
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > limit) return done(tooLarge(`more than the ${limit} bytes allowed here`))
      chunks.push(chunk)
      done()
    },
  })
  await flow(source instanceof Readable ? source : Readable.from(source, { objectMode: false }), sink, signal)
  return Buffer.concat(chunks, size)
}
