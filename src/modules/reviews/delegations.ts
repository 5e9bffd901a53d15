import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type Actor, type Person, permits } from '../access/schema.ts'
import { tell } from '../notifications/index.ts'
import type { FlowParts } from './flow-parts.ts'
import { delegationsOf, endDelegation, insertDelegation, toDelegation } from './flow-store.ts'
import { alreadyClosed, rolesHandedOn, thingsOf } from './parts.ts'
import { placesOf, withPlaces } from './reviewers.ts'
import { type Delegation, type DelegationInput, type DelegationResult, longestDelegationDays } from './schema.ts'
import { type Conflict, conflictsOf, type Parties, rolesOn } from './separation.ts'
import type { Situation } from './situation.ts'
import { hasDecided, type StoredReview, undecided } from './store.ts'

const day = 86_400_000

/** A reviewer lets somebody else decide in their place, in one review and until a moment. */
export function createDelegations(parts: FlowParts) {
  const { write, clock, situations } = parts

  async function delegate(actor: Actor, id: string, input: DelegationInput): Promise<DelegationResult> {
    const { review, parties } = await parts.before(actor, id)
    const people = await parts.people()
    const to = people.find((person) => person.id === input.to)
    if (!to) throw notFound('person', input.to)
    return write(actor, async (tx, record) => {
      const now = isoNow(clock)
      const current = await parts.getReview(actor, id, tx)
      const situation = await situations.atVersion(tx, current.version_id, current.environment, now)
      parts.demandReviewer(actor, situation)
      if (!undecided.some((state) => state === current.state)) throw alreadyClosed(current)
      checkTime(input.until, now)
      const delegations = await delegationsOf(tx, id, now)
      const reasons = [
        ...conflictsOf(actor, withPlaces(parties, situation, placesOf(actor.id, [], people, situation))),
        ...handingOn(actor, situation),
        ...against(to, actor, situation, parties, delegations),
      ]
      if (reasons.length > 0) {
        const detail = { to: input.to, rules: reasons.map(({ rule }) => rule) }
        record('review.delegation_refused', `review:${id}`, detail, thingsOf(situation))
        return { outcome: 'refused', reasons }
      }
      await demandUndecided(tx, current, actor, to)
      if (delegations.some((each) => each.state === 'active' && each.from === actor.id)) {
        throw conflict('you have handed on this decision already; end that first')
      }
      const row = {
        id: newId('dlg', clock.now().getTime()),
        review_id: id,
        from_person: actor.id,
        to_person: input.to,
        ends_at: input.until,
        reason: input.reason,
        given_at: now,
      }
      await insertDelegation(tx, row)
      const detail = { delegation: row.id, to: input.to, until: input.until, reason: input.reason }
      record('review.delegated', `review:${id}`, detail, [...thingsOf(situation), `person:${input.to}`])
      await tell(tx, {
        to: [input.to],
        kind: 'delegated',
        text: `You are asked to decide about ${titleOf(review, situation)} in somebody’s place, until ${input.until.slice(0, 10)}.`,
        link: `/reviews/${id}`,
        by: actor.id,
        at: now,
      })
      return { outcome: 'recorded', delegation: toDelegation(row, now) }
    })
  }

  /** By whoever handed it on, and by whoever got it. */
  function end(actor: Actor, id: string, delegation: string): Promise<Delegation> {
    return write(actor, async (tx, record) => {
      const review = await parts.getReview(actor, id, tx)
      const now = isoNow(clock)
      const known = (await delegationsOf(tx, id, now)).find((each) => each.id === delegation)
      if (!known) throw notFound('delegation', delegation)
      if (known.from !== actor.id && known.to !== actor.id) {
        throw forbidden('only the two people of a delegation end it')
      }
      if (!(await endDelegation(tx, delegation, now))) throw conflict('this delegation has ended already')
      const { version, model } = await parts.partsOf(tx, review)
      const things = thingsOf({ version, model, environment: review.environment })
      record('review.delegation_ended', `review:${id}`, { delegation, from: known.from, to: known.to }, things)
      return { ...known, ends_at: now, state: 'ended' }
    })
  }

  return { delegate, end }
}

function titleOf({ version, environment }: StoredReview, { model }: Situation): string {
  return `${model.name} ${version} for ${environment}`
}

function checkTime(until: string, now: string): void {
  if (until <= now) throw badRequest('a delegation ends in the future')
  if (Date.parse(until) - Date.parse(now) > longestDelegationDays * day) {
    throw badRequest(`somebody decides in your place for at most ${longestDelegationDays} days`)
  }
}

/** What the policies say: at least one of the roles in which the actor is asked can be handed on. */
function handingOn(actor: Actor, situation: Situation): Conflict[] {
  const own = rolesOn(actor, situation.model.name)
  if (rolesHandedOn(situation).some((role) => own.includes(role))) return []
  const message = 'The policy asks for your own decision and lets nobody decide in your place.'
  return [{ rule: 'delegation', message }]
}

/** What speaks against somebody deciding in another's place. The role comes with the delegation, the permission does not. */
function against(
  to: Person,
  actor: Actor,
  situation: Situation,
  parties: Omit<Parties, 'roles'>,
  delegations: readonly Delegation[],
): Conflict[] {
  if (to.id === actor.id) return [{ rule: 'self', message: 'Nobody decides in their own place.' }]
  const mayDecide = permits({ grants: to.grants, scopes: null }, 'review.decide', situation.model.name)
  if (to.disabled_at !== null || !mayDecide) {
    const message = `They may not decide about ${situation.model.name}; that needs the permission review.decide.`
    return [{ rule: 'permission', message }]
  }
  const handedOn = delegations.some((each) => each.state === 'active' && each.from === to.id)
  return conflictsOf(to, { ...parties, roles: [], handedOn }, 'they')
}

async function demandUndecided(tx: Tx, review: StoredReview, actor: Actor, to: Person): Promise<void> {
  if (await hasDecided(tx, review, [actor.id])) throw conflict('you have already decided in this review')
  if (await hasDecided(tx, review, [to.id])) throw conflict('they have already decided in this review')
}
