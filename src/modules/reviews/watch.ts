import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import type { Person } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import { type PersonId, serverActor } from '../audit/schema.ts'
import { tell } from '../notifications/index.ts'
import type { FlowParts } from './flow-parts.ts'
import { dueReviews, setReminder } from './flow-store.ts'
import { thingsOf } from './parts.ts'
import { reviewersOf } from './reviewers.ts'
import type { Parties } from './separation.ts'
import type { Situation } from './situation.ts'
import * as store from './store.ts'

type WatchParts = FlowParts & {
  partiesOf(requester: PersonId | null, version: Situation['version']): Promise<Omit<Parties, 'roles'>>
  /** A version that nobody reviews any more is a draft again. */
  becomeDraft(tx: Tx, version: Situation['version']): Promise<void>
}

/** Reminds those who are asked, before a deadline and at it, and closes what ran out. Several servers may do it. */
export function createReviewWatch(parts: WatchParts) {
  const { db, write, clock, situations } = parts

  async function tick(): Promise<void> {
    const due = await dueReviews(db, isoNow(clock))
    if (due.length === 0) return
    const people = await parts.people()
    for (const review of due) await look(review, people)
  }

  async function look(review: store.StoredReview, people: readonly Person[]): Promise<void> {
    const { version } = await parts.partsOf(db, review)
    const parties = await parts.partiesOf(review.requested_by as PersonId, version)
    await write(serverActor, async (tx, record) => {
      const now = isoNow(clock)
      const situation = await situations.atVersion(tx, review.version_id, review.environment, now)
      const done =
        review.expires_at !== null && review.expires_at <= now
          ? await expire(tx, record, review, situation, now)
          : await remind(tx, record, review, situation, { now, people, parties })
      if (!done) throw new NothingLeft()
    }).catch((error: unknown) => {
      if (!(error instanceof NothingLeft)) throw error
    })
  }

  async function expire(
    tx: Tx,
    record: RecordEvent,
    review: store.StoredReview,
    situation: Situation,
    now: string,
  ): Promise<boolean> {
    if (!(await store.moveReview(tx, review, { state: 'expired', closed_at: now, remind_at: null }))) return false
    await parts.becomeDraft(tx, situation.version)
    const { environment, expires_at } = review
    record('review.expired', `review:${review.id}`, { environment, deadline: expires_at }, thingsOf(situation))
    await tell(tx, {
      to: [review.requested_by],
      kind: 'expired',
      text: `The review of ${titleOf(situation)} ran out before anybody decided; ask again when it is still wanted.`,
      link: `/reviews/${review.id}`,
      by: 'server',
      at: now,
    })
    return true
  }

  type Told = { now: string; people: readonly Person[]; parties: Omit<Parties, 'roles'> }

  async function remind(
    tx: Tx,
    record: RecordEvent,
    review: store.StoredReview,
    situation: Situation,
    { now, people, parties }: Told,
  ): Promise<boolean> {
    const due = review.due_at ?? now
    const isLate = due <= now
    if (!(await setReminder(tx, review, isLate ? null : due))) return false
    const to = await reviewersOf(tx, review, situation, { people, parties })
    const day = due.slice(0, 10)
    const title = titleOf(situation)
    await tell(tx, {
      // Whoever asked hears of it when it is late, so that they can ask around.
      to: isLate ? [...to, review.requested_by] : to,
      kind: isLate ? 'overdue' : 'reminder',
      text: isLate ? `The decision about ${title} was due on ${day}.` : `The decision about ${title} is due on ${day}.`,
      link: `/reviews/${review.id}`,
      by: 'server',
      at: now,
    })
    const detail = {
      environment: review.environment,
      due_at: due,
      kind: isLate ? 'overdue' : 'before',
      count: to.length,
    }
    record('review.reminded', `review:${review.id}`, detail, thingsOf(situation))
    return true
  }

  return { tick }
}

function titleOf({ model, version, environment }: Situation): string {
  return `${model.name} ${version.version} for ${environment.name}`
}

/** Another server has done it: thrown inside the write, so that it is undone. */
class NothingLeft extends Error {}
