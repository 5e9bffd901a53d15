import type { Db, Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { conflict, forbidden, notFound } from '../../lib/errors.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { findVersionById, getModel, getVersion, modelNames } from '../registry/index.ts'
import type { ModelVersion, VersionId } from '../registry/schema.ts'
import { createChangeWatch } from './change-watch.ts'
import { createConditions } from './conditions.ts'
import { createConditionWatch } from './conditions-watch.ts'
import { createDecide } from './decide.ts'
import { createDelegations } from './delegations.ts'
import { delegationsOf, notesOf, turnsOf } from './flow-store.ts'
import { createNotes } from './notes.ts'
import { openReview } from './opening.ts'
import { createOwn } from './own.ts'
import { createOwnSignatures, unsigned } from './own-signature.ts'
import { alreadyClosed, type ReviewParts, rolesAsked, thingsOf } from './parts.ts'
import { placesOf, withPlaces } from './reviewers.ts'
import type { Decision, Review, ReviewInput, ReviewSheet, SignedDecision } from './schema.ts'
import { type Conflict, conflictsOf, type Parties, rolesOn } from './separation.ts'
import { createSeparationReport } from './separation-report.ts'
import { createSituations, documentOf } from './situation.ts'
import * as store from './store.ts'
import { createSubjects } from './subjects.ts'
import { createTogether } from './together.ts'
import { createTurns } from './turns.ts'
import { createWaivers } from './waivers.ts'
import { createReviewWatch } from './watch.ts'

export type Reviews = ReturnType<typeof createReviews>

/** From the request for a review to a signed decision over exactly what was looked at. */
export function createReviews(parts: ReviewParts) {
  const { db, write, clock, registry } = parts
  const situations = createSituations(parts)

  async function submit(actor: Actor, name: string, which: string, input: ReviewInput): Promise<Review> {
    const parties = await partiesOf(actor.id as PersonId, await getVersion(db, name, which))
    const people = await parts.people()
    return write(actor, async (tx, record) => {
      const situation = await situations.at(tx, name, which, input.environment, isoNow(clock))
      const { version, model, open_review } = situation
      if (open_review) throw conflict(`review ${open_review.id} is already open`, { review: open_review.id })
      if (version.state === 'suspended' || version.state === 'retired') {
        throw conflict(`version ${version.version} is ${version.state}`)
      }
      await becomeSubmitted(tx, version)
      const asked = {
        requester: actor.id as PersonId,
        by: actor.id,
        note: input.note,
        action: 'review.submitted' as const,
      }
      return store.toReview(await openReview(tx, record, situation, { ...asked, people, parties }), model.name)
    })
  }

  /** An approval for another environment stays what it is; only a version that nobody has judged becomes submitted. */
  async function becomeSubmitted(tx: Tx, { id, state }: ModelVersion) {
    if (state !== 'draft' && state !== 'rejected') return
    if (!(await registry.versions.setState(tx, id, state, 'submitted'))) throw conflict('the version changed meanwhile')
  }

  function withdraw(actor: Actor, id: string): Promise<Review> {
    return write(actor, async (tx, record) => {
      const review = await getReview(actor, id, tx)
      const { version, model } = await partsOf(tx, review)
      if (review.requested_by !== actor.id && !permits(actor, 'access.write')) {
        throw forbidden('only whoever asked for a review, or an administrator, withdraws it')
      }
      if (!store.undecided.some((state) => state === review.state)) throw alreadyClosed(review)
      const closed_at = isoNow(clock)
      if (!(await store.moveReview(tx, review, { state: 'withdrawn', closed_at }))) throw alreadyClosed(review)
      await becomeDraft(tx, version)
      record('review.withdrawn', `review:${id}`, {}, thingsOf({ ...review, model, version }))
      return store.toReview({ ...review, state: 'withdrawn', closed_at }, model.name)
    })
  }

  /** A version that nobody reviews any more has not been judged. */
  async function becomeDraft(tx: Tx, { id, state }: ModelVersion) {
    if (state === 'submitted' && (await store.openReviewsOf(tx, id)) === 0) {
      await registry.versions.setState(tx, id, 'submitted', 'draft')
    }
  }

  /** What a reviewer sees: the content as it is now, what the policies say about it, and whether they may decide. */
  async function sheet(actor: Actor, id: string): Promise<ReviewSheet> {
    const review = await getReview(actor, id)
    const now = isoNow(clock)
    const situation = await situations.atVersion(db, review.version_id, review.environment, now)
    const parties = await partiesOf(review.requested_by as PersonId, situation.version)
    const delegations = await delegationsOf(db, id, now)
    const people = delegations.some(({ to }) => to === actor.id) ? await parts.people() : []
    const places = placesOf(actor.id, delegations, people, situation)
    const asked = [...rolesOn(actor, situation.model.name), ...places.inPlaceOf.flatMap(({ roles }) => roles)]
    return {
      review: store.toReview(review, situation.model.name),
      snapshot: situation.snapshot,
      scope_digest: situation.scope_digest,
      assessment: situation.assessment,
      decisions: situation.decisions,
      conflicts: conflictsOf(actor, withPlaces(parties, situation, places)),
      own_signature: unsigned(situation, 'approved', asked).length > 0,
      turns: await turnsOf(db, id),
      delegations,
      notes: await notesOf(db, id, actor.id),
    }
  }

  /** Read before a write: the system database is another one. Who made a sealed version does not change. */
  async function partiesOf(requester: PersonId | null, version: ModelVersion): Promise<Omit<Parties, 'roles'>> {
    const duties = await parts.dutiesOn(db, version.model_id, version.registered_at)
    const developers = [...new Set([...version.developers, version.registered_by, ...duties.developers])]
    const behind = new Map<PersonId, PersonId[]>()
    const compared = new Set([...(requester === null ? [] : [requester]), ...developers])
    for (const person of compared) behind.set(person, await parts.peopleBehind(person))
    return { model: version.model, requester, developers, behind, standIns: duties.standIns }
  }

  /** Whether somebody could decide about a version before an environment, and what separation of duties says against it. */
  async function standingOf(
    actor: Pick<Actor, 'id' | 'kind' | 'grants' | 'scopes'>,
    { model, version, environment }: { model: string; version: number | string; environment: string },
  ) {
    const situation = await situations.at(db, model, version, environment, isoNow(clock))
    const requester = situation.open_review?.requested_by as PersonId | undefined
    const parties = await partiesOf(requester ?? null, situation.version)
    const conflicts = conflictsOf(actor, { ...parties, roles: rolesAsked(situation) }, 'they')
    return { version: situation.version.version, review: situation.open_review?.id ?? null, conflicts }
  }

  /** What separation of duties says against somebody who would decide about a version that `requester` asked something for. */
  async function conflictsAbout(actor: Actor, version: ModelVersion, requester: PersonId | null): Promise<Conflict[]> {
    return conflictsOf(actor, { ...(await partiesOf(requester, version)), roles: [] })
  }

  async function getReview(actor: Actor, id: string, from: Db = db): Promise<store.StoredReview> {
    const review = await store.findReview(from, id)
    const version = review && (await findVersionById(from, review.version_id as VersionId))
    if (!review || !version || !mayKnow(actor, version.model)) throw notFound('review', id)
    return review
  }

  async function partsOf(from: Db, review: store.StoredReview) {
    const version = await findVersionById(from, review.version_id as VersionId)
    if (!version) throw notFound('version', review.version_id)
    return { version, model: await getModel(from, version.model) }
  }

  type Filter = { state?: 'open' | 'all' | undefined; model?: string | undefined; version?: number | undefined }

  async function list(actor: Actor, { state, model, version }: Filter): Promise<Review[]> {
    const model_id = model === undefined ? undefined : (await getModel(db, model)).id
    const rows = await store.listReviews(db, { open: state !== 'all', model_id, version })
    const names = await readable(actor, rows)
    return rows.flatMap((row) => {
      const name = names.get(row.model_id)
      return name === undefined ? [] : [store.toReview(row, name)]
    })
  }

  async function decisions(actor: Actor, { model, version }: Omit<Filter, 'state'>): Promise<Decision[]> {
    const model_id = model === undefined ? undefined : (await getModel(db, model)).id
    const places = await store.decidedPlaces(db, { model_id, version })
    const names = await readable(actor, places)
    const found: Decision[] = []
    for (const place of places) {
      if (!names.has(place.model_id)) continue
      const situation = await situations.atVersion(db, place.version_id, place.environment, isoNow(clock))
      found.push(...situation.decisions)
    }
    return found.toSorted((a, b) => (a.decided_at < b.decided_at ? 1 : -1))
  }

  /** Names of those models whose reviews the actor may read. */
  async function readable(actor: Actor, rows: readonly { model_id: string }[]): Promise<Map<string, string>> {
    const names = await modelNames(
      db,
      rows.map(({ model_id }) => model_id),
    )
    return new Map([...names].filter(([, name]) => permits(actor, 'review.read', name)))
  }

  async function decision(actor: Actor, id: string): Promise<SignedDecision> {
    const row = await store.findDecision(db, id)
    const version = row && (await findVersionById(db, row.version_id as VersionId))
    if (!row || !version || !permits(actor, 'review.read', version.model)) throw notFound('decision', id)
    const { digest, key_id, signature } = row
    return { document: documentOf(row), digest: digest as SignedDecision['digest'], key_id, signature }
  }

  async function before(actor: Actor, id: string) {
    const review = await getReview(actor, id)
    const { version } = await partsOf(db, review)
    return { review, parties: await partiesOf(review.requested_by as PersonId, version) }
  }

  function demandReviewer(actor: Actor, { model }: { model: { name: string } }): void {
    if (permits(actor, 'review.decide', model.name)) return
    throw forbidden('this needs the permission review.decide', { permission: 'review.decide' })
  }

  const flow = { ...parts, situations, getReview, partsOf, before, demandReviewer }
  const decide = createDecide(flow)
  const reviewWatch = createReviewWatch({ ...flow, partiesOf, becomeDraft })
  const conditionWatch = createConditionWatch(parts)

  /** What time alone brings about. */
  async function tick(): Promise<void> {
    await reviewWatch.tick()
    await conditionWatch.tick()
  }

  const waivers = createWaivers({ db, write, clock, situations, partiesOf })
  const ownOf = createOwn({ partiesOf })
  return {
    submit,
    withdraw,
    decide,
    statement: createOwnSignatures(flow).offer,
    together: createTogether(decide),
    sheet,
    list,
    decisions,
    decision,
    situations,
    standingOf,
    conflictsAbout,
    waivers,
    ownOf,
    separation: createSeparationReport({ db, people: parts.people }),
    has: createSubjects({ ...parts, situations }),
    turns: createTurns(flow),
    delegations: createDelegations(flow),
    notes: createNotes(flow),
    changes: createChangeWatch({ ...flow, partiesOf }),
    watch: { tick },
    conditions: createConditions({ ...parts, partiesOf }),
  }
}

/** A token that may only submit or only decide knows the review that it is about. */
function mayKnow(actor: Actor, model: string): boolean {
  return (['review.read', 'review.submit', 'review.decide'] as const).some((each) => permits(actor, each, model))
}
