import type { Evidence } from '../evaluation/schema.ts'
import type { EvidenceRule, PolicyDocument, Snapshot } from './schema.ts'

type Item = Snapshot['evidence'][number]

const day = 86_400_000

/** The newest evidence that a rule can mean, whatever its age: whether it still counts depends on the moment. */
export function evidenceFor<T extends Pick<Item, 'kind' | 'source'> & { method: Item['method'] | Evidence['method'] }>(
  newestFirst: readonly T[],
  rule: EvidenceRule,
) {
  return newestFirst.find(
    (item) =>
      item.kind === rule.kind &&
      (rule.source === 'any' || item.source === rule.source) &&
      (rule.method === undefined || methodName(item.method) === rule.method),
  )
}

/** A snapshot has name and version of a method in one text. */
function methodName(method: Item['method'] | Evidence['method']): string {
  return typeof method === 'string' ? method.slice(0, Math.max(0, method.lastIndexOf(' '))) : method.name
}

/** The evidence that these policies ask for, newest first: what a snapshot holds. */
export function evidenceAskedFor(newestFirst: readonly Evidence[], documents: readonly PolicyDocument[]): Evidence[] {
  const wanted = documents.flatMap((document) => document.evidence.map((rule) => evidenceFor(newestFirst, rule)?.id))
  return newestFirst.filter(({ id }) => wanted.includes(id))
}

/** The moment from which evidence no longer counts under a rule, or null. */
export function countsUntil(item: Pick<Item, 'collected_at' | 'valid_until'>, rule: EvidenceRule): string | null {
  const aged =
    rule.max_age_days === undefined
      ? null
      : new Date(Date.parse(item.collected_at) + rule.max_age_days * day).toISOString()
  if (aged === null || item.valid_until === null) return aged ?? item.valid_until
  return aged < item.valid_until ? aged : item.valid_until
}

export function ageInDays(item: Pick<Item, 'collected_at'>, at: string): number {
  return Math.max(0, Math.floor((Date.parse(at) - Date.parse(item.collected_at)) / day))
}
