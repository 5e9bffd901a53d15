import type { Db, Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { conflict, forbidden } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { canonicalJson } from '../../lib/json.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import type { PersonId } from '../audit/schema.ts'
import { approvalsMet, stageBefore } from '../policy/index.ts'
import type { ApprovalFact } from '../policy/schema.ts'
import { getVersion } from '../registry/index.ts'
import type { LifecycleState, Model, ModelVersion } from '../registry/schema.ts'
import { alreadyClosed, type ReviewParts, rolesAsked, thingsOf } from './parts.ts'
import type { Decision, DecisionDocument, DecisionId, DecisionInput, DecisionResult, ReviewId } from './schema.ts'
import { differencesBetween, type Scope } from './scope.ts'
import { conflictsOf, type Parties, rolesOn } from './separation.ts'
import type { Situation, Situations } from './situation.ts'
import * as store from './store.ts'
import { signDecision } from './verify.ts'

type DecideParts = ReviewParts & {
  situations: Situations
  getReview(actor: Actor, id: string, from?: Db): Promise<store.StoredReview>
  partsOf(from: Db, review: store.StoredReview): Promise<{ version: ModelVersion; model: Model }>
  partiesOf(requester: PersonId | null, version: ModelVersion): Promise<Omit<Parties, 'roles'>>
}

/**
 * One write takes a decision: separation of duties, freshness of what was seen, the signed document, the review's and
 * the version's state. A refusal is an answer, and it is recorded.
 */
export function createDecide(parts: DecideParts) {
  const { db, write, clock, key, registry, situations } = parts

  return async function decide(actor: Actor, id: string, input: DecisionInput): Promise<DecisionResult> {
    const review = await parts.getReview(actor, id)
    const { version } = await parts.partsOf(db, review)
    const parties = await parts.partiesOf(review.requested_by as PersonId, version)

    return write(actor, async (tx, record) => {
      const current = await parts.getReview(actor, id, tx)
      const now = isoNow(clock)
      const situation = await situations.atVersion(tx, current.version_id, current.environment, now)
      const { model, scope_digest } = situation
      if (!permits(actor, 'review.decide', model.name)) {
        throw forbidden('this needs the permission review.decide', { permission: 'review.decide' })
      }
      if (current.state !== 'open') throw alreadyClosed(current)
      // One that was taken out of the lists is not decided about.
      await getVersion(tx, model.name, situation.version.version)
      const { developers } = parties
      const requester = review.requested_by as PersonId
      const compared = { approver: actor.id as PersonId, requester, developers: [...developers] }
      const conflicts = conflictsOf(actor, { ...parties, model: model.name, roles: rolesAsked(situation) })
      const reasons = conflicts.length > 0 ? conflicts : tooEarly(situation, input, rolesOn(actor, model.name))
      if (reasons.length > 0) {
        const rules = reasons.map(({ rule }) => rule)
        record('decision.refused', `review:${id}`, { outcome: input.outcome, rules, compared }, thingsOf(situation))
        return { outcome: 'refused', reasons }
      }
      if (situation.decisions.some((each) => each.review_id === id && each.decided_by === actor.id)) {
        throw conflict('you have already decided in this review')
      }
      if (input.scope_digest !== scope_digest) throw stale(current, situation)

      const document: DecisionDocument = {
        format: 'modelkeep-decision-1',
        id: newId('dec', clock.now().getTime()) as DecisionId,
        review: id as ReviewId,
        outcome: input.outcome,
        reason: input.reason,
        decided_by: actor.id as PersonId,
        decided_at: momentAfter(situation, now),
        roles: rolesOn(actor, model.name),
        compared,
        scope_digest,
        snapshot: situation.snapshot,
      }
      const signed = signDecision(document, key)
      await store.insertDecision(tx, {
        id: document.id,
        review_id: id,
        model_id: model.id,
        version_id: situation.version.id,
        version: situation.version.version,
        environment: current.environment,
        outcome: input.outcome,
        decided_by: actor.id,
        decided_at: document.decided_at,
        scope_digest,
        digest: signed.digest,
        document: canonicalJson(document),
        key_id: signed.key_id,
        signature: signed.signature,
      })
      const decision = decisionOf(document, signed.digest, situation)
      const fact = { ...decision, decision_id: document.id, roles: rolesOn(actor, model.name) }
      const closed = await settle(tx, record, current, situation, fact)
      const detail = {
        outcome: input.outcome,
        digest: signed.digest,
        scope_digest,
        compared,
        review_state: closed.state,
      }
      record('decision.recorded', `decision:${document.id}`, detail, [`review:${id}`, ...thingsOf(situation)])
      return { outcome: 'recorded', decision, review: store.toReview(closed, model.name) }
    })
  }

  /** A rejection ends the review at once; an approval does when every policy has as many as it asks for. */
  async function settle(
    tx: Tx,
    record: RecordEvent,
    review: store.StoredReview,
    situation: Situation,
    fact: ApprovalFact,
  ): Promise<store.StoredReview> {
    const state = fact.outcome
    if (state === 'approved' && !enoughApprovals(situation, fact)) return review
    const closed_at = fact.decided_at
    if (!(await store.closeReview(tx, review.id, state, closed_at))) throw alreadyClosed(review)
    const { version } = situation
    if (!judgeable.includes(version.state)) throw conflict(`version ${version.version} is ${version.state}`)
    if (version.state !== state) {
      if (!(await registry.versions.setState(tx, version.id, version.state, state))) {
        throw conflict('the version changed while it was being decided about')
      }
      record('version.state_changed', `version:${version.id}`, { before: version.state, after: state }, [
        `decision:${fact.decision_id}`,
        ...thingsOf(situation),
      ])
    }
    return { ...review, state, closed_at }
  }
}

/** Decisions come one after the other, also where the clock goes back: the last one has to stay the last. */
function momentAfter({ decisions }: Situation, now: string): string {
  const last = decisions.reduce((latest, { decided_at }) => (decided_at > latest ? decided_at : latest), '')
  return last < now ? now : new Date(Date.parse(last) + 1).toISOString()
}

const judgeable: readonly LifecycleState[] = [
  'draft',
  'submitted',
  'in_validation',
  'approved',
  'approved_with_conditions',
  'rejected',
]

function enoughApprovals({ policies, approvals, snapshot }: Situation, fact: ApprovalFact): boolean {
  return policies.every(({ document }) => approvalsMet(document, snapshot, [fact, ...approvals]))
}

/** Whoever is asked in a later stage waits for the one before; a rejection is heard at any time. */
function tooEarly({ policies, snapshot, approvals }: Situation, { outcome }: DecisionInput, roles: readonly string[]) {
  if (outcome !== 'approved') return []
  const stages = policies.map(({ document }) => stageBefore(document, snapshot, approvals, roles))
  const [first] = stages
  if (!first || stages.some((stage) => stage === null)) return []
  return [{ rule: 'stage', message: `The stage ${first} has to be complete first.` }]
}

function decisionOf(document: DecisionDocument, digest: Decision['digest'], { model, version }: Situation): Decision {
  return {
    id: document.id,
    review_id: document.review,
    model: model.name,
    version: version.version,
    environment: document.snapshot.environment,
    outcome: document.outcome,
    reason: document.reason,
    decided_by: document.decided_by,
    decided_at: document.decided_at,
    scope_digest: document.scope_digest,
    digest,
    covers: true,
    differences: [],
  }
}

/** What the person saw is not what is there now; the differences are those since the review was asked for. */
function stale(review: store.StoredReview, { scope, scope_digest }: Situation) {
  const differences = differencesBetween(JSON.parse(review.scope) as Scope, scope)
  const what = differences.length > 0 ? `: ${differences.join('; ')}` : ''
  return conflict(`the content is not what you saw; look at it again${what}`, { scope_digest, differences })
}
