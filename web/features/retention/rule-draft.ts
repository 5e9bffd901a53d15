import type { RuleInput } from '../../../src/modules/retention/schema.ts'

export const kinds = [
  { value: 'runs-deleted', label: 'Deleted runs' },
  { value: 'runs-finished', label: 'Finished runs' },
  { value: 'artifacts-finished', label: 'Files of finished runs' },
  { value: 'experiments', label: 'Deleted experiments' },
  { value: 'logged_models', label: 'Deleted logged models' },
  { value: 'traces', label: 'Traces' },
] as const

export type Draft = {
  name: string
  kind: (typeof kinds)[number]['value']
  days: number
  experiments: string
  filter: string
  last: number | ''
}

export const emptyDraft: Draft = { name: '', kind: 'runs-deleted', days: 30, experiments: '', filter: '', last: '' }

export function ruleOf({ name, kind, days, experiments: text, filter, last }: Draft): RuleInput {
  const ids = text.split(',').map((id) => id.trim())
  const named = ids.filter((id) => id !== '')
  const experiments = named.length > 0 ? named : null
  const deleted = { kind: 'deleted_for', days } as const
  const finished = { kind: 'finished_for', days } as const
  const runs = { scope: { experiments, filter }, keep: { last: last === '' ? null : last, best: null, tag: null } }
  switch (kind) {
    case 'runs-deleted':
      return { name, rule: { what: 'runs', when: deleted, ...runs } }
    case 'runs-finished':
      return { name, rule: { what: 'runs', when: finished, ...runs } }
    case 'artifacts-finished':
      return { name, rule: { what: 'artifacts', when: finished, ...runs } }
    case 'experiments':
    case 'logged_models':
      return { name, rule: { what: kind, when: deleted, scope: { experiments } } }
    case 'traces':
      return { name, rule: { what: 'traces', when: finished, scope: { experiments } } }
  }
}
