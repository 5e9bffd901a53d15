import type { Finding, SimilarFinding } from './schema.ts'

const most = 5
const least = 0.2
/** Words that say nothing about what is wrong. */
const common = new Set(
  'that this with from have been does than they them their when where which will would into only'.split(' '),
)

/**
 * Findings on other models whose titles share words with this one, the most alike first: the share of all their words that both
 * have (Jaccard, P. 1901, Étude comparative de la distribution florale), at least a fifth.
 */
export function similarTo(finding: Finding, others: readonly Finding[]): SimilarFinding[] {
  const words = wordsOf(finding.title)
  return others
    .filter(({ id, model }) => id !== finding.id && model !== finding.model)
    .map((other) => ({ other, likeness: jaccard(words, wordsOf(other.title)) }))
    .filter(({ likeness }) => likeness >= least)
    .toSorted((a, b) => b.likeness - a.likeness || (a.other.id < b.other.id ? 1 : -1))
    .slice(0, most)
    .map(({ other: { id, title, model, version, severity, state } }) => ({
      id,
      title,
      model,
      version,
      severity,
      state,
    }))
}

/** Words of four letters and more, without what an ending adds. */
function wordsOf(title: string): ReadonlySet<string> {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []
  return new Set(words.filter((word) => !common.has(word)).map((word) => word.replace(/(ies|es|s|ed|ing)$/u, '')))
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length
  const all = a.size + b.size - shared
  return all === 0 ? 0 : shared / all
}
