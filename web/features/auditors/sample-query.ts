import type { Population } from '../../../src/modules/auditors/schema.ts'

/** What the address of the page holds: days, the last of which is in the period as a whole. */
export type AskedSample = {
  population: Population
  size?: number | undefined
  seed?: string | undefined
  by_tier?: boolean | undefined
  from?: string | undefined
  to?: string | undefined
}

export function queryOf({ population, size, seed, by_tier, from, to }: AskedSample) {
  const method = size === undefined ? 'all' : 'random'
  const until = to && new Date(Date.parse(`${to}T00:00:00.000Z`) + 86_400_000).toISOString()
  return { population, method, size, seed, by_tier, from: from && `${from}T00:00:00.000Z`, until }
}

/** The same draw as a command. */
export function commandOf({ population, size, seed, by_tier, from, to }: AskedSample): string {
  const words = ['modelkeep seat sample', population]
  if (size !== undefined) words.push(`--size ${size}`)
  if (seed !== undefined) words.push(`--seed '${seed.replaceAll("'", "'\\''")}'`)
  if (by_tier) words.push('--by-tier')
  if (from !== undefined) words.push(`--from ${from}`)
  if (to !== undefined) words.push(`--to ${to}`)
  return words.join(' ')
}
