import { createHash } from 'node:crypto'
import { Tier } from '../registry/schema.ts'
import type { Stratum } from './schema.ts'

type Member = { id: string; tier: Tier | null }
type Drawn<M> = { rows: (M & { rank: string | null })[]; strata: Stratum[]; digest: `sha256:${string}` }
type Draw = { size: number; seed: string; by_tier: boolean }

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

/** What a member is drawn by: SHA-256 of the seed, a newline and the id, in UTF-8. */
export const rankOf = (seed: string, id: string): string => sha256(`${seed}\n${id}`)

/**
 * The members of lowest rank, from the whole or from each tier. It depends on ids, tiers, seed and size alone, so that anybody who
 * has them draws the same; docs/formats.md says how. Without a draw, everything in order of ids.
 */
export function drawFrom<M extends Member>(members: readonly M[], draw: Draw | null): Drawn<M> {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const digest = `sha256:${sha256(sorted.map(({ id }) => `${id}\n`).join(''))}` as const
  if (!draw) {
    const size = sorted.length
    return {
      rows: sorted.map((each) => ({ ...each, rank: null })),
      strata: [{ tier: null, size, drawn: size }],
      digest,
    }
  }
  const ranked = sorted
    .map((each) => ({ ...each, rank: rankOf(draw.seed, each.id) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
  const tiers = draw.by_tier ? [...Tier.options, null] : [undefined]
  const rows: (M & { rank: string })[] = []
  const strata: Stratum[] = []
  for (const tier of tiers) {
    const within = tier === undefined ? ranked : ranked.filter((each) => each.tier === tier)
    if (tier !== undefined && within.length === 0) continue
    const taken = within.slice(0, draw.size)
    rows.push(...taken)
    strata.push({ tier: tier ?? null, size: within.length, drawn: taken.length })
  }
  return { rows, strata, digest }
}
