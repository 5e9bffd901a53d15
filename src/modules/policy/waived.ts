import { digestOf } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { AppliedPolicy } from './coverage.ts'
import type { PolicyDocument, Requirement, Snapshot, WaiverRule } from './schema.ts'

const day = 86_400_000

/** The last moment of a waiver: the end, in UTC, of the last day that the policy lets it have. */
export function latestEnd(given_at: string, { max_days }: Pick<WaiverRule, 'max_days'>): string {
  const last = new Date(Date.parse(given_at) + max_days * day).toISOString()
  return `${last.slice(0, 10)}T23:59:59.999Z`
}

/** A requirement that may be waived: the rule as it is worded now, and what the policy says about waiving it. */
export type Waivable = { readonly rule_digest: Digest; readonly terms: WaiverRule }

/** What a policy lets somebody waive of one of its requirements, or undefined. */
export function waivableIn(document: PolicyDocument, requirement: string): Waivable | undefined {
  const terms = document.waivers.find(({ requirements }) => requirements.includes(requirement))
  const rule = [...document.evidence, ...document.checks].find(({ id }) => id === requirement)
  return terms && rule && { rule_digest: digestOf(rule as JsonObject), terms }
}

/**
 * A requirement that is not met, with the waiver that stands in for it. A waiver counts for the rule as it was worded when it
 * was waived, and as far as the policy in force lets somebody of these roles waive it for that long.
 */
export function withWaiver(
  requirement: Requirement,
  { name, document }: AppliedPolicy,
  snapshot: Snapshot,
): Requirement {
  if (requirement.state === 'met' || requirement.state === 'attention') return requirement
  const waivable = waivableIn(document, requirement.id)
  if (!waivable) return requirement
  const { roles, max_days } = waivable.terms
  const waiver = snapshot.waivers?.find(
    (each) =>
      each.policy === name &&
      each.requirement === requirement.id &&
      each.rule_digest === waivable.rule_digest &&
      each.until > snapshot.at &&
      each.until <= latestEnd(each.given_at, { max_days }) &&
      each.roles.some((role) => roles.includes(role)) &&
      !madeBy(snapshot, each.given_by),
  )
  if (!waiver) return { ...requirement, waivable: { roles, max_days } }
  const { id, reason, control, given_by, until } = waiver
  return { ...requirement, waiver: { id, reason, control, given_by, until }, waivable: { roles, max_days } }
}

function madeBy({ version, requester }: Snapshot, person: string): boolean {
  return person === requester || person === version.registered_by || version.developers.some((each) => each === person)
}
