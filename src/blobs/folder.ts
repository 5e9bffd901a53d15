import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rename, rm, unlink, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
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
  type PutOptions,
  resolveRange,
  type StoredBlob,
} from './blobs.ts'
import { createFolderParts, sweepParts } from './folder-parts.ts'
import { errorCode, incomingName, sweepIncoming, whenMissing } from './incoming.ts'
import { receive } from './receive.ts'

const readBytes = 256 * 1024

/**
 * Blobs as files `sha256/ab/cd/<hex>` below a folder. A file appears there by rename, after its bytes are on disk.
 * What is not a plain file in plain folders is not a blob: symbolic links are never followed.
 */
export async function createFolderBlobs(options: { root: string; clock?: Clock }): Promise<Blobs> {
  const clock = options.clock ?? systemClock
  await mkdir(options.root, { recursive: true, mode: 0o700 })
  const root = await realpath(options.root)
  const incoming = join(root, 'incoming')
  const store = join(root, 'sha256')
  const parts = join(root, 'parts')
  /** Folders whose names are on disk already. */
  const durable = new Set<string>()

  await ensureFolder(incoming)
  await ensureFolder(store)
  await ensureFolder(parts)
  await sweepIncoming(incoming, clock.now())
  await sweepParts(parts, clock.now())

  /** Level by level, because a recursive mkdir would go through a link. */
  async function ensureFolder(folder: string): Promise<void> {
    await mkdir(folder, { mode: 0o700 }).catch((error) => {
      if (errorCode(error) !== 'EEXIST') throw error
    })
    if (!(await lstat(folder)).isDirectory()) throw new Error(`${folder} in the blob store is not a folder`)
    if (durable.has(folder)) return
    await syncFolder(dirname(folder))
    durable.add(folder)
  }

  async function find(digest: Digest): Promise<{ path: string; found: Stats } | undefined> {
    const path = placeOf(store, digest)
    const folder = await realpath(dirname(path)).catch(whenMissing)
    const found = folder === dirname(path) ? await lstat(path).catch(whenMissing) : undefined
    return found?.isFile() ? { path, found } : undefined
  }

  async function keep(temporary: string, digest: Digest, size: number): Promise<void> {
    const path = placeOf(store, digest)
    const folder = dirname(path)
    await ensureFolder(dirname(folder))
    await ensureFolder(folder)
    if (await refresh(path, size)) await unlink(temporary)
    else {
      await utimes(temporary, clock.now(), clock.now())
      await rename(temporary, path)
    }
    await syncFolder(folder)
  }

  /** Counts as stored now, so that a garbage collector leaves it alone for another grace period. */
  async function refresh(path: string, size: number): Promise<boolean> {
    const existing = await lstat(path).catch(whenMissing)
    if (!existing?.isFile() || existing.size !== size) return false
    try {
      await utimes(path, clock.now(), clock.now())
      // A collector moves it away before it looks at the time: what is still in place stays.
      return (await lstat(path).catch(whenMissing)) !== undefined
    } catch (error) {
      whenMissing(error)
      return false
    }
  }

  async function put(source: BlobSource, { limit, expect, signal }: PutOptions = {}) {
    const temporary = join(incoming, incomingName())
    try {
      const received = await receive(source, temporary, { limit, signal })
      demandExpected(received.digest, expect)
      await keep(temporary, received.digest, received.size)
      return received
    } catch (error) {
      await rm(temporary, { force: true })
      throw clearer(error)
    }
  }

  async function openBlob(digest: Digest, range: BlobRange = {}): Promise<BlobContent> {
    const blob = await find(digest)
    if (!blob) throw blobNotFound(digest)
    const size = blob.found.size
    const { start, length } = resolveRange(range, size)
    if (length === 0) return { stream: Readable.from([]), size, start, length }
    const file = await openPlain(blob.path)
    if (!file) throw blobNotFound(digest)
    const stream = file.createReadStream({ start, end: start + length - 1, highWaterMark: readBytes })
    return { stream, size, start, length }
  }

  async function head(digest: Digest) {
    const blob = await find(digest)
    return blob && { size: blob.found.size }
  }

  async function withLocalFile<T>(digest: Digest, use: (path: string) => T | Promise<T>): Promise<T> {
    const blob = await find(digest)
    if (!blob) throw blobNotFound(digest)
    return await use(blob.path)
  }

  async function remove(digest: Digest): Promise<void> {
    const blob = await find(digest)
    if (!blob) return
    await unlink(blob.path).catch(whenMissing)
    await syncFolder(dirname(blob.path))
  }

  /** Out of the way first and judged there: a put at the same moment either finds it gone and stores its own, or is seen. */
  async function deleteStale(digest: Digest, before: Date): Promise<boolean> {
    const blob = await find(digest)
    if (!blob || blob.found.mtime >= before) return false
    const aside = join(incoming, incomingName())
    const moved = await rename(blob.path, aside).then(
      () => true,
      (error: unknown) => whenMissing(error) ?? false,
    )
    if (!moved) return false
    if ((await lstat(aside)).mtime >= before) {
      await rename(aside, blob.path)
      return false
    }
    await syncFolder(dirname(blob.path))
    await unlink(aside)
    return true
  }

  async function* list(after = ''): AsyncIterable<StoredBlob> {
    const start = after.slice('sha256:'.length)
    for (const first of await namesIn(store, /^[0-9a-f]{2}$/)) {
      if (first < start.slice(0, 2)) continue
      for (const second of await namesIn(join(store, first), /^[0-9a-f]{2}$/)) {
        if (first + second < start.slice(0, 4)) continue
        for (const hex of await namesIn(join(store, first, second), /^[0-9a-f]{64}$/)) {
          if (hex <= start) continue
          const digest: Digest = `sha256:${hex}`
          const blob = hex.startsWith(first + second) ? await find(digest) : undefined
          if (blob) yield { digest, size: blob.found.size, storedAt: blob.found.mtime }
        }
      }
    }
  }

  async function verify(digest: Digest): Promise<BlobCheck> {
    const blob = await find(digest)
    const file = blob && (await openPlain(blob.path))
    if (!file) return { outcome: 'missing' }
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of file.createReadStream({ highWaterMark: readBytes })) {
      hash.update(chunk)
      size += chunk.length
    }
    const actual: Digest = `sha256:${hash.digest('hex')}`
    return actual === digest ? { outcome: 'intact', size } : { outcome: 'damaged', size, actual }
  }

  return {
    put,
    open: openBlob,
    head,
    withLocalFile,
    delete: remove,
    deleteStale,
    list,
    verify,
    parts: createFolderParts({ parts, incoming, put }),
  }
}

function placeOf(store: string, digest: Digest): string {
  const hex = hexOf(digest)
  return join(store, hex.slice(0, 2), hex.slice(2, 4), hex)
}

/** Undefined when the file was deleted meanwhile. */
function openPlain(path: string): Promise<FileHandle | undefined> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(whenMissing)
}

async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const names = (await readdir(folder).catch(whenMissing)) ?? []
  return names.filter((name) => pattern.test(name)).sort()
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function clearer(error: unknown): unknown {
  const code = errorCode(error)
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  const full = new AppError('unavailable', 'the blob store has no space left; nothing was stored')
  full.cause = error
  return full
}
