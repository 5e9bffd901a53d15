import type { ApprovalRule, ComparisonRule, FactRule, Who } from './schema.ts'

export const comparisonWords: Record<ComparisonRule['is'], string> = {
  at_least: 'at least',
  at_most: 'at most',
  above: 'above',
  below: 'below',
  equal: 'exactly',
}

export const factWords: Record<FactRule['is'], string> = {
  ...comparisonWords,
  not_equal: 'anything but',
  one_of: 'one of',
}

/** The roles that an approval rule speaks of. */
export function rolesOf({ role, any_of, all_of }: Pick<ApprovalRule, 'role' | 'any_of' | 'all_of'>): string[] {
  return [...(role === undefined ? [] : [role]), ...(any_of ?? []), ...(all_of ?? [])]
}

/** Roles that a workspace made itself approve; so do those that only look or contribute, where a policy asks them to. */
export function whoApproves(rule: Pick<ApprovalRule, 'role' | 'any_of' | 'all_of'>): Who {
  const role = rolesOf(rule)[0]
  return role === 'validator' || role === 'administrator' || role === 'developer' ? role : 'approver'
}

const acronyms = new Set([
  'roc',
  'auc',
  'pr',
  'tpr',
  'fpr',
  'tnr',
  'fnr',
  'npv',
  'ppv',
  'fdr',
  'mcc',
  'ks',
  'ece',
  'f1',
])

/** `roc_auc` → `ROC AUC`, `selection_rate` → `selection rate`. */
export function spoken(name: string): string {
  return name
    .split('_')
    .map((word) => (acronyms.has(word) ? word.toUpperCase() : word))
    .join(' ')
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('')
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** As few decimals as possible, at least two, and never so few that the number seems to be on the other side of its limit. */
export function numberText(value: number, limit = value): string {
  if (Number.isInteger(value) && Math.abs(value) >= 2) return String(value)
  for (let decimals = 2; decimals <= 8; decimals++) {
    const text = value.toFixed(decimals)
    if (Math.sign(Number(text) - limit) === Math.sign(value - limit)) return text
  }
  return String(value)
}

const smallNumbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

export function countText(count: number): string {
  return smallNumbers[count] ?? String(count)
}

/** `2 March 2026`, in UTC. */
export function dayOf(moment: string): string {
  return new Date(moment).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
}
