import type { Counts } from '../../../src/modules/retention/schema.ts'
import { bytes, counted } from '../../ui/Voice.tsx'

/** "3 runs, 2 logged models, 5 files (1.2 MB)". */
export function countsText(counts: Counts): string {
  const { experiments, runs, logged_models, models, versions, traces, artifacts, files } = counts
  const parts = [
    [experiments, 'experiment'],
    [runs, 'run'],
    [logged_models, 'logged model'],
    [models, 'model'],
    [versions, 'version'],
    [traces, 'trace'],
    [artifacts, 'path'],
  ] as const
  const words = parts.flatMap(([count, word]) => (count > 0 ? [counted(count, word)] : []))
  if (files > 0) words.push(`${counted(files, 'file')} (${bytes(counts.bytes)})`)
  return words.join(', ') || 'nothing'
}
