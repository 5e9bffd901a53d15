import { finished, type Readable, type Writable } from 'node:stream'
import { AppError } from '../lib/errors.ts'
import { brokenUpload } from './blobs.ts'

/** Unlike `pipeline`, leaves the source alive when the sink refuses it: a request still needs its answer. */
export function flow(source: Readable, sink: Writable, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => sink.destroy(brokenUpload('the upload was aborted', signal?.reason))
    signal?.addEventListener('abort', abort, { once: true })
    finished(sink, (error) => {
      signal?.removeEventListener('abort', abort)
      if (error) reject(error)
      else resolve()
    })
    finished(source, { writable: false }, (error) => {
      if (error instanceof AppError) sink.destroy(error)
      else if (error) sink.destroy(brokenUpload('the upload ended before it was complete', error))
      else sink.end()
    })
    if (signal?.aborted) abort()
    else source.pipe(sink, { end: false })
  })
}
