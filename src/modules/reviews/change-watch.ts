import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { digestOf } from '../../lib/digest.ts'
import type { Person } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import { type EventBody, type PersonId, serverActor, type Thing } from '../audit/schema.ts'
import { tell } from '../notifications/index.ts'
import type { NoticeKind } from '../notifications/schema.ts'
import { findVersionById } from '../registry/index.ts'
import type { VersionId } from '../registry/schema.ts'
import { decidedPlacesOf, see, seenOf } from './change-store.ts'
import { openReview } from './opening.ts'
import { type ReviewParts, thingsOf } from './parts.ts'
import type { Decision } from './schema.ts'
import type { Parties } from './separation.ts'
import type { Situation, Situations } from './situation.ts'
import * as store from './store.ts'
import type { ApprovalWatchRow } from './tables.ts'

/** Events after which an approval may cover something else than what is there. */
export const changingActions =
  /^(model\.(updated|tag_set|tag_deleted)|evidence\.collected|policy\.published|environment\.set|finding\.)/

type WatchParts = ReviewParts & {
  situations: Situations
  partiesOf(requester: PersonId | null, version: Situation['version']): Promise<Omit<Parties, 'roles'>>
}
type Seen = Pick<ApprovalWatchRow, 'state' | 'digest'>

/** Notices that something in the scope of an approval changed, by whatever route, and does what the change rules say. */
export function createChangeWatch(parts: WatchParts) {
  const { db, write, clock, situations } = parts
  let models = new Set<string>()
  let all = false

  /** Remembers what the events are about until the next look. */
  function note(events: readonly Pick<EventBody, 'action' | 'about' | 'subject'>[]): void {
    for (const { action, about, subject } of events) {
      if (!changingActions.test(action)) continue
      const touched = [subject, ...about].flatMap(modelIn)
      if (touched.length === 0) all = true
      for (const id of touched) models.add(id)
    }
  }

  async function look(): Promise<void> {
    const places = all || models.size > 0 ? await decidedPlacesOf(db, all ? undefined : [...models]) : []
    models = new Set()
    all = false
    if (places.length === 0) return
    const people = await parts.people()
    for (const { version_id, environment } of places) await lookAt(version_id, environment, people)
  }

  async function lookAt(version_id: string, environment: string, people: readonly Person[]): Promise<void> {
    const version = await findVersionById(db, version_id as VersionId)
    if (!version || version.state === 'retired') return
    const now = isoNow(clock)
    const glance = await situations.atVersion(db, version_id, environment, now)
    if ((await changedIn(glance)).length === 0) return
    const requester = await requesterOf(glance)
    const parties = await parts.partiesOf(requester, version)
    await write(serverActor, async (tx, record) => {
      const situation = await situations.atVersion(tx, version_id, environment, now)
      const changed = await changedIn(situation, tx)
      for (const { decision, before, after } of changed) {
        if (!(await see(tx, before, { decision_id: decision.id, ...after, seen_at: now }))) throw new NothingLeft()
        await tellOf(tx, record, situation, decision, after)
      }
      const reopens = changed.find(({ decision, after }) => after.state === 'lapsed' && decision.effect === 'reopen')
      if (reopens && requester && !situation.open_review && isReviewable(situation)) {
        const note = `Something changed after the approval of ${reopens.decision.decided_at.slice(0, 10)}: ${reopens.decision.differences.join('; ')}.`
        const detail = { reopens: reopens.decision.id, differences: reopens.decision.differences }
        const asked = {
          requester,
          by: serverActor.id,
          note,
          action: 'review.reopened' as const,
          detail,
          people,
          parties,
        }
        await openReview(tx, record, situation, asked)
      }
      if (changed.length === 0) throw new NothingLeft()
    }).catch((error: unknown) => {
      if (!(error instanceof NothingLeft)) throw error
    })
  }

  async function changedIn(situation: Situation, from = db) {
    const current = currentApprovals(situation)
    const seen = await seenOf(
      from,
      current.map(({ id }) => id),
    )
    return current.flatMap((decision) => {
      const before = seen.get(decision.id)
      const after = seenAs(decision)
      const isSame = before ? before.state === after.state && before.digest === after.digest : after.state === 'covers'
      return isSame ? [] : [{ decision, before, after }]
    })
  }

  async function tellOf(tx: Tx, record: RecordEvent, situation: Situation, decision: Decision, after: Seen) {
    const about: Thing[] = [`review:${decision.review_id}`, ...thingsOf(situation)]
    const { differences, tolerated = [], effect = 'lapse' } = decision
    const environment = situation.environment.name
    const name = `${situation.model.name} ${situation.version.version} in ${environment}`
    const told = async (kind: NoticeKind, text: string) =>
      tell(tx, {
        to: [
          decision.decided_by,
          ...(situation.model.owner ? [situation.model.owner] : []),
          ...(await askers(tx, decision)),
        ],
        kind,
        text,
        link: `/models/${encodeURIComponent(situation.model.name)}/versions/${situation.version.version}?tab=decisions&environment=${encodeURIComponent(environment)}`,
        by: serverActor.id,
        at: situation.snapshot.at,
      })
    switch (after.state) {
      case 'lapsed':
        record('approval.lapsed', `decision:${decision.id}`, { environment, effect, differences }, about)
        await told('lapsed', `The approval of ${name} no longer covers what is there: ${differences.join('; ')}.`)
        return
      case 'tolerated': {
        const changes = tolerated.map(({ text }) => text)
        const isTold = tolerated.some((each) => each.effect === 'notify')
        record(
          'approval.changed',
          `decision:${decision.id}`,
          { environment, effect: isTold ? 'notify' : 'ignore', changes },
          about,
        )
        if (isTold)
          await told(
            'changed',
            `Something changed after the approval of ${name}, and it stands: ${changes.join('; ')}.`,
          )
        return
      }
      case 'covers':
        record('approval.restored', `decision:${decision.id}`, { environment }, about)
    }
  }

  async function askers(tx: Tx, { review_id }: Decision): Promise<string[]> {
    const review = await store.findReview(tx, review_id)
    return review ? [review.requested_by] : []
  }

  async function requesterOf(situation: Situation): Promise<PersonId | null> {
    const [latest] = currentApprovals(situation)
    const review = latest && (await store.findReview(db, latest.review_id))
    return (review?.requested_by as PersonId | undefined) ?? null
  }

  return { note, look }
}

/** The newest decision of each person, where it approves and nobody has rejected since. Newest first. */
function currentApprovals({ decisions }: Situation): Decision[] {
  const rejected = decisions.findIndex(({ outcome }) => outcome === 'rejected')
  const since = rejected < 0 ? decisions : decisions.slice(0, rejected)
  return since.filter((each, index) => since.findIndex(({ decided_by }) => decided_by === each.decided_by) === index)
}

function seenAs({ covers, differences, tolerated = [] }: Decision): Seen {
  const state = covers ? (tolerated.length > 0 ? 'tolerated' : 'covers') : 'lapsed'
  return { state, digest: digestOf([...differences, ...tolerated.map(({ text }) => text)]) }
}

const isReviewable = ({ version: { state } }: Situation) => state !== 'suspended' && state !== 'retired'

const modelIn = (thing: Thing) => (thing.startsWith('model:') ? [thing.slice('model:'.length)] : [])

/** Nothing changed after all, or another server has done it: thrown inside the write, so that it is undone. */
class NothingLeft extends Error {}
