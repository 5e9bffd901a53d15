import { approvalStandings, endOf, unmetConditions } from './approvals.ts'
import type { AppliedPolicy } from './coverage.ts'
import { countsUntil, evidenceFor } from './evidence.ts'
import type { ApprovalFact, Snapshot, Who } from './schema.ts'
import { whoApproves } from './words.ts'

export type Lapse = { kind: 'evidence' | 'approval' | 'waiver' | 'condition'; title: string; who: Who; at: string }

/** What an allowed answer rests on and when each of it stops counting, the first first. What has ended already is left out. */
export function lapsesOf(
  policies: readonly AppliedPolicy[],
  snapshot: Snapshot,
  approvals: readonly ApprovalFact[],
): Lapse[] {
  const lapses: Lapse[] = []
  for (const { document } of policies) {
    for (const rule of document.evidence) {
      const item = evidenceFor(snapshot.evidence, rule)
      const at = item && countsUntil(item, rule)
      if (at) lapses.push({ kind: 'evidence', title: rule.title, who: rule.who, at })
    }
    for (const { rule, used } of approvalStandings(document, snapshot, approvals)) {
      for (const fact of used) {
        const at = endOf(rule, fact.decided_at)
        if (at) lapses.push({ kind: 'approval', title: rule.title, who: whoApproves(rule), at })
        for (const { text, due_at } of unmetConditions(fact)) {
          lapses.push({ kind: 'condition', title: text, who: whoApproves(rule), at: due_at })
        }
      }
    }
  }
  for (const { what, until } of snapshot.version.waivers ?? []) {
    lapses.push({ kind: 'waiver', title: `The waiver of ${what}`, who: 'approver', at: until })
  }
  for (const { requirement, until } of snapshot.waivers ?? []) {
    lapses.push({ kind: 'waiver', title: `The waiver of ${requirement}`, who: 'approver', at: until })
  }
  return lapses.filter(({ at }) => at > snapshot.at).toSorted((a, b) => (a.at < b.at ? -1 : 1))
}
