import { badRequest } from '../../lib/errors.ts'
import { assess, assessmentOf, countsUntil, isUnmet, latestEnd, rolesOf, sentencesOf } from '../policy/index.ts'
import type { PolicyDocument, Requirement } from '../policy/schema.ts'
import { blockedByFindings, type Own } from '../reviews/index.ts'
import { type GateSituation, untilOf } from './broken.ts'
import type { Assumed, Explanation, ExplanationQuery, GroundFact } from './explain-schema.ts'
import { pathOf } from './path.ts'

const longestMs = 3660 * 86_400_000

/**
 * The answer about a situation as a tree, with requirements assumed to be met, waived or not met, or at a moment to come. A pure
 * function: policies are evaluated on the snapshot with its moment moved, and what is assumed takes the place of what is so.
 */
export function explain(situation: GateSituation, query: ExplanationQuery, own: Own): Explanation {
  const { model, version, environment, policies, scope_digest, snapshot } = situation
  const assumed = assumptionsOf(query)
  const then = at(situation, query.at)
  const requirements = then.assessment.requirements.map((each) => assume(each, assumed.get(keyOf(each)), then))
  const judged = assessmentOf(requirements)
  const isBroken = then.break_glass !== undefined && then.break_glass.until > then.snapshot.at
  const outcome = judged.outcome === 'denied' && isBroken ? 'allowed' : judged.outcome
  return {
    model: model.name,
    version: version.version,
    digest: version.digest,
    environment: environment.name,
    mode: environment.mode,
    at: then.snapshot.at,
    hypothetical: assumed.size > 0 || then.snapshot.at !== snapshot.at,
    now: { outcome: situation.assessment.outcome, path: pathOf(situation.assessment.requirements, policies, own) },
    outcome,
    proceed: outcome !== 'denied' || environment.mode !== 'enforce',
    path: pathOf(requirements, policies, own),
    counts: judged.counts,
    until: outcome === 'denied' ? null : untilOf(then),
    scope_digest,
    policies: treeOf(then, assumed),
    yours: requirements.filter((each) => isUnmet(each) && own(each)).map(keyOf),
  }
}

const keyOf = ({ policy, id }: Requirement) => `${policy.name}/${id}`

/** The last word about a requirement holds where several are said. */
function assumptionsOf({ met = '', waived = '', unmet = '' }: ExplanationQuery): Map<string, Assumed> {
  const keys = (text: string, what: Assumed) =>
    text.split(',').flatMap((key): [string, Assumed][] => (key === '' ? [] : [[key, what]]))
  return new Map([...keys(met, 'met'), ...keys(waived, 'waived'), ...keys(unmet, 'unmet')])
}

/** The same policies, facts and approvals, judged at a moment to come. */
function at(situation: GateSituation, moment: string | undefined): GateSituation {
  if (moment === undefined) return situation
  const ahead = Date.parse(moment) - Date.parse(situation.snapshot.at)
  if (ahead < 0) throw badRequest('the moment has passed; ask about one to come')
  if (ahead > longestMs) throw badRequest('the moment is more than ten years away')
  const snapshot = { ...situation.snapshot, at: new Date(moment).toISOString() }
  const assessment = blockedByFindings(
    assess(situation.policies, snapshot, situation.approvals),
    snapshot,
    situation.environment,
  )
  return { ...situation, snapshot, assessment }
}

/** What cannot be so is not assumed: only what a policy lets somebody waive is waived. */
function assume(requirement: Requirement, what: Assumed | undefined, { snapshot }: GateSituation): Requirement {
  const { waiver: _, ...plain } = requirement
  switch (what) {
    case 'met':
      return { ...plain, state: 'met' }
    case 'unmet':
      return isUnmet(requirement) ? requirement : { ...plain, state: 'blocked' }
    case 'waived': {
      const { waivable } = requirement
      if (!waivable) return requirement
      const until = latestEnd(snapshot.at, waivable)
      const given_by = snapshot.version.registered_by
      return { ...plain, waiver: { id: 'assumed', reason: '', control: '', given_by, until } }
    }
    case undefined:
      return requirement
  }
}

function treeOf(situation: GateSituation, assumed: ReadonlyMap<string, Assumed>): Explanation['policies'] {
  const names = Map.groupBy(situation.assessment.requirements, ({ policy }) => policy.name)
  return [...names].map(([name, requirements]) => {
    const policy = situation.policies.find((each) => each.name === name)
    const sentences = new Map(policy ? sentencesOf(policy.document).map(({ id, sentence }) => [id, sentence]) : [])
    return {
      name,
      version: policy?.version ?? 0,
      title:
        policy?.document.title ?? (name === 'environment' ? `What ${situation.environment.name} asks itself` : name),
      digest: policy?.digest ?? null,
      requirements: requirements.map((requirement) => ({
        requirement,
        assumed: assumed.get(keyOf(requirement)) ?? null,
        sentence: sentences.get(requirement.id) ?? null,
        facts: factsOf(requirement, situation, policy?.document),
      })),
    }
  })
}

function factsOf(requirement: Requirement, situation: GateSituation, document?: PolicyDocument): GroundFact[] {
  const { snapshot, approvals } = situation
  if (requirement.type === 'approval') {
    const rule = document?.approvals.find(({ id }) => id === requirement.id)
    const roles: readonly string[] | undefined = rule && rolesOf(rule)
    return approvals
      .filter((fact) => roles === undefined || fact.roles.some((role) => roles.includes(role)))
      .slice(0, 10)
      .map(({ decision_id, decided_by, decided_at, outcome, covers, differences }) => ({
        kind: 'decision',
        id: decision_id,
        decided_by,
        decided_at,
        outcome,
        covers,
        differences,
      }))
  }
  const item = snapshot.evidence.find(({ id }) => id === requirement.evidence_id)
  if (item) {
    const { id, kind, digest, source, collected_at, method, inputs } = item
    const rule = document?.evidence.find((each) => each.id === requirement.id || each.kind === kind)
    const until = rule ? countsUntil(item, rule) : item.valid_until
    return [{ kind: 'evidence', id, evidence: kind, digest, source, collected_at, until, method, inputs }]
  }
  const { digest, files } = snapshot.version
  return requirement.type === 'check' ? [{ kind: 'content', digest, files: files.length }] : []
}
