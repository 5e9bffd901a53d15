import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib'
import type { Blobs } from '../../../blobs/blobs.ts'
import type { ByteSource } from '../../../lib/byte-source.ts'
import type { Digest } from '../../../lib/ids.ts'

/** Bytes that are looked at: read from the start as often as needed. */
export type Content = {
  path: string
  /** Undefined where it is known only at the end. */
  size: number | undefined
  chunks: () => AsyncIterable<Uint8Array>
  /** Where any range can be read; undefined for what comes out of a decompression. */
  ranges: ByteSource | undefined
}

const chunkSize = 1024 * 1024

/** Opens a file for the length of `use`. */
export async function withFile<T>(path: string, name: string, use: (content: Content) => Promise<T>): Promise<T> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const ranges: ByteSource = {
      size,
      async read(offset, length) {
        const wanted = Math.max(0, Math.min(length, size - offset))
        const buffer = Buffer.alloc(wanted)
        const { bytesRead } = await file.read(buffer, 0, wanted, offset)
        return buffer.subarray(0, bytesRead)
      },
    }
    const chunks = () => createReadStream(path, { highWaterMark: chunkSize })
    return await use({ path: name, size, chunks, ranges })
  } finally {
    await file.close()
  }
}

/** Files up to this size are held in memory while they are looked at, which asks the store once. */
const inMemory = 64 * 1024 * 1024

/** Stored bytes: read whole where they are few, and in ranges where they are many. */
export function blobContent(blobs: Pick<Blobs, 'open'>, path: string, digest: Digest, size: number) {
  return async (use: (content: Content) => Promise<void>): Promise<void> => {
    const read = async (start: number, length: number) => {
      const end = Math.min(size, start + length) - 1
      if (end < start) return Buffer.alloc(0)
      return Buffer.concat(await (await blobs.open(digest, { start, end })).stream.toArray())
    }
    if (size <= inMemory) return use(contentOf(path, await read(0, size)))
    async function* chunks() {
      yield* (await blobs.open(digest)).stream
    }
    return use({ path, size, chunks, ranges: { size, read } })
  }
}

export function contentOf(path: string, bytes: Uint8Array): Content {
  const ranges: ByteSource = { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) }
  return { path, size: bytes.length, chunks: () => piecesOf(bytes), ranges }
}

async function* piecesOf(bytes: Uint8Array) {
  yield bytes
}

/** A range of other content, as content of its own. */
export function within(ranges: ByteSource, path: string, start: number, length: number): Content {
  const size = Math.max(0, Math.min(length, ranges.size - start))
  const inner: ByteSource = {
    size,
    read: (at, wanted) => ranges.read(start + at, Math.max(0, Math.min(wanted, size - at))),
  }
  return { path, size, chunks: () => rangesOf(inner), ranges: inner }
}

async function* rangesOf(source: ByteSource) {
  for (let at = 0; at < source.size; at += chunkSize) {
    yield await source.read(at, Math.min(chunkSize, source.size - at))
  }
}

export type Packing = 'gzip' | 'zlib' | 'deflate' | 'zstd'

/** What comes out of compressed bytes; `onBytes` hears how many, and throws to end it. */
export function unpacked(
  content: Content,
  packing: Packing,
  { path, size }: { path: string; size: number | undefined },
  onBytes: (packed: number, out: number) => void,
): Content {
  async function* chunks() {
    let packed = 0
    let out = 0
    const source = Readable.from(counted())
    async function* counted() {
      for await (const chunk of content.chunks()) {
        packed += chunk.length
        yield chunk
      }
    }
    const unpack = decompressor(packing)
    source.on('error', (error) => unpack.destroy(error))
    source.pipe(unpack)
    try {
      for await (const chunk of unpack) {
        out += (chunk as Buffer).length
        onBytes(packed, out)
        yield chunk as Buffer
      }
    } finally {
      source.destroy()
      unpack.destroy()
    }
  }
  return { path, size, chunks, ranges: undefined }
}

function decompressor(packing: Packing) {
  const options = { chunkSize: 256 * 1024 }
  switch (packing) {
    case 'gzip':
      return createGunzip(options)
    case 'zlib':
      return createInflate(options)
    case 'deflate':
      return createInflateRaw(options)
    case 'zstd':
      return createZstdDecompress(options)
  }
}

/** The first bytes of content; fewer where it is shorter, and none where it cannot be unpacked. */
export async function headOf(content: Content, length: number): Promise<Buffer> {
  if (content.ranges) return Buffer.from(await content.ranges.read(0, length))
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of content.chunks()) {
    parts.push(chunk)
    size += chunk.length
    if (size >= length) break
  }
  return Buffer.concat(parts).subarray(0, length)
}
