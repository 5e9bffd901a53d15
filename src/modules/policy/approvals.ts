import type { ApprovalFact, ApprovalRule, Requirement, Snapshot } from './schema.ts'
import { countText, dayOf, listed } from './words.ts'

type Finding = Pick<Requirement, 'state' | 'explanation'>

/** Approvals that count: of exactly this content, in this role, by somebody independent, after the last rejection of it. */
export function countingApprovals(
  rule: Pick<ApprovalRule, 'role'>,
  { version, requester }: Pick<Snapshot, 'version' | 'requester'>,
  approvals: readonly ApprovalFact[],
): ApprovalFact[] {
  const rejection = lastRejection(approvals)
  const independent = ({ decided_by }: ApprovalFact) =>
    decided_by !== requester && !version.developers.includes(decided_by) && decided_by !== version.registered_by
  const counting = approvals.filter(
    (fact) =>
      fact.outcome === 'approved' &&
      fact.covers &&
      fact.roles.includes(rule.role) &&
      independent(fact) &&
      (!rejection || fact.decided_at > rejection.decided_at),
  )
  return [...new Map(counting.map((fact) => [fact.decided_by, fact])).values()]
}

export function assessApproval(rule: ApprovalRule, snapshot: Snapshot, approvals: readonly ApprovalFact[]): Finding {
  const counting = countingApprovals(rule, snapshot, approvals)
  if (counting.length >= rule.count) {
    const dates = listed(counting.map(({ decided_at }) => dayOf(decided_at)))
    return { state: 'met', explanation: `Approved on ${dates}; the approval covers exactly what is here now.` }
  }
  const rejection = lastRejection(approvals)
  if (rejection && counting.length === 0) {
    return { state: 'blocked', explanation: `Rejected on ${dayOf(rejection.decided_at)}.` }
  }
  const lapsed = approvals.find((fact) => fact.outcome === 'approved' && !fact.covers && fact.roles.includes(rule.role))
  if (lapsed && counting.length === 0) {
    const differences = lapsed.differences.join('; ')
    const explanation = `The approval of ${dayOf(lapsed.decided_at)} no longer covers the content: ${differences}.`
    return { state: 'blocked', explanation }
  }
  const asked = rule.count === 1 ? `A ${rule.role}` : `${counting.length} of ${countText(rule.count)} ${rule.role}s`
  const explanation =
    counting.length > 0
      ? `${asked} have approved.`
      : `${rule.count === 1 ? asked : `Each of ${countText(rule.count)} ${rule.role}s`} who neither developed it nor asked for the review still has to decide.`
  return { state: 'waiting', explanation }
}

export function lastRejection(approvals: readonly ApprovalFact[]): ApprovalFact | undefined {
  return approvals
    .filter(({ outcome, covers }) => outcome === 'rejected' && covers)
    .toSorted((a, b) => (a.decided_at < b.decided_at ? 1 : -1))[0]
}
