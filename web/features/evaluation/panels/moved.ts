import type { ThresholdEffects } from '../../../../src/modules/evaluation/schema.ts'

export const movedRates = ['selection_rate', 'tpr', 'fpr'] as const
export type MovedRate = (typeof movedRates)[number]
export type Counts = ThresholdEffects['all']

/** A rate at the cut of that place; null where it has no denominator. */
export function movedRate(rate: MovedRate | 'accuracy', counts: Counts, index: number): number | null {
  const { n, n_pos } = counts
  const selected = counts.selected[index] ?? 0
  const tp = counts.tp[index] ?? 0
  const fp = selected - tp
  const share = (part: number, of: number) => (of === 0 ? null : part / of)
  switch (rate) {
    case 'selection_rate':
      return share(selected, n)
    case 'tpr':
      return share(tp, n_pos)
    case 'fpr':
      return share(fp, n - n_pos)
    case 'accuracy':
      return share(tp + (n - n_pos - fp), n)
  }
}
