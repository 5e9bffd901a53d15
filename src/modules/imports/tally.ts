import type { ImportCounts, ImportTally } from './schema.ts'

export const noCounts = (): ImportCounts => ({
  experiments: 0,
  runs: 0,
  params: 0,
  tags: 0,
  metrics: 0,
  points: 0,
  inputs: 0,
  logged_models: 0,
  models: 0,
  versions: 0,
  aliases: 0,
  artifacts: 0,
  bytes: 0,
})

export const countKeys = Object.keys(noCounts()) as (keyof ImportCounts)[]

export const noTally = (): ImportTally => ({
  brought: noCounts(),
  unchanged: noCounts(),
  updated: noCounts(),
  refused: noCounts(),
})

export function add(to: ImportCounts, what: Partial<ImportCounts>): void {
  for (const key of countKeys) to[key] += what[key] ?? 0
}

export function plus(a: ImportTally, b: ImportTally): ImportTally {
  const sum = noTally()
  for (const part of ['brought', 'unchanged', 'updated', 'refused'] as const) {
    add(sum[part], a[part])
    add(sum[part], b[part])
  }
  return sum
}
