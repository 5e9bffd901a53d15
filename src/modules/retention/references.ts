import type { Db } from '../../db/database.ts'
import { artifactPurge } from '../artifacts/index.ts'
import { datasetPurge } from '../datasets/index.ts'
import { evaluationPurge } from '../evaluation/index.ts'
import { gatePurge } from '../gate/index.ts'
import { registryPurge } from '../registry/index.ts'
import { reviewPurge } from '../reviews/index.ts'

type Page = { id: string; text: string }[]
type Reader = (db: Db, after: string, limit: number) => Promise<Page>

/** Every record whose text may name bytes by their digest. */
const readers: readonly Reader[] = [
  registryPurge.manifestsAfter,
  evaluationPurge.evidenceTextsAfter,
  evaluationPurge.evaluationTextsAfter,
  reviewPurge.reviewTextsAfter,
  reviewPurge.decisionTextsAfter,
  gatePurge.verdictTextsAfter,
]

const pageSize = 200
/** So many digits tell digests apart; two that share them are both kept. */
const digits = 16

/**
 * The digests that governed records name: whatever looks like one in a manifest, in evidence, in what was reviewed, decided or
 * ruled counts, so that a record that names bytes in some other place keeps them as well.
 */
export async function namedDigests(db: Db): Promise<{ has(digest: string): boolean }> {
  const named = new Set<string>()
  for (const read of readers) {
    let after = ''
    for (;;) {
      const page = await read(db, after, pageSize)
      for (const { text } of page) {
        for (const [, hex = ''] of text.matchAll(/\b([0-9a-f]{64})\b/g)) named.add(hex.slice(0, digits))
      }
      const last = page.at(-1)
      if (!last || page.length < pageSize) break
      after = last.id
    }
  }
  return { has: (digest) => named.has(digest.slice('sha256:'.length, 'sha256:'.length + digits)) }
}

/** Which of some digests a file or a dataset version has now. */
export async function digestsInUse(db: Db, digests: readonly string[]): Promise<Set<string>> {
  if (digests.length === 0) return new Set()
  const files = await artifactPurge.digestsInUse(db, digests)
  return files.union(await datasetPurge.datasetDigestsInUse(db, digests))
}
