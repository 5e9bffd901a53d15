import type { Tx } from '../../db/database.ts'
import type { RecordEvent } from '../audit/index.ts'
import type { Thing } from '../audit/schema.ts'
import type { Registry } from '../registry/index.ts'
import type { LifecycleState, ModelVersion } from '../registry/schema.ts'
import { approvedReviews } from './conditions-store.ts'
import { openReviewsOf } from './store.ts'

/** What governance thinks of a version whose conditions were met or have lapsed: the best that is left of its approvals. */
async function stateLeft(tx: Tx, id: string, now: string): Promise<LifecycleState> {
  const reviews = await approvedReviews(tx, id)
  const standing = reviews.filter(({ conditions }) =>
    conditions.every(({ confirmed_at, due_at }) => confirmed_at !== null || due_at > now),
  )
  if (standing.length === 0) return (await openReviewsOf(tx, id)) > 0 ? 'submitted' : 'draft'
  const isOpen = standing.some(({ conditions }) => conditions.some(({ confirmed_at }) => confirmed_at === null))
  return isOpen ? 'approved_with_conditions' : 'approved'
}

/** Moves an approved version to what is left of its approvals; a version in another state stays where it is. */
export async function settleVersion(
  tx: Tx,
  record: RecordEvent,
  registry: Registry,
  version: ModelVersion,
  { now, about }: { now: string; about: readonly Thing[] },
): Promise<void> {
  if (version.state !== 'approved' && version.state !== 'approved_with_conditions') return
  const after = await stateLeft(tx, version.id, now)
  if (after === version.state) return
  if (!(await registry.versions.setState(tx, version.id, version.state, after))) return
  record('version.state_changed', `version:${version.id}`, { before: version.state, after }, [...about])
}
