import type { Tier } from '../registry/schema.ts'
import { approvalsEnd } from './approvals.ts'
import { countsUntil, evidenceFor } from './evidence.ts'
import type { ApprovalFact, PolicyDocument, PolicyVersion, Snapshot } from './schema.ts'

/** A policy as the gate applies it. */
export type AppliedPolicy = Pick<PolicyVersion, 'name' | 'version' | 'digest' | 'document'>

type Covered = { readonly tier: Tier | null; readonly tags?: Snapshot['model']['tags'] }

/** The published policies that apply to a model in an environment, in the order of their names. */
export function covering<T extends AppliedPolicy>(policies: readonly T[], model: Covered, environment: string): T[] {
  return policies
    .filter(
      ({ document: { scope } }) =>
        model.tier !== null &&
        scope.tiers.includes(model.tier) &&
        scope.environments.includes(environment) &&
        hasTags(model, scope.tags),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function hasTags({ tags = [] }: Covered, wanted: PolicyDocument['scope']['tags'] = {}): boolean {
  return Object.entries(wanted).every(([key, value]) =>
    tags.some((tag) => tag.key === key && (value === '*' || tag.value === value)),
  )
}

const hour = 3_600_000
const withoutPolicy = 24

/** Until when an answer given now holds: the shortest of the policies' terms, the evidence and approvals that still count, and the waivers. */
export function answerUntil(
  policies: readonly AppliedPolicy[],
  snapshot: Snapshot,
  approvals: readonly ApprovalFact[] = [],
): string {
  const now = Date.parse(snapshot.at)
  const hours = policies.map(({ document }) => document.verdict_hours)
  const terms = [new Date(now + Math.min(...(hours.length > 0 ? hours : [withoutPolicy])) * hour).toISOString()]
  for (const { document } of policies) {
    for (const rule of document.evidence) {
      const item = evidenceFor(snapshot.evidence, rule)
      const until = item && countsUntil(item, rule)
      if (until && until > snapshot.at) terms.push(until)
    }
  }
  for (const { until } of [...(snapshot.version.waivers ?? []), ...(snapshot.waivers ?? [])]) {
    if (until > snapshot.at) terms.push(until)
  }
  for (const { document } of policies) terms.push(...approvalsEnd(document, snapshot, approvals))
  return terms.reduce((first, term) => (term < first ? term : first))
}
