import type { Feed } from './feed.ts'

export type TarEntry = { name: string; size: number; link: string | undefined }

/** Whether a header's checksum is right, so that these bytes are a tar archive. */
export function isTarHeader(head: Buffer): boolean {
  if (head.length < 512 || head[0] === 0) return false
  const stored = octal(head, 148, 8)
  let sum = 0
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 0x20 : (head[i] ?? 0)
  return stored === sum
}

/** The next entry, with the feed at its first byte; undefined at the end of the archive. */
export async function nextTarEntry(feed: Feed): Promise<TarEntry | undefined> {
  if (!(await feed.need(512))) return undefined
  const head = Buffer.from(feed.take(512))
  if (!isTarHeader(head)) return undefined
  const type = String.fromCharCode(head[156] ?? 0)
  const prefix = head.toString('latin1', 257, 262) === 'ustar' ? textAt(head, 345, 155) : ''
  const name = textAt(head, 0, 100)
  const link = type === '1' || type === '2' ? textAt(head, 157, 100) : undefined
  return { name: prefix === '' ? name : `${prefix}/${name}`, size: octal(head, 124, 12), link }
}

/** Bytes that an entry takes, with what fills its last block. */
export const paddedSize = (size: number) => Math.ceil(size / 512) * 512

function textAt(head: Buffer, start: number, length: number): string {
  const end = head.indexOf(0, start)
  return head.toString('utf8', start, end < 0 || end > start + length ? start + length : end)
}

function octal(head: Buffer, start: number, length: number): number {
  const text = textAt(head, start, length).trim()
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : 0
}
