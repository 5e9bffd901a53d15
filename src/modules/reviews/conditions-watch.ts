import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { notFound } from '../../lib/errors.ts'
import type { RecordEvent } from '../audit/index.ts'
import { serverActor } from '../audit/schema.ts'
import { tell } from '../notifications/index.ts'
import { dayOf } from '../policy/index.ts'
import { findVersionById } from '../registry/index.ts'
import type { ModelVersion, VersionId } from '../registry/schema.ts'
import { aboutOf, linkOf, titleOf } from './conditions.ts'
import { nextWarning } from './conditions-set.ts'
import * as store from './conditions-store.ts'
import type { ReviewParts } from './parts.ts'
import { findReview } from './store.ts'
import { settleVersion } from './version-state.ts'

/**
 * Warns before a condition is due, and says when an approval has lapsed. The gate denies from that moment without waiting for
 * this. Several servers may do it.
 */
export function createConditionWatch({ db, write, clock, registry }: ReviewParts) {
  async function tick(): Promise<void> {
    for (const row of await store.dueConditions(db, isoNow(clock))) {
      await write(serverActor, async (tx, record) => {
        const now = isoNow(clock)
        const version = await findVersionById(tx, row.version_id as VersionId)
        if (!version) throw notFound('version', row.version_id)
        const done =
          row.due_at <= now ? await lapse(tx, record, row, version, now) : await warn(tx, record, row, version, now)
        if (!done) throw new NothingLeft()
      }).catch((error: unknown) => {
        if (!(error instanceof NothingLeft)) throw error
      })
    }
  }

  async function warn(tx: Tx, record: RecordEvent, row: store.StoredCondition, version: ModelVersion, now: string) {
    if (!(await store.setWarning(tx, row, nextWarning(row.due_at, now)))) return false
    const days = Math.ceil((Date.parse(row.due_at) - Date.parse(now)) / 86_400_000)
    const when = days === 1 ? 'within a day' : `in ${days} days`
    await tell(tx, {
      to: [row.owner, row.set_by],
      kind: 'condition_due',
      text: `A condition of the approval of ${titleOf(row, version)} is due ${when}; on ${dayOf(row.due_at)} the approval lapses.`,
      link: linkOf(version),
      by: 'server',
      at: now,
    })
    record('condition.warned', `condition:${row.id}`, { due_at: row.due_at, days }, [...aboutOf(row, version)])
    return true
  }

  async function lapse(tx: Tx, record: RecordEvent, row: store.StoredCondition, version: ModelVersion, now: string) {
    if (!(await store.changeCondition(tx, row.id, { lapsed_at: now, warn_at: null }))) return false
    const about = aboutOf(row, version)
    const { environment, due_at, text } = row
    record('condition.lapsed', `condition:${row.id}`, { environment, due_at, text }, [...about])
    await settleVersion(tx, record, registry, version, { now, about: [`condition:${row.id}`, ...about] })
    const review = await findReview(tx, row.review_id)
    await tell(tx, {
      to: [row.owner, row.set_by, ...(review ? [review.requested_by] : [])],
      kind: 'lapsed',
      text: `The approval of ${titleOf(row, version)} has lapsed, because a condition was not met by ${dayOf(due_at)}.`,
      link: linkOf(version),
      by: 'server',
      at: now,
    })
    return true
  }

  return { tick }
}

/** Another server has done it: thrown inside the write, so that it is undone. */
class NothingLeft extends Error {}
