import type { Db } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { tell } from '../notifications/index.ts'
import { dayOf } from '../policy/index.ts'
import { findVersionById, getModel, modelNames } from '../registry/index.ts'
import type { ModelVersion, VersionId } from '../registry/schema.ts'
import * as store from './conditions-store.ts'
import type { ReviewParts } from './parts.ts'
import type { Condition, ConditionProof, ConditionQuery, ConditionResult } from './schema.ts'
import { type Conflict, conflictsOf, type Parties } from './separation.ts'
import { findReview } from './store.ts'
import { settleVersion } from './version-state.ts'

type ConditionParts = ReviewParts & {
  partiesOf(requester: PersonId | null, version: ModelVersion): Promise<Omit<Parties, 'roles'>>
}

/** What approvals were given on condition of: reported by whoever sees to it, confirmed by somebody else. */
export function createConditions({ db, write, clock, registry, evidence, partiesOf }: ConditionParts) {
  async function list(actor: Actor, { state, model, version, owner }: ConditionQuery): Promise<Condition[]> {
    const now = isoNow(clock)
    const rows = await store.listConditions(db, {
      unmetAt: state === 'open' ? now : undefined,
      model_id: model === undefined ? undefined : (await getModel(db, model)).id,
      version,
      owner: owner === 'me' ? actor.id : owner,
    })
    const names = await modelNames(
      db,
      rows.map(({ model_id }) => model_id),
    )
    return rows.flatMap((row) => {
      const name = names.get(row.model_id)
      return name !== undefined && permits(actor, 'review.read', name) ? [store.toCondition(row, name, now)] : []
    })
  }

  /** What was done, in the words of whoever sees to it; whoever set the condition is told. */
  function report(actor: Actor, id: string, text: string): Promise<Condition> {
    return write(actor, async (tx, record) => {
      const { row, version } = await get(actor, id, tx)
      const now = isoNow(clock)
      if (row.owner !== actor.id) throw forbidden('only whoever sees to a condition reports on it')
      demandOpen(row, now)
      const set = { report: text, reported_at: now }
      if (!(await store.changeCondition(tx, id, set))) throw conflict('this condition changed meanwhile')
      record('condition.reported', `condition:${id}`, { report: text }, [...aboutOf(row, version)])
      await tell(tx, {
        to: [row.set_by],
        kind: 'condition',
        text: `A condition of the approval of ${titleOf(row, version)} is said to be met; somebody else has to confirm it.`,
        link: linkOf(version),
        by: actor.id,
        at: now,
      })
      return store.toCondition({ ...row, ...set }, version.model, now)
    })
  }

  /** By somebody who may decide about the model, and neither sees to the condition nor made the version. */
  async function confirm(actor: Actor, id: string, input: ConditionProof): Promise<ConditionResult> {
    const known = await get(actor, id)
    const review = await findReview(db, known.row.review_id)
    const parties = await partiesOf((review?.requested_by as PersonId | undefined) ?? null, known.version)
    return write(actor, async (tx, record) => {
      const { row, version } = await get(actor, id, tx)
      const now = isoNow(clock)
      if (!permits(actor, 'review.decide', version.model)) {
        throw forbidden('this needs the permission review.decide', { permission: 'review.decide' })
      }
      const reasons = against(actor, row.owner as PersonId, parties)
      if (reasons.length > 0) {
        const rules = reasons.map(({ rule }) => rule)
        record('condition.confirm_refused', `condition:${id}`, { rules }, [...aboutOf(row, version)])
        return { outcome: 'refused', reasons }
      }
      demandOpen(row, now)
      const ofVersion = await evidence.of(tx, version.id)
      const foreign = input.evidence.find((each) => !ofVersion.some((item) => item.id === each))
      if (foreign) throw badRequest(`${foreign} is no evidence of ${titleOf(row, version)}`)
      const set = {
        proof: input.proof,
        evidence: JSON.stringify(input.evidence),
        confirmed_by: actor.id,
        confirmed_at: now,
        warn_at: null,
      }
      if (!(await store.changeCondition(tx, id, set))) throw conflict('this condition changed meanwhile')
      const about = aboutOf(row, version)
      record('condition.met', `condition:${id}`, { proof: input.proof, evidence: input.evidence }, [...about])
      await settleVersion(tx, record, registry, version, { now, about: [`condition:${id}`, ...about] })
      await tell(tx, {
        to: [row.owner, row.set_by],
        kind: 'condition',
        text: `A condition of the approval of ${titleOf(row, version)} was confirmed as met.`,
        link: linkOf(version),
        by: actor.id,
        at: now,
      })
      return { outcome: 'met', condition: store.toCondition({ ...row, ...set }, version.model, now) }
    })
  }

  /** A condition on a model that the actor may not read is one that is not there. */
  async function get(actor: Actor, id: string, from: Db = db) {
    const row = await store.findCondition(from, id)
    const version = row && (await findVersionById(from, row.version_id as VersionId))
    const mayKnow =
      version && (['review.read', 'review.decide'] as const).some((each) => permits(actor, each, version.model))
    if (!row || !version || !mayKnow) throw notFound('condition', id)
    return { row, version }
  }

  return { list, report, confirm }
}

function demandOpen({ confirmed_at, due_at }: store.StoredCondition, now: string): void {
  if (confirmed_at !== null) throw conflict('this condition is met already')
  if (due_at <= now) {
    throw conflict(`the approval lapsed on ${dayOf(due_at)}; a new decision is needed`)
  }
}

function against(actor: Actor, owner: PersonId, parties: Omit<Parties, 'roles'>): Conflict[] {
  const conflicts = conflictsOf(actor, { ...parties, roles: [] })
  const isOwner = actor.id === owner || parties.standIns.get(owner)?.some((deputy) => deputy === actor.id) === true
  if (!isOwner) return conflicts
  const message = 'You see to this condition, so somebody else has to confirm that it is met.'
  return [{ rule: 'owner', message }, ...conflicts]
}

export function titleOf({ environment }: store.StoredCondition, { model, version }: ModelVersion): string {
  return `${model} ${version} for ${environment}`
}

export function linkOf({ model, version }: ModelVersion): string {
  return `/models/${encodeURIComponent(model)}/versions/${version}?tab=decisions`
}

export function aboutOf(row: store.StoredCondition, version: ModelVersion) {
  const { decision_id, review_id, owner, environment } = row
  return [
    `decision:${decision_id}`,
    `review:${review_id}`,
    `model:${version.model_id}`,
    `version:${version.id}`,
    `environment:${environment}`,
    `person:${owner}`,
  ] as const
}
