import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { canonicalJson } from '../../lib/json.ts'
import type { Actor } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import { tell } from '../notifications/index.ts'
import { deadlinesOf } from '../policy/index.ts'
import type { FlowParts } from './flow-parts.ts'
import { delegationsOf, insertTurn, toTurn } from './flow-store.ts'
import { publishNotes } from './notes.ts'
import { alreadyClosed, thingsOf } from './parts.ts'
import { placesOf, reviewersOf, withPlaces } from './reviewers.ts'
import type { ChangesInput, ChangesResult, ResubmitInput, Review, ReviewTurn } from './schema.ts'
import { conflictsOf } from './separation.ts'
import type { Situation } from './situation.ts'
import * as store from './store.ts'

/** A reviewer asks for changes; whoever asked for the review makes them and submits again. */
export function createTurns(parts: FlowParts) {
  const { write, clock, situations } = parts

  async function requestChanges(actor: Actor, id: string, input: ChangesInput): Promise<ChangesResult> {
    const { parties } = await parts.before(actor, id)
    const people = await parts.people()
    return write(actor, async (tx, record) => {
      const now = isoNow(clock)
      const current = await parts.getReview(actor, id, tx)
      const situation = await situations.atVersion(tx, current.version_id, current.environment, now)
      parts.demandReviewer(actor, situation)
      if (current.state !== 'open') throw alreadyClosed(current)
      const places = placesOf(actor.id, await delegationsOf(tx, id, now), people, situation)
      const reasons = conflictsOf(actor, withPlaces(parties, situation, places))
      if (reasons.length > 0) {
        const rules = reasons.map(({ rule }) => rule)
        record('review.changes_refused', `review:${id}`, { rules }, thingsOf(situation))
        return { outcome: 'refused', reasons }
      }
      demandRequirements(situation, input.requirements)
      if (!(await store.moveReview(tx, current, { state: 'changes_requested', remind_at: null }))) {
        throw alreadyClosed(current)
      }
      await publishNotes(tx, record, actor, { review: current, situation, people, about: input.publish_notes, at: now })
      const said = { kind: 'changes_requested', text: input.text, requirements: input.requirements } as const
      const turn = await take(tx, record, actor, { review: current, situation, now, ...said })
      const many = input.requirements.length === 1 ? 'one requirement' : `${input.requirements.length} requirements`
      await tell(tx, {
        to: [current.requested_by],
        kind: 'changes_requested',
        text: `Changes are asked for before ${titleOf(situation)} is decided about: ${many}.`,
        link: `/reviews/${id}`,
        by: actor.id,
        at: now,
      })
      const review = store.toReview({ ...current, state: 'changes_requested', remind_at: null }, situation.model.name)
      return { outcome: 'recorded', turn, review }
    })
  }

  /** A round begins anew, with what is there now and with its own deadline. */
  async function resubmit(actor: Actor, id: string, { text }: ResubmitInput): Promise<Review> {
    const { parties } = await parts.before(actor, id)
    const people = await parts.people()
    return write(actor, async (tx, record) => {
      const now = isoNow(clock)
      const current = await parts.getReview(actor, id, tx)
      if (current.requested_by !== actor.id) throw forbidden('only whoever asked for a review submits it again')
      if (current.state !== 'changes_requested') throw conflict(`nobody has asked for changes in review ${id}`)
      const situation = await situations.atVersion(tx, current.version_id, current.environment, now)
      const { policies, snapshot, approvals, version } = situation
      if (version.state === 'suspended' || version.state === 'retired') {
        throw conflict(`version ${version.version} is ${version.state}`)
      }
      const documents = policies.map(({ document }) => document)
      const next = {
        state: 'open' as const,
        round: current.round + 1,
        scope: canonicalJson(situation.scope),
        ...deadlinesOf(documents, snapshot, approvals, now),
      }
      if (!(await store.moveReview(tx, current, next))) throw alreadyClosed(current)
      const review = { ...current, ...next }
      await take(tx, record, actor, { review, situation, now, kind: 'resubmitted', text, requirements: [] })
      await tell(tx, {
        to: await reviewersOf(tx, review, situation, { people, parties }),
        kind: 'resubmitted',
        text: `${titleOf(situation)} was submitted again and waits for a decision.`,
        link: `/reviews/${id}`,
        by: actor.id,
        at: now,
      })
      return store.toReview(review, situation.model.name)
    })
  }

  type Said = Pick<ReviewTurn, 'kind' | 'text' | 'requirements'> & {
    review: store.StoredReview
    situation: Situation
    now: string
  }

  async function take(tx: Tx, record: RecordEvent, actor: Actor, said: Said): Promise<ReviewTurn> {
    const { review, situation, now, kind, text, requirements } = said
    const { scope_digest } = situation
    const row = {
      id: newId('trn', clock.now().getTime()),
      review_id: review.id,
      round: review.round,
      kind,
      said_by: actor.id,
      said_at: now,
      text,
      requirements: JSON.stringify(requirements),
      scope_digest,
    }
    await insertTurn(tx, row)
    const environment = review.environment
    const detail = { environment, turn: row.id, round: row.round, requirements, scope_digest, reason: text }
    record(`review.${kind}`, `review:${review.id}`, detail, thingsOf(situation))
    return toTurn(row)
  }

  return { requestChanges, resubmit }
}

function titleOf({ model, version, environment }: Situation): string {
  return `${model.name} ${version.version} for ${environment.name}`
}

function demandRequirements({ assessment }: Situation, named: readonly string[]): void {
  const known = new Set(assessment.requirements.map(({ policy, id }) => `${policy.name}/${id}`))
  const unknown = named.find((each) => !known.has(each))
  if (unknown !== undefined) {
    throw badRequest(`this review has no requirement ${unknown}; it has ${[...known].join(', ')}`)
  }
}
