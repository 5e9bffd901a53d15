import type { Keep, RuleWhat } from './schema.ts'

/** A rule as a person would say it. */
export function sentenceOf(rule: RuleWhat): string {
  const where = rule.scope.experiments === null ? 'any experiment' : `experiment ${listed(rule.scope.experiments)}`
  const filter = 'filter' in rule.scope && rule.scope.filter !== '' ? ` that match ${rule.scope.filter}` : ''
  const keep = 'keep' in rule ? keepText(rule.keep) : ''
  return `${subject(rule, where, filter)} ${rule.what === 'artifacts' ? 'lose their files' : 'go for good'}${keep}.`
}

function subject(rule: RuleWhat, where: string, filter: string): string {
  const since =
    rule.when.kind === 'deleted_for'
      ? `deleted for ${days(rule.when.days)}`
      : `${ended[rule.what]} more than ${days(rule.when.days)} ago`
  switch (rule.what) {
    case 'experiments':
      return `Experiments ${since}${rule.scope.experiments === null ? '' : ` (${listed(rule.scope.experiments)})`}`
    case 'logged_models':
      return `Logged models of ${where} ${since}`
    case 'traces':
      return `Traces of ${where} ${since}`
    default:
      return `Runs of ${where}${filter} ${since}`
  }
}

const ended = {
  runs: 'finished',
  artifacts: 'finished',
  traces: 'begun',
  experiments: 'deleted',
  logged_models: 'deleted',
} as const

function keepText({ last, best, tag }: Keep): string {
  const kept = [
    ...(last === null ? [] : [`the newest ${last === 1 ? 'one' : last}`]),
    ...(best === null
      ? []
      : [
          `the ${best.count === 1 ? 'one' : best.count} with the ${best.order === 'max' ? 'highest' : 'lowest'} ${best.metric}`,
        ]),
  ].map((text) => `${text} of each experiment`)
  if (tag) kept.push(tag.value === null ? `those tagged ${tag.key}` : `those tagged ${tag.key} = ${tag.value}`)
  return kept.length === 0 ? '' : `, except ${kept.join(' and ')}`
}

const days = (count: number) => `${count} ${count === 1 ? 'day' : 'days'}`
const listed = (ids: readonly string[]) =>
  ids.length > 5 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} others` : ids.join(', ')
