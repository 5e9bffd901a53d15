import { approvalStandings } from './approvals.ts'
import type { ApprovalFact, PolicyDocument, Snapshot } from './schema.ts'

/** The moments that a review moves towards; null where no rule that is still unmet names a deadline. */
export type Deadlines = {
  readonly due_at: string | null
  /** When reviewers are reminded first. */
  readonly remind_at: string | null
  /** When the review is closed by itself. */
  readonly expires_at: string | null
}

const day = 86_400_000
const longestNotice = 2 * day

/** What is due first of the approvals that are still missing, counted from the moment that the round began. */
export function deadlinesOf(
  documents: readonly Pick<PolicyDocument, 'approvals' | 'stages'>[],
  snapshot: Pick<Snapshot, 'version' | 'requester' | 'at'>,
  approvals: readonly ApprovalFact[],
  since: string,
): Deadlines {
  const missing = documents.flatMap((document) =>
    approvalStandings(document, snapshot, approvals).flatMap(({ rule, met }) =>
      met || rule.deadline_days === undefined ? [] : [{ days: rule.deadline_days, overdue: rule.overdue }],
    ),
  )
  const first = earliest(missing.map(({ days }) => days))
  const last = earliest(missing.filter(({ overdue }) => overdue === 'expire').map(({ days }) => days))
  const after = (ms: number) => new Date(Date.parse(since) + ms).toISOString()
  return {
    due_at: first === null ? null : after(first * day),
    remind_at: first === null ? null : after(first * day - Math.min(longestNotice, (first * day) / 2)),
    expires_at: last === null ? null : after(last * day),
  }
}

function earliest(days: readonly number[]): number | null {
  return days.length === 0 ? null : Math.min(...days)
}
