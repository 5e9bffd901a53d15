import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Blobs } from '../../blobs/blobs.ts'
import type { Digest } from '../../lib/ids.ts'
import { parseRange } from '../../lib/ranges.ts'

type File = { name: string; digest: Digest; size: number; media_type: string }

/** Bytes that can be sent; without a digest where nothing vouches for them. */
export type Content = {
  readonly name: string
  readonly size: number
  readonly media_type: string
  readonly digest?: Digest | undefined
  /** `start` and `end` are inclusive. */
  open(range: { start: number; end: number } | undefined): Promise<Readable>
}

/** What a protocol says when a range holds no byte of `size`; nothing unless it gives another answer. */
export type Unsatisfiable = (size: number) => object

export function sendFile(
  req: FastifyRequest,
  reply: FastifyReply,
  blobs: Blobs,
  file: File,
  unsatisfiable?: Unsatisfiable,
) {
  const open: Content['open'] = async (range) => (await blobs.open(file.digest, range)).stream
  return sendContent(req, reply, { ...file, open }, unsatisfiable)
}

/** Sends bytes: ranged, revalidated by digest, and never shown by a browser as a page of this server. */
export async function sendContent(
  req: FastifyRequest,
  reply: FastifyReply,
  content: Content,
  unsatisfiable?: Unsatisfiable,
) {
  const { digest, size } = content
  reply
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'private, no-cache')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('content-disposition', attachment(content.name))
    .type(content.media_type)
  const etag = digest && `"${digest}"`
  if (digest && etag) {
    const bytes = Buffer.from(digest.slice('sha256:'.length), 'hex')
    reply.header('etag', etag).header('repr-digest', `sha-256=:${bytes.toString('base64')}:`)
    if (matches(req.headers['if-none-match'], etag)) return reply.code(304).send()
  }

  const ifRange = req.headers['if-range']
  const range = parseRange(ifRange === undefined || ifRange === etag ? req.headers.range : undefined, size)
  if (range.kind === 'unsatisfiable') {
    reply.code(416).header('content-range', `bytes */${size}`)
    if (!unsatisfiable) return reply.type('text/plain').send('')
    return reply.type('application/json').serializer(JSON.stringify).send(unsatisfiable(size))
  }
  const part = range.kind === 'part' ? { start: range.start, end: range.end } : undefined
  if (part) reply.code(206).header('content-range', `bytes ${part.start}-${part.end}/${size}`)
  const length = part ? part.end - part.start + 1 : size
  reply.header('content-length', length)
  if (req.method === 'HEAD') return reply.send()
  return reply.send(await content.open(part))
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}

/** RFC 6266: a plain name for old clients, and the exact one in UTF-8. */
export function attachment(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const exact = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
