import type { Tier } from '../registry/schema.ts'
import { countsUntil, evidenceFor } from './evidence.ts'
import type { PolicyVersion, Snapshot } from './schema.ts'

/** A policy as the gate applies it. */
export type AppliedPolicy = Pick<PolicyVersion, 'name' | 'version' | 'digest' | 'document'>

/** The published policies that apply to a tier in an environment, in the order of their names. */
export function covering<T extends AppliedPolicy>(policies: readonly T[], tier: Tier | null, environment: string): T[] {
  return policies
    .filter(
      ({ document: { scope } }) =>
        tier !== null && scope.tiers.includes(tier) && scope.environments.includes(environment),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const hour = 3_600_000
const withoutPolicy = 24

/** Until when an answer given now holds: the shortest of the policies' terms, the evidence that still counts and the waivers. */
export function answerUntil(policies: readonly AppliedPolicy[], snapshot: Snapshot): string {
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
  for (const { until } of snapshot.version.waivers ?? []) terms.push(until)
  return terms.reduce((first, term) => (term < first ? term : first))
}
