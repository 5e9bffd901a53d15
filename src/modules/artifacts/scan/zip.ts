import type { ByteSource } from '../../../lib/byte-source.ts'

export type ZipEntry = {
  name: string
  /** 0 stored, 8 deflated, 93 Zstandard; others cannot be read here. */
  method: number
  encrypted: boolean
  isLink: boolean
  packed: number
  size: number
  /** Where its packed bytes begin. */
  start: number
  /** The name in front of the bytes, which other readers go by. */
  localName: string | undefined
}

export type ZipRead =
  | { outcome: 'read'; entries: ZipEntry[] /** Bytes in front of the first entry. */; before: number; hidden: boolean }
  | { outcome: 'unreadable'; reason: string }

const mostEntries = 20_000
const tailSize = 22 + 65_535
const largestDirectory = 32 * 1024 * 1024

const unreadable = (reason: string): ZipRead => ({ outcome: 'unreadable', reason })

/** Whether bytes end like a zip archive, wherever it begins. */
export async function endsAsZip(source: ByteSource): Promise<boolean> {
  return (await findEnd(source)) !== undefined
}

/**
 * The directory of a zip archive beside what stands in front of each entry: readers differ in which they believe. Formats:
 * PKWARE's APPNOTE, with ZIP64.
 */
export async function readZip(source: ByteSource): Promise<ZipRead> {
  const end = await findEnd(source)
  if (!end) return unreadable('it has no directory')
  const { tail, at, position } = end
  let count = tail.readUInt16LE(at + 10)
  let size = tail.readUInt32LE(at + 12)
  let offset = tail.readUInt32LE(at + 16)
  // Some writers put the wide records there although the narrow ones would do.
  const gap = at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50 ? 56 + 20 : 0
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) {
    const wide = await wideEnd(source, tail, at)
    if (!wide) return unreadable('its ZIP64 directory cannot be found')
    ;({ count, size, offset } = wide)
  }
  if (count > mostEntries || size > largestDirectory) return unreadable(`it has more than ${mostEntries} entries`)
  // An archive behind other bytes: the directory lies where it ends, whatever its offset says.
  const shift = Math.max(0, position - (offset + size) - gap)
  const directory = Buffer.from(await source.read(offset + shift, size))
  const entries: ZipEntry[] = []
  for (let i = 0, here = 0; i < count; i++) {
    if (here + 46 > directory.length || directory.readUInt32LE(here) !== 0x02014b50) {
      return unreadable('its directory is cut off')
    }
    const { entry, next } = entryAt(directory, here)
    entries.push(await placed(source, entry, shift))
    here = next
  }
  const first = Math.min(...entries.map((entry) => entry.start), Number.POSITIVE_INFINITY)
  return {
    outcome: 'read',
    entries,
    before: entries.length > 0 ? shift : 0,
    hidden: await hasHidden(source, entries, first),
  }
}

async function findEnd(source: ByteSource): Promise<{ tail: Buffer; at: number; position: number } | undefined> {
  const from = Math.max(0, source.size - tailSize)
  const tail = Buffer.from(await source.read(from, source.size - from))
  for (let at = tail.length - 22; at >= 0; at--) {
    at = tail.lastIndexOf('PK\x05\x06', at, 'latin1')
    if (at < 0) return undefined
    if (at + 22 <= tail.length && at + 22 + tail.readUInt16LE(at + 20) <= tail.length) {
      return { tail, at, position: from + at }
    }
  }
  return undefined
}

async function wideEnd(source: ByteSource, tail: Buffer, at: number) {
  if (at < 20 || tail.readUInt32LE(at - 20) !== 0x07064b50) return undefined
  const record = Buffer.from(await source.read(Number(tail.readBigUInt64LE(at - 20 + 8)), 56))
  if (record.length < 56 || record.readUInt32LE(0) !== 0x06064b50) return undefined
  const at64 = (place: number) => Number(record.readBigUInt64LE(place))
  return { count: at64(32), size: at64(40), offset: at64(48) }
}

function entryAt(directory: Buffer, here: number) {
  const nameLength = directory.readUInt16LE(here + 28)
  const extraLength = directory.readUInt16LE(here + 30)
  const commentLength = directory.readUInt16LE(here + 32)
  const name = directory.toString('utf8', here + 46, here + 46 + nameLength)
  const extra = directory.subarray(here + 46 + nameLength, here + 46 + nameLength + extraLength)
  const wide = wideValues(extra)
  const real = (value: number) => (value === 0xffffffff ? (wide.shift() ?? value) : value)
  const size = real(directory.readUInt32LE(here + 24))
  const packed = real(directory.readUInt32LE(here + 20))
  const start = real(directory.readUInt32LE(here + 42))
  const entry = {
    name,
    method: directory.readUInt16LE(here + 10),
    encrypted: (directory.readUInt16LE(here + 8) & 1) === 1,
    isLink: ((directory.readUInt32LE(here + 38) >>> 16) & 0xf000) === 0xa000,
    packed,
    size,
    start,
  }
  return { entry, next: here + 46 + nameLength + extraLength + commentLength }
}

/** The sizes and the offset of ZIP64, in the order in which they are left out of the entry. */
function wideValues(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === 1) {
      const end = Math.min(extra.length, at + 4 + length)
      const values: number[] = []
      for (let here = at + 4; here + 8 <= end; here += 8) values.push(Number(extra.readBigUInt64LE(here)))
      return values
    }
    at += 4 + length
  }
  return []
}

async function placed(source: ByteSource, entry: Omit<ZipEntry, 'localName'>, shift: number): Promise<ZipEntry> {
  const header = Buffer.from(await source.read(entry.start + shift, 30))
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) return { ...entry, localName: undefined }
  const nameLength = header.readUInt16LE(26)
  const localName = Buffer.from(await source.read(entry.start + shift + 30, nameLength)).toString('utf8')
  return { ...entry, start: entry.start + shift + 30 + nameLength + header.readUInt16LE(28), localName }
}

/** Whether an entry stands in front of the first one that the directory names. */
async function hasHidden(source: ByteSource, entries: readonly ZipEntry[], first: number): Promise<boolean> {
  if (entries.length === 0)
    return source.size > 22 && Buffer.from(await source.read(0, 4)).toString('latin1') === 'PK\x03\x04'
  const head = Buffer.from(await source.read(0, Math.min(first, 4096)))
  const starts = head.indexOf('PK\x03\x04', 0, 'latin1')
  if (starts < 0) return false
  const length = head.length >= starts + 30 ? 30 + head.readUInt16LE(starts + 26) + head.readUInt16LE(starts + 28) : 0
  return starts + length !== first
}
