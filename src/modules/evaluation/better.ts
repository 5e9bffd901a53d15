import type { ComparedFigure } from './compare-schema.ts'

const higher = new Set([
  'roc_auc',
  'gini',
  'average_precision',
  'pr_auc_trapezoid',
  'partial_auc_0_1',
  'ks',
  'accuracy',
  'balanced_accuracy',
  'top_3_accuracy',
  'precision',
  'recall',
  'specificity',
  'npv',
  'f1',
  'f0_5',
  'f2',
  'mcc',
  'cohen_kappa',
  'brier_skill',
  'd2_log_loss',
  'd2_absolute',
  'r2',
  'explained_variance',
  'pearson',
  'ratio',
  'consistency',
])
const lower = new Set([
  'fpr',
  'fnr',
  'fdr',
  'false_omission_rate',
  'log_loss',
  'brier',
  'ece',
  'mae',
  'mse',
  'rmse',
  'median_ae',
  'max_error',
  'mape',
  'smape',
  'wape',
  'error_std',
  'difference',
  'flipped',
  'violated',
  'auc',
  'advantage',
  'tpr_at_1_percent',
])

/** Which way a figure is better, by the last part of its path; a group's own rate is neither. */
export function betterWay(figure: string): ComparedFigure['better'] {
  if (figure.includes('.rates.')) return null
  const name = (figure.split('.').at(-1) ?? '').replace(/_(macro|weighted|ovr_macro|ovr_weighted)$/, '')
  if (higher.has(name)) return 'higher'
  return lower.has(name) || figure.startsWith('figures.[pinball') ? 'lower' : null
}
