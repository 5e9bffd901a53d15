import { type Content, contentOf, type Packing, unpacked } from './content.ts'
import { Feed } from './feed.ts'
import { addPathFinding, bombSize, bombWatch } from './look-archive.ts'
import { lookAtPickles } from './look-pickle.ts'
import type { Look } from './scan.ts'
import { nextTarEntry, paddedSize } from './tar.ts'

const largestEntry = 64 * 1024 * 1024
const mostEntries = 20_000

/** Enters what is one compressed stream, or a tar archive. */
export async function lookAtPacked(look: Look, content: Content, kind: Packing | 'tar', depth: number): Promise<void> {
  if (kind === 'tar') return lookAtTar(look, content, depth)
  const watch = bombWatch(look.report, content.path)
  const inner = unpacked(content, kind, { path: content.path, size: undefined }, watch)
  let out = 0
  for await (const chunk of inner.chunks()) {
    out += chunk.length
    if (out > bombSize) break
  }
  return look.into(inner, depth + 1)
}

async function lookAtTar(look: Look, content: Content, depth: number): Promise<void> {
  const { report } = look
  const feed = new Feed(content.chunks())
  try {
    for (let count = 0; count < mostEntries; count++) {
      const entry = await nextTarEntry(feed)
      if (!entry) break
      report.spend(0)
      const path = `${content.path}!${entry.name}`
      addPathFinding(report, path, entry.name)
      if (entry.link !== undefined) {
        report.add({
          path,
          severity: 'unsafe',
          rule: 'archive-path',
          what: 'link',
          message: `It is a link to ${entry.link.slice(0, 200)}, behind which unpacking writes elsewhere.`,
        })
      }
      if (entry.size > largestEntry) {
        report.add({
          path,
          severity: 'unknown',
          rule: 'unfinished',
          what: 'large entry',
          message: 'It is an entry of a tar archive that is larger than is looked at.',
        })
        if (!(await feed.skip(paddedSize(entry.size)))) break
        continue
      }
      if (!(await feed.need(entry.size))) break
      await look.into(contentOf(path, Buffer.from(feed.take(entry.size))), depth + 1)
      if (!(await feed.skip(paddedSize(entry.size) - entry.size))) break
    }
  } finally {
    await feed.close()
  }
  // A checksum in the right place does not keep other readers from starting at the first byte.
  await lookAtPickles(report, content, { certain: false, expected: true })
}
