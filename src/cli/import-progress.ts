import type { ImportPhase, ImportPlan } from '../modules/imports/schema.ts'
import { type ProgressBar, progressBar } from './progress.ts'

const words: Record<ImportPhase, string> = {
  experiments: 'experiments',
  logged_models: 'logged models',
  runs: 'runs',
  artifacts: 'files of runs',
  models: 'models',
  versions: 'versions',
  verify: 'checking',
}

/** A bar per phase where the totals are known, and one that only counts where they are not. */
export function importProgress(label: string, found: ImportPlan['found'] | undefined) {
  let bar: ProgressBar | undefined
  let current: ImportPhase | undefined

  function totalOf(phase: ImportPhase): number {
    if (!found) return 0
    switch (phase) {
      case 'artifacts':
        return found.runs + found.logged_models
      case 'verify':
        return found.runs + (found.artifacts ?? 0)
      default:
        return found[phase]
    }
  }

  return {
    at({ phase, done }: { phase: ImportPhase; done: number }): void {
      if (phase !== current) {
        bar?.stop()
        current = phase
        bar = progressBar(label, Math.max(1, totalOf(phase)))
      }
      const total = totalOf(phase)
      bar?.set(total > 0 ? Math.min(done, total) : 0, `${words[phase]} ${done}${total > 0 ? ` of ${total}` : ''}`)
    },
    stop(): void {
      bar?.stop()
    },
  }
}
