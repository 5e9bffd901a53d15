/** What a Range header asks of a representation; `start` and `end` are inclusive, as in the header itself. */
export type ByteRange =
  | { readonly kind: 'full' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

const single = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i

/**
 * RFC 9110, section 14. A server may ignore a Range header, so one that is malformed, in another unit or asks for
 * several ranges gets the whole representation.
 */
export function parseRange(header: string | undefined, size: number): ByteRange {
  const [, first = '', last = ''] = single.exec(header ?? '') ?? []
  if (first === '') return last === '' ? { kind: 'full' } : suffix(Number(last), size)

  const start = Number(first)
  const end = last === '' ? size - 1 : Number(last)
  if (last !== '' && end < start) return { kind: 'full' }
  if (start >= size) return { kind: 'unsatisfiable' }
  return { kind: 'part', start, end: Math.min(end, size - 1) }
}

/** The last bytes of something empty are all of it: Content-Range has no way to name a part of nothing. */
function suffix(length: number, size: number): ByteRange {
  if (length === 0) return { kind: 'unsatisfiable' }
  if (size === 0) return { kind: 'full' }
  return { kind: 'part', start: Math.max(0, size - length), end: size - 1 }
}
