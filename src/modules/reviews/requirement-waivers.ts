import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { isUnmet, latestEnd, type Waivable, waivableIn } from '../policy/index.ts'
import type { Requirement } from '../policy/schema.ts'
import { findVersionById, getVersion } from '../registry/index.ts'
import type { ModelVersion, VersionId } from '../registry/schema.ts'
import { type ReviewParts, thingsOf } from './parts.ts'
import * as store from './requirement-waivers-store.ts'
import type { RequirementWaiver, RequirementWaiverInput, WaiverResult } from './schema.ts'
import { type Conflict, conflictsOf, type Parties, rolesOn } from './separation.ts'
import type { Situation, Situations } from './situation.ts'

type WaiverParts = Pick<ReviewParts, 'db' | 'write' | 'clock'> & {
  situations: Situations
  partiesOf(requester: PersonId | null, version: ModelVersion): Promise<Omit<Parties, 'roles'>>
}

/**
 * Waivers of requirements let a version run in an environment although something is not met: for as long as the policy
 * allows, with a reason and a compensating control, by somebody of its roles who neither made the version nor asked for its
 * review. They are never deleted, and what they stand in for is not met for the time they are withdrawn or over.
 */
export function createRequirementWaivers({ db, write, clock, situations, partiesOf }: WaiverParts) {
  async function give(actor: Actor, name: string, which: string, input: RequirementWaiverInput): Promise<WaiverResult> {
    const version = await getVersion(db, name, which)
    const before = await situations.atVersion(db, version.id, input.environment, isoNow(clock))
    const parties = await partiesOf(before.snapshot.requester, version)
    return write(actor, async (tx, record) => {
      const now = isoNow(clock)
      const situation = await situations.atVersion(tx, version.id, input.environment, now)
      const { requirement, policy, waivable } = demandWaivable(situation, input)
      demandTerm(input, waivable, now)
      const requester = situation.snapshot.requester ?? parties.requester
      const conflicts = conflictsOf(actor, { ...parties, requester, roles: waivable.terms.roles })
      const reasons = conflicts.length > 0 ? conflicts.map(asWaiver) : notNeeded(requirement)
      const about = { environment: input.environment, policy: input.policy, requirement: input.requirement }
      if (reasons.length > 0) {
        const rules = reasons.map(({ rule }) => rule)
        const detail = { ...about, what: requirement.title, rules }
        record('waiver.refused', `version:${version.id}`, detail, [`model:${version.model_id}`])
        return { outcome: 'refused', reasons }
      }
      const { reason, control, until } = input
      const row = {
        id: newId('wvr', clock.now().getTime()),
        model_id: version.model_id,
        version_id: version.id,
        version: version.version,
        ...about,
        policy_version: policy.version,
        title: requirement.title,
        rule_digest: waivable.rule_digest,
        reason,
        control,
        roles: JSON.stringify(rolesOn(actor, version.model)),
        until,
        given_by: actor.id,
        given_at: now,
        withdrawn_at: null,
        withdrawn_by: null,
      }
      await store.insertWaiver(tx, row)
      const detail = { ...about, policy_version: policy.version, what: row.title, reason, control, until }
      record('waiver.given', `waiver:${row.id}`, detail, thingsOf(situation))
      return { outcome: 'recorded', waiver: store.toWaiver(row, version.model, now) }
    })
  }

  /** Undefined when there is none of this id. */
  async function withdraw(actor: Actor, id: string): Promise<RequirementWaiver | undefined> {
    if (!(await store.findWaiver(db, id))) return undefined
    return write(actor, async (tx, record) => {
      const row = await store.findWaiver(tx, id)
      const version = row && (await findVersionById(tx, row.version_id as VersionId))
      if (!row || !version || !permits(actor, 'review.decide', version.model)) throw notFound('waiver', id)
      const now = isoNow(clock)
      if (!(await store.withdrawWaiver(tx, id, actor.id as PersonId, now))) {
        throw conflict(`waiver ${id} was withdrawn already`)
      }
      const { environment, policy, requirement, title } = row
      record('waiver.withdrawn', `waiver:${id}`, { environment, policy, requirement, what: title }, [
        `model:${row.model_id}`,
        `version:${row.version_id}`,
        `environment:${environment}`,
      ])
      return store.toWaiver({ ...row, withdrawn_at: now, withdrawn_by: actor.id }, version.model, now)
    })
  }

  async function list({ id, model }: ModelVersion): Promise<RequirementWaiver[]> {
    const now = isoNow(clock)
    return (await store.waiversOf(db, id)).map((row) => store.toWaiver(row, model, now))
  }

  return { give, withdraw, list }
}

function demandWaivable({ policies, assessment, environment }: Situation, input: RequirementWaiverInput) {
  const policy = policies.find(({ name }) => name === input.policy)
  if (!policy) throw badRequest(`the policy ${input.policy} does not apply to this version in ${environment.name}`)
  const requirement = assessment.requirements.find(
    (each) => each.id === input.requirement && each.policy.name === policy.name,
  )
  if (!requirement) throw badRequest(`${input.policy} has no requirement ${input.requirement}`)
  const waivable = waivableIn(policy.document, requirement.id)
  if (!waivable) throw badRequest(`${input.policy} lets nobody waive ${input.requirement}`)
  return { requirement, policy, waivable }
}

function demandTerm({ until }: RequirementWaiverInput, { terms }: Waivable, now: string): void {
  if (until <= now) throw badRequest('a waiver ends in the future')
  if (until > latestEnd(now, terms)) throw badRequest(`the policy lets this waiver last at most ${terms.max_days} days`)
}

/** The law of separation speaks of decisions; a waiver is one. */
function asWaiver({ rule, message }: Conflict): Conflict {
  return { rule, message: rule === 'role' ? message.replace('asks for a decision by', 'lets waive') : message }
}

function notNeeded(requirement: Requirement): Conflict[] {
  if (requirement.waiver) {
    return [{ rule: 'waived', message: `This requirement is waived until ${requirement.waiver.until} already.` }]
  }
  return isUnmet(requirement) ? [] : [{ rule: 'met', message: 'This requirement is met; there is nothing to waive.' }]
}
