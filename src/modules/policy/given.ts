import { sha256 } from '../../lib/digest.ts'
import type { PersonId } from '../audit/schema.ts'
import type { ApprovalFact, PolicyDocument, Snapshot } from './schema.ts'
import type { Given } from './tests-schema.ts'
import { waivableIn } from './waived.ts'

export type Situated = { snapshot: Snapshot; approvals: ApprovalFact[] }

const day = 86_400_000
const at = '2026-01-15T12:00:00.000Z'

/** The snapshot and the approvals of a case: what it says, over what holds in every case, over an ordinary version. */
export function situated(shared: Given, own: Given, document: PolicyDocument): Situated {
  const { scope } = document
  const given = { ...shared, ...own }
  const now = given.at ?? at
  const model = { ...shared.model, ...own.model }
  const version = { ...shared.version, ...own.version }
  const ago = (days: number) => new Date(Date.parse(now) - days * day).toISOString()
  const { files = [{ path: 'model.onnx', size: 1 }], developers = ['developer'], registered_by = 'developer' } = version
  const snapshot: Snapshot = {
    format: 'modelkeep-snapshot-1',
    at: now,
    environment: given.environment ?? scope.environments[0] ?? 'prod',
    model: {
      id: 'mdl_000000000000000000000000',
      name: model.name ?? 'model',
      tier: model.tier === undefined ? (scope.tiers[0] ?? null) : model.tier,
      purpose: model.purpose ?? '',
      owner: model.owner ? person(model.owner) : null,
      tags: model.tags ?? tagsOf(scope),
    },
    version: {
      id: 'ver_000000000000000000000000',
      version: version.version ?? 1,
      digest: sha256(JSON.stringify(files)),
      files: files.map(({ path, size }) => ({ path, size, sha256: sha256(path) })),
      run: version.run ? { id: version.run.id, digest: sha256(version.run.id), logged: loggedOf(version.run) } : null,
      datasets: version.datasets ?? [],
      signature: version.signature ?? null,
      facts: version.facts ?? {},
      developers: developers.map(person),
      registered_by: person(registered_by),
      registered_at: ago(version.age_days ?? 7),
    },
    evidence: (given.evidence ?? [])
      .map(({ kind, source, age_days, method, result }, index) => ({
        id: `evi_${String(index).padStart(24, '0')}`,
        kind,
        digest: sha256(JSON.stringify(result)),
        source,
        collected_at: ago(age_days),
        valid_until: null,
        method: method ?? `modelkeep.${kind} 1`,
        inputs: [],
        result,
      }))
      .toSorted((a, b) => (a.collected_at < b.collected_at ? 1 : -1)),
    policies: [],
    ...(given.findings
      ? {
          findings: given.findings.map((finding, index) => ({
            id: `fnd_${String(index).padStart(24, '0')}`,
            due_at: now,
            ...finding,
          })),
        }
      : {}),
    ...(given.waivers ? { waivers: waiversOf(given.waivers, document, now) } : {}),
    requester: given.requester ? person(given.requester) : null,
  }
  const approvals = (given.approvals ?? []).map(
    ({ by, roles, outcome, age_days, covers }, index): ApprovalFact => ({
      decision_id: `dec_${String(index).padStart(24, '0')}`,
      decided_by: person(by),
      roles,
      outcome,
      decided_at: ago(age_days),
      covers,
      differences: covers ? [] : ['the content changed'],
    }),
  )
  return { snapshot, approvals }
}

function waiversOf(waivers: NonNullable<Given['waivers']>, document: PolicyDocument, now: string) {
  const after = (moment: string, days: number) => new Date(Date.parse(moment) + days * day).toISOString()
  return waivers.map(({ requirement, by, roles, age_days, days }, index) => {
    const given_at = after(now, -age_days)
    return {
      id: `wvr_${String(index).padStart(24, '0')}`,
      policy: document.name,
      requirement,
      rule_digest: waivableIn(document, requirement)?.rule_digest ?? sha256(requirement),
      reason: 'As the test says.',
      control: 'As the test says.',
      given_by: person(by),
      roles,
      given_at,
      until: after(given_at, days),
    }
  })
}

/** A model that the policy is about. */
function tagsOf({ tags = {} }: PolicyDocument['scope']) {
  return Object.entries(tags).map(([key, value]) => ({ key, value }))
}

/** The same id for the same name. */
function person(name: string): PersonId {
  return `per_${sha256(name).slice('sha256:'.length).slice(0, 24)}`
}

function loggedOf({ metrics = {}, params = {}, hours = null }: NonNullable<NonNullable<Given['version']>['run']>) {
  return { metrics, params, hours }
}
