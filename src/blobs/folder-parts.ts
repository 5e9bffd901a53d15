import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { badRequest } from '../lib/errors.ts'
import { type BlobSource, type Blobs, hexOf, missingPart, type PartUploads, type PutOptions } from './blobs.ts'
import { errorCode, incomingName, whenMissing } from './incoming.ts'
import { receive } from './receive.ts'

/** Nobody is writing any more what was begun so long ago. */
const leftoverAfter = 2 * 24 * 60 * 60 * 1000
const readBytes = 1024 * 1024

type Places = { readonly parts: string; readonly incoming: string; readonly put: Blobs['put'] }

/** Parts as files `parts/<upload>/<number>-<hex>`. What a part is known by is its SHA-256. */
export function createFolderParts({ parts, incoming, put: putBlob }: Places): PartUploads {
  function folderOf(upload: string): string {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(upload)) throw badRequest('there is no such upload')
    return join(parts, upload)
  }

  async function begin(): Promise<string> {
    const upload = randomUUID()
    await mkdir(folderOf(upload), { mode: 0o700 })
    return upload
  }

  async function put(upload: string, number: number, source: BlobSource, { limit, signal }: PutOptions = {}) {
    const folder = folderOf(upload)
    const temporary = join(incoming, incomingName())
    try {
      const { digest, size } = await receive(source, temporary, { limit, signal })
      await rename(temporary, join(folder, `${number}-${hexOf(digest)}`))
      return { etag: `"${hexOf(digest)}"`, size }
    } catch (error) {
      await rm(temporary, { force: true })
      if (errorCode(error) === 'ENOENT') throw badRequest('there is no such upload')
      throw error
    }
  }

  async function joinParts(upload: string, named: readonly { number: number; etag: string }[], options?: PutOptions) {
    const folder = folderOf(upload)
    const paths: string[] = []
    for (const { number, etag } of named) {
      const [, hex] = /^"?([0-9a-f]{64})"?$/.exec(etag) ?? []
      const path = join(folder, `${number}-${hex}`)
      if (hex === undefined || !(await lstat(path).catch(whenMissing))?.isFile()) throw missingPart(number)
      paths.push(path)
    }
    const stored = await putBlob(Readable.from(contentOf(paths), { objectMode: false }), options)
    await discard(upload)
    return stored
  }

  async function discard(upload: string): Promise<void> {
    await rm(folderOf(upload), { recursive: true, force: true })
  }

  return { begin, put, join: joinParts, discard }
}

async function* contentOf(paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    yield* file.createReadStream({ highWaterMark: readBytes })
  }
}

export async function sweepParts(parts: string, now: Date): Promise<void> {
  for (const name of await readdir(parts)) {
    const found = await lstat(join(parts, name)).catch(whenMissing)
    if (found && now.getTime() - found.mtimeMs > leftoverAfter) {
      await rm(join(parts, name), { recursive: true, force: true })
    }
  }
}
