import type { ExplanationResult } from '../../../../src/modules/evaluation/schema.ts'

export const methodWords: Record<ExplanationResult['shapley']['method'], string> = {
  exact_trees: 'computed exactly from the trees',
  exact_linear: 'computed exactly from the coefficients',
  exact_coalitions: 'computed exactly over all coalitions of columns',
  sampled_orders: 'estimated from sampled orders of columns',
}
