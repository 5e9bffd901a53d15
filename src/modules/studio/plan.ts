import type { Db } from '../../db/database.ts'
import { sha256 } from '../../lib/digest.ts'
import { type AppliedPolicy, assess, isUnmet } from '../policy/index.ts'
import type { PlanChange, PlanCounts, PlannedVersion, PolicyDocument, PolicyPlan } from '../policy/schema.ts'
import { type InPlay, listEnvironments, versionsInPlay } from '../registry/index.ts'
import type { Situation, Situations } from '../reviews/index.ts'

/** Versions before environments that one plan looks at. */
const mostPairs = 2_000

type Candidate = { readonly document: PolicyDocument; readonly text: string }
type PlanParts = { readonly situations: Situations; readonly published: readonly AppliedPolicy[]; readonly at: string }

/** The policies as they would be, were this text published. */
export function withCandidate(published: readonly AppliedPolicy[], { document, text }: Candidate): AppliedPolicy[] {
  const { name } = document
  const former = published.find((policy) => policy.name === name)
  const candidate = { name, version: (former?.version ?? 0) + 1, digest: sha256(text), document }
  return [...published.filter((policy) => policy.name !== name), candidate]
}

/** A version under the rules in force and under those that would be. */
export async function compareAt(db: Db, id: string, environment: string, parts: PlanParts, next: AppliedPolicy[]) {
  const before = await parts.situations.atVersion(db, id, environment, parts.at, parts.published)
  const after = await parts.situations.atVersion(db, id, environment, parts.at, next)
  return { before, after, renewed: assess(next, after.snapshot, renewedApprovals(before, after)) }
}

/** The approvals as if those that count now had been given again. */
export function renewedApprovals(before: Situation, after: Situation) {
  const counting = new Set(before.approvals.filter(({ covers }) => covers).map(({ decision_id }) => decision_id))
  return after.approvals.map((fact) => (counting.has(fact.decision_id) ? { ...fact, covers: true } : fact))
}

/** Which versions would get another answer, in which environment, were this text published. Reads only. */
export async function planOf(db: Db, candidate: Candidate, parts: PlanParts): Promise<PolicyPlan> {
  const { document } = candidate
  const former = parts.published.find(({ name }) => name === document.name)
  const next = withCandidate(parts.published, candidate)
  const scopes = [document.scope, ...(former ? [former.document.scope] : [])]
  const tiers = [...new Set(scopes.flatMap((scope) => scope.tiers))]
  const environments = [...new Set(scopes.flatMap((scope) => scope.environments))]
  const known = (await listEnvironments(db)).map(({ name }) => name).filter((name) => environments.includes(name))
  const inPlay = await versionsInPlay(db, tiers, mostPairs + 1)
  const pairs = inPlay.flatMap((version) => known.map((environment) => ({ version, environment })))

  const tally = createTally()
  for (const { version, environment } of pairs.slice(0, mostPairs)) {
    const { before, after, renewed } = await compareAt(db, version.id, environment, parts, next)
    const change = changeOf(before.assessment.outcome, after.assessment.outcome, renewed.outcome)
    tally.add(version, change && plannedVersion(version, environment, change, before, after, renewed))
  }
  return {
    at: parts.at,
    policy: document.name,
    compared_with: former?.version ?? null,
    ...tally.result(),
    left_off: Math.max(0, pairs.length - mostPairs),
  }
}

type Outcome = PlannedVersion['before']

/** What runs under a waiver runs. */
function changeOf(before: Outcome, after: Outcome, renewed: Outcome): PlanChange | null {
  if (before !== 'denied') return after !== 'denied' ? null : renewed !== 'denied' ? 'approve_again' : 'denied'
  return renewed !== 'denied' ? 'allowed' : null
}

function plannedVersion(
  { model, version, tier, owner }: InPlay,
  environment: string,
  change: PlanChange,
  before: Situation,
  after: Situation,
  renewed: Situation['assessment'],
): PlannedVersion {
  const open = (change === 'denied' ? renewed : after.assessment).requirements.filter(isUnmet)
  const unmet = open.map(({ id, title, explanation }) => ({ id, title, explanation }))
  const outcomes = { before: before.assessment.outcome, after: after.assessment.outcome }
  return { model, version, environment, tier, owner, ...outcomes, change, unmet }
}

function createTally() {
  const changes: PlannedVersion[] = []
  const counts = none()
  const tiers = new Map<InPlay['tier'], PlanCounts>()
  const owners = new Map<InPlay['owner'], PlanCounts>()
  return {
    add({ tier, owner }: InPlay, planned: PlannedVersion | null) {
      if (planned) changes.push(planned)
      const kind = planned?.change ?? 'unchanged'
      for (const into of [counts, entryOf(tiers, tier), entryOf(owners, owner)]) into[kind]++
    },
    result: () => ({
      counts,
      by_tier: [...tiers].map(([tier, each]) => ({ tier, counts: each })),
      by_owner: [...owners].map(([owner, each]) => ({ owner, counts: each })),
      changes,
    }),
  }
}

const none = (): PlanCounts => ({ denied: 0, approve_again: 0, allowed: 0, unchanged: 0 })

function entryOf<K>(map: Map<K, PlanCounts>, key: K): PlanCounts {
  const found = map.get(key) ?? none()
  map.set(key, found)
  return found
}
