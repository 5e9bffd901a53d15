import { isUnmet } from '../policy/index.ts'
import type { Requirement } from '../policy/schema.ts'
import { Consequence, type WorkItem } from './schema.ts'

/** How many minutes a piece of work usually takes. */
export const minutesFor = {
  duty: 1,
  break_glass: 5,
  requirement: 2,
  evidence: 15,
  finding: 30,
  verification: 10,
  renewal: 20,
  condition: 30,
  audit_request: 30,
  answer: 10,
} as const

/** By consequence, then by day, what has no day last. */
export function inOrder(items: readonly WorkItem[]): WorkItem[] {
  const rank = (item: WorkItem) => Consequence.options.indexOf(item.consequence)
  const day = ({ due_at }: WorkItem) => due_at ?? '9999'
  return items.toSorted(
    (a, b) => rank(a) - rank(b) || (day(a) < day(b) ? -1 : day(a) > day(b) ? 1 : a.key < b.key ? -1 : 1),
  )
}

export const isApproval = ({ type }: Requirement) => type === 'approval'

/** What a developer still has to meet; findings are work of their own. */
export function leftToDevelop(requirements: readonly Requirement[]): Requirement[] {
  const isFinding = ({ link }: Requirement) => link.startsWith('/findings/')
  return requirements.filter(
    (each) => isUnmet(each) && !isApproval(each) && !isFinding(each) && each.who === 'developer',
  )
}

/** Approvals that nothing but a person keeps waiting. */
export function waitingApprovals(requirements: readonly Requirement[]): Requirement[] {
  return requirements.filter((each) => isApproval(each) && each.state === 'waiting')
}
