import type { ByteSource } from '../../../lib/byte-source.ts'
import { type Content, contentOf, type Packing, unpacked, within } from './content.ts'
import { lookAtKerasConfig } from './look-text.ts'
import { type Report, Stopped } from './report.ts'
import type { Look } from './scan.ts'
import { readZip, type ZipEntry } from './zip.ts'

/** What comes out of a bomb: much, and far more than went in. */
export const bombSize = 256 * 1024 * 1024
const bombRatio = 100
/** An archive inside an archive is entered in memory, up to this size. */
const largestNested = 64 * 1024 * 1024

export async function lookAtArchive(look: Look, content: Content, depth: number): Promise<void> {
  const { report } = look
  const { path } = content
  const ranges = content.ranges ?? (await inMemory(content))
  const read = await readZip(ranges)
  if (read.outcome === 'unreadable') {
    report.add({
      path,
      severity: 'unknown',
      rule: 'opaque',
      what: 'zip',
      message: `It is a zip archive, and ${read.reason}.`,
    })
    return
  }
  const { entries, hidden } = read
  const mismatched = entries.find(({ localName, name }) => localName !== name)
  if (mismatched || hidden) {
    report.add({
      path,
      severity: mismatched?.localName === undefined && !hidden ? 'unknown' : 'unsafe',
      rule: 'archive-mismatch',
      what: 'directory',
      message: 'Its directory does not say what is in it: one reader sees other entries than another.',
    })
  }
  lookForBomb(report, content, ranges.size, entries)
  const isKeras =
    entries.some(({ name }) => name === 'config.json') && entries.some(({ name }) => name === 'metadata.json')
  for (const entry of entries) await lookAtEntry(look, ranges, path, entry, depth, isKeras)
}

async function lookAtEntry(
  look: Look,
  ranges: ByteSource,
  archive: string,
  entry: ZipEntry,
  depth: number,
  isKeras: boolean,
) {
  const { report } = look
  const path = `${archive}!${entry.name}`
  addPathFinding(report, path, entry.name)
  if (entry.isLink) {
    report.add({
      path,
      severity: 'unsafe',
      rule: 'archive-path',
      what: 'link',
      message: 'It is a link, behind which unpacking writes elsewhere.',
    })
  }
  if (entry.name.endsWith('/') || entry.localName === undefined) return
  const packed = within(ranges, path, entry.start, entry.packed)
  const packing: Packing | undefined = entry.method === 8 ? 'deflate' : entry.method === 93 ? 'zstd' : undefined
  if (entry.method !== 0 && !packing) {
    report.add({
      path,
      severity: 'unknown',
      rule: 'opaque',
      what: `compression ${entry.method}`,
      message: 'It is compressed in a way that is not looked into.',
    })
    return
  }
  if (entry.encrypted && packing) {
    report.add({
      path,
      severity: 'unknown',
      rule: 'opaque',
      what: 'encrypted',
      message: 'It is encrypted, so nobody can look at it.',
    })
    return
  }
  const inner = packing ? unpacked(packed, packing, { path, size: entry.size }, bombWatch(report, path)) : packed
  if (isKeras && entry.name === 'config.json') await lookAtKerasConfig(report, inner)
  await look.into(inner, depth + 1)
  // Readers that do not look at the flag read the bytes as they are.
  if (entry.encrypted) {
    report.add({
      path,
      severity: 'unknown',
      rule: 'opaque',
      what: 'encrypted',
      message: 'It says that it is encrypted.',
    })
  }
}

/** Entries that would be written outside the folder that an archive is unpacked in. */
export function addPathFinding(report: Report, path: string, name: string): void {
  const leads = name.split(/[\\/]/).includes('..') || /^[\\/]|^[a-zA-Z]:|\0/.test(name)
  if (!leads) return
  report.add({
    path,
    severity: 'unsafe',
    rule: 'archive-path',
    what: name,
    message: 'Its name leads out of the folder that the archive is unpacked in.',
  })
}

function lookForBomb(report: Report, { path }: Content, size: number, entries: readonly ZipEntry[]): void {
  const declared = entries.reduce((sum, entry) => sum + entry.size, 0)
  const places = entries.filter(({ packed }) => packed > 0).sort((a, b) => a.start - b.start)
  const overlap = places.some(
    (entry, i) => i > 0 && entry.start < (places[i - 1]?.start ?? 0) + (places[i - 1]?.packed ?? 0),
  )
  if (!overlap && !(declared > bombSize && declared > size * bombRatio)) return
  report.add({
    path,
    severity: 'unsafe',
    rule: 'archive-bomb',
    what: overlap ? 'overlapping entries' : `${declared} bytes out of ${size}`,
    message: 'Unpacking it would fill memory or disk.',
  })
}

/** Stops where more comes out of a compression than an honest one gives. */
export function bombWatch(report: Report, path: string): (packed: number, out: number) => void {
  return (packed, out) => {
    if (out < bombSize || out < packed * bombRatio) return
    report.add({
      path,
      severity: 'unsafe',
      rule: 'archive-bomb',
      what: 'compression',
      message: 'Unpacking it would fill memory or disk.',
    })
    throw new Stopped('more comes out of it than is looked at')
  }
}

async function inMemory(content: Content): Promise<ByteSource> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of content.chunks()) {
    size += chunk.length
    if (size > largestNested) throw new Stopped('an archive inside an archive is larger than is looked at')
    parts.push(chunk)
  }
  const { ranges } = contentOf(content.path, Buffer.concat(parts))
  if (!ranges) throw new Stopped('it cannot be read')
  return ranges
}
