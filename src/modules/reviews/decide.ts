import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { conflict } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { canonicalJson } from '../../lib/json.ts'
import type { Actor } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import type { PersonId } from '../audit/schema.ts'
import { tell } from '../notifications/index.ts'
import { approvalsMet, deadlinesOf, stageBefore } from '../policy/index.ts'
import type { ApprovalFact } from '../policy/schema.ts'
import { getVersion } from '../registry/index.ts'
import type { LifecycleState } from '../registry/schema.ts'
import { conditionsIn, setConditions } from './conditions-set.ts'
import type { FlowParts } from './flow-parts.ts'
import { delegationsOf, roundBegan, setDeadlines } from './flow-store.ts'
import { publishNotes } from './notes.ts'
import { createOwnSignatures, unsigned } from './own-signature.ts'
import { alreadyClosed, thingsOf } from './parts.ts'
import { placesOf, withPlaces } from './reviewers.ts'
import type { Decision, DecisionDocument, DecisionId, DecisionInput, DecisionResult, ReviewId } from './schema.ts'
import { differencesBetween, type Scope } from './scope.ts'
import { conflictsOf, rolesOn } from './separation.ts'
import { factOf, personKeyOf, type Situation } from './situation.ts'
import * as store from './store.ts'
import { signDecision } from './verify.ts'

/**
 * One write takes a decision: separation of duties, freshness of what was seen, the signed document, the review's and
 * the version's state. A refusal is an answer, and it is recorded.
 */
export function createDecide(parts: FlowParts) {
  const { write, clock, key, registry, situations } = parts
  const signatures = createOwnSignatures(parts)

  return async function decide(
    actor: Actor,
    id: string,
    input: DecisionInput,
    { together = false }: { together?: boolean } = {},
  ): Promise<DecisionResult> {
    const { review, parties } = await parts.before(actor, id)
    const own = await signatures.of(actor, review, input)
    const people = await parts.people()

    return write(actor, async (tx, record) => {
      const current = await parts.getReview(actor, id, tx)
      const now = isoNow(clock)
      const situation = await situations.atVersion(tx, current.version_id, current.environment, now)
      const { model, scope_digest } = situation
      parts.demandReviewer(actor, situation)
      if (current.state !== 'open') throw alreadyClosed(current)
      // One that was taken out of the lists is not decided about.
      await getVersion(tx, model.name, situation.version.version)
      const places = placesOf(actor.id, await delegationsOf(tx, id, now), people, situation)
      const delegators = places.inPlaceOf.map(({ person }) => person)
      const compared = {
        approver: actor.id as PersonId,
        requester: review.requested_by as PersonId,
        developers: [...parties.developers],
        ...(delegators.length === 0 ? {} : { delegators }),
      }
      const roles = rolesOn(actor, model.name)
      const conflicts = conflictsOf(actor, withPlaces(parties, situation, places))
      const asked = [...roles, ...places.inPlaceOf.flatMap((each) => each.roles)]
      const refusals = [...conflicts, ...(together ? tooWeighty(situation) : [])]
      const early = [...tooEarly(situation, input, asked), ...(own ? [] : unsigned(situation, input.outcome, asked))]
      const reasons = refusals.length > 0 ? refusals : early
      if (reasons.length > 0) {
        const rules = reasons.map(({ rule }) => rule)
        record('decision.refused', `review:${id}`, { outcome: input.outcome, rules, compared }, thingsOf(situation))
        return { outcome: 'refused', reasons }
      }
      if (await store.hasDecided(tx, current, [actor.id])) throw conflict('you have already decided in this review')
      if (input.scope_digest !== scope_digest) throw stale(current, situation)

      const conditions = conditionsIn(input, people, model.name, now)
      const document: DecisionDocument = {
        format: 'modelkeep-decision-1',
        id: newId('dec', clock.now().getTime()) as DecisionId,
        review: id as ReviewId,
        outcome: input.outcome,
        reason: input.reason,
        decided_by: actor.id as PersonId,
        decided_at: momentAfter(situation, now),
        roles,
        compared,
        ...(own ? { person_signature: own } : {}),
        ...(places.inPlaceOf.length === 0 ? {} : { in_place_of: places.inPlaceOf }),
        ...(conditions.length === 0 ? {} : { conditions }),
        scope_digest,
        snapshot: situation.snapshot,
      }
      const signed = signDecision(document, key)
      await store.insertDecision(tx, {
        id: document.id,
        review_id: id,
        round: current.round,
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
      await setConditions(tx, record, actor, document, situation)
      const decision = decisionOf(document, signed.digest, situation)
      const closed = await settle(tx, record, current, situation, factOf(document))
      const detail = {
        outcome: input.outcome,
        digest: signed.digest,
        scope_digest,
        compared,
        review_state: closed.state,
        ...(together ? { together } : {}),
      }
      record('decision.recorded', `decision:${document.id}`, detail, [`review:${id}`, ...thingsOf(situation)])
      await publishNotes(tx, record, actor, { review: current, situation, people, about: input.publish_notes, at: now })
      await tell(tx, {
        to: [current.requested_by, ...delegators],
        kind: 'decided',
        text: `${model.name} ${situation.version.version} was ${input.outcome} for ${current.environment}${closed.state === 'open' ? '; others still have to decide' : ''}.`,
        link: `/reviews/${id}`,
        by: actor.id,
        at: now,
      })
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
    const { outcome } = fact
    if (outcome === 'approved' && !enoughApprovals(situation, fact)) return waitOn(tx, review, situation, fact)
    const closed_at = fact.decided_at
    if (!(await store.moveReview(tx, review, { state: outcome, closed_at, remind_at: null })))
      throw alreadyClosed(review)
    const { version } = situation
    if (!judgeable.includes(version.state)) throw conflict(`version ${version.version} is ${version.state}`)
    const state =
      outcome === 'approved' && hasConditions([fact, ...situation.approvals], fact.decided_at) ? conditional : outcome
    if (version.state !== state) {
      if (!(await registry.versions.setState(tx, version.id, version.state, state))) {
        throw conflict('the version changed while it was being decided about')
      }
      record('version.state_changed', `version:${version.id}`, { before: version.state, after: state }, [
        `decision:${fact.decision_id}`,
        ...thingsOf(situation),
      ])
    }
    return { ...review, state: outcome, closed_at }
  }

  /** Others still have to decide; what is due next may be later. */
  async function waitOn(tx: Tx, review: store.StoredReview, situation: Situation, fact: ApprovalFact) {
    const { policies, snapshot, approvals } = situation
    const documents = policies.map(({ document }) => document)
    const next = deadlinesOf(documents, snapshot, [fact, ...approvals], await roundBegan(tx, review))
    const deadlines = { ...next, remind_at: next.due_at === review.due_at ? review.remind_at : next.remind_at }
    await setDeadlines(tx, review.id, deadlines)
    return { ...review, ...deadlines }
  }
}

/** Decisions come one after the other, also where the clock goes back: the last one has to stay the last. */
function momentAfter({ decisions }: Situation, now: string): string {
  const last = decisions.reduce((latest, { decided_at }) => (decided_at > latest ? decided_at : latest), '')
  return last < now ? now : new Date(Date.parse(last) + 1).toISOString()
}

const conditional: LifecycleState = 'approved_with_conditions'

const judgeable: readonly LifecycleState[] = [
  'draft',
  'submitted',
  'in_validation',
  'approved',
  'approved_with_conditions',
  'rejected',
]

/** One of the approvals that count is given on a condition that nobody has confirmed. */
function hasConditions(approvals: readonly ApprovalFact[], at: string): boolean {
  return approvals.some(
    ({ outcome, covers, conditions = [] }) =>
      outcome === 'approved' && covers && conditions.some(({ met_at, due_at }) => met_at === null && due_at > at),
  )
}

function enoughApprovals({ policies, approvals, snapshot }: Situation, fact: ApprovalFact): boolean {
  return policies.every(({ document }) => approvalsMet(document, snapshot, [fact, ...approvals]))
}

/** Several at once are decided about where little depends on each. */
function tooWeighty({ model }: Situation) {
  if (model.tier === 'low') return []
  return [{ rule: 'tier', message: `${model.name} is of tier ${model.tier ?? 'unknown'}; it is decided about alone.` }]
}

/** Whoever is asked in a later stage waits for the one before; a rejection is heard at any time. */
function tooEarly({ policies, snapshot, approvals }: Situation, { outcome }: DecisionInput, roles: readonly string[]) {
  if (outcome !== 'approved') return []
  const stages = policies.map(({ document }) => stageBefore(document, snapshot, approvals, roles))
  const [first] = stages
  if (!first || stages.some((stage) => stage === null)) return []
  return [{ rule: 'stage', message: `The stage ${first} has to be complete first.` }]
}

const unmet = {
  state: 'open',
  report: null,
  reported_at: null,
  proof: null,
  evidence: [] as string[],
  confirmed_by: null,
  confirmed_at: null,
} as const

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
    ...personKeyOf(document),
    in_place_of: (document.in_place_of ?? []).map(({ person }) => person),
    conditions: (document.conditions ?? []).map((condition) => ({
      ...condition,
      decision_id: document.id,
      review_id: document.review,
      model: model.name,
      version: version.version,
      environment: document.snapshot.environment,
      set_by: document.decided_by,
      set_at: document.decided_at,
      ...unmet,
    })),
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
