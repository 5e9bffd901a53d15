import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Blobs } from '../../blobs/blobs.ts'
import type { Digest } from '../../lib/ids.ts'
import { parseRange } from '../../lib/ranges.ts'

type File = { name: string; digest: Digest; size: number; media_type: string }

/** Sends stored bytes: ranged, revalidated by digest, and never shown by a browser as a page of this server. */
export async function sendFile(req: FastifyRequest, reply: FastifyReply, blobs: Blobs, file: File) {
  const etag = `"${file.digest}"`
  reply
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'private, no-cache')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('content-disposition', attachment(file.name))
    .header('repr-digest', `sha-256=:${Buffer.from(file.digest.slice('sha256:'.length), 'hex').toString('base64')}:`)
    .type(file.media_type)
  if (matches(req.headers['if-none-match'], etag)) return reply.code(304).send()

  const ifRange = req.headers['if-range']
  const range = parseRange(ifRange === undefined || ifRange === etag ? req.headers.range : undefined, file.size)
  if (range.kind === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${file.size}`).type('text/plain').send('')
  }
  const part = range.kind === 'part' ? { start: range.start, end: range.end } : undefined
  if (part) reply.code(206).header('content-range', `bytes ${part.start}-${part.end}/${file.size}`)
  const length = part ? part.end - part.start + 1 : file.size
  reply.header('content-length', length)
  if (req.method === 'HEAD') return reply.send()
  return reply.send((await blobs.open(file.digest, part)).stream)
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}

/** RFC 6266: a plain name for old clients, and the exact one in UTF-8. */
function attachment(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const exact = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
