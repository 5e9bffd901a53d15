import { type ImportPhase, type ImportPlan, phaseWords, totalOf } from '../modules/imports/schema.ts'
import { type ProgressBar, progressBar } from './progress.ts'

/** A bar per phase where the totals are known, and one that only counts where they are not. */
export function importProgress(label: string, found: ImportPlan['found'] | undefined) {
  let bar: ProgressBar | undefined
  let current: ImportPhase | undefined
  const totalIn = (phase: ImportPhase) => (found ? totalOf(phase, found) : 0)

  return {
    at({ phase, done }: { phase: ImportPhase; done: number }): void {
      if (phase !== current) {
        bar?.stop()
        current = phase
        bar = progressBar(label, Math.max(1, totalIn(phase)))
      }
      const total = totalIn(phase)
      bar?.set(total > 0 ? Math.min(done, total) : 0, `${phaseWords[phase]} ${done}${total > 0 ? ` of ${total}` : ''}`)
    },
    stop(): void {
      bar?.stop()
    },
  }
}
