import type { Db } from '../../db/database.ts'
import { digestOf, sha256 } from '../../lib/digest.ts'
import { notFound } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import { type SigningKey, verify } from '../../lib/keys.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Evidence } from '../evaluation/schema.ts'
import { openFindingsOf } from '../findings/index.ts'
import {
  type AppliedPolicy,
  askedOfRun,
  assess,
  type Change,
  consequenceOf,
  covering,
  findingsLevel,
  type Policies,
  strictestOf,
} from '../policy/index.ts'
import type { ApprovalFact, Assessment, Snapshot, Tolerated } from '../policy/schema.ts'
import { findEnvironment, findVersionById, getModel, getVersion } from '../registry/index.ts'
import type { Environment, Model, ModelVersion, SeverityLevel, VersionId } from '../registry/schema.ts'
import { loggedByRun } from '../tracking/index.ts'
import { conditionsOf, type StoredCondition, toCondition } from './conditions-store.ts'
import { blockedByFindings } from './findings.ts'
import { waiversAt as requirementWaiversAt } from './requirement-waivers-store.ts'
import { waiversAt } from './scan-waivers-store.ts'
import { type Decision, DecisionDocument, type DecisionId, type ReviewId } from './schema.ts'
import { changesBetween, comparable, type Scope, scopeOf } from './scope.ts'
import { snapshotOf } from './snapshot.ts'
import * as store from './store.ts'

/** Everything about one version before one environment at one moment: what reviews and the gate both look at. */
export type Situation = {
  model: Model
  version: ModelVersion
  environment: Environment
  /** The policies that apply. */
  policies: AppliedPolicy[]
  snapshot: Snapshot
  scope: Scope
  scope_digest: Digest
  /** Newest first. */
  decisions: Decision[]
  approvals: ApprovalFact[]
  assessment: Assessment
  open_review: store.StoredReview | undefined
}

export type SituationParts = {
  readonly policies: Pick<Policies, 'published'>
  readonly evidence: { of(db: Db, versionId: string): Promise<Evidence[]> }
  readonly key: SigningKey
}

/** Reads with the given connection only, so that inside a write nothing can change between the look and the decision. */
export function createSituations({ policies, evidence, key }: SituationParts) {
  async function at(db: Db, model: string, which: number | string, environment: string, now: string) {
    const version = await getVersion(db, model, which)
    return of(db, version, environment, now)
  }

  /** `under` are the policies to judge by, where they are not those that are published. */
  async function atVersion(
    db: Db,
    id: string,
    environment: string,
    now: string,
    under?: readonly AppliedPolicy[],
  ): Promise<Situation> {
    const version = await findVersionById(db, id as VersionId)
    if (!version) throw notFound('version', id)
    return of(db, version, environment, now, under)
  }

  async function of(
    db: Db,
    version: ModelVersion,
    name: string,
    now: string,
    under?: readonly AppliedPolicy[],
  ): Promise<Situation> {
    const model = await getModel(db, version.model)
    // A name that was given up may be another model's by now.
    if (model.id !== version.model_id) throw notFound('model', version.model)
    const environment = await findEnvironment(db, name)
    if (!environment) throw notFound('environment', name)
    const published = under ?? (await policies.published(db))
    const applied = covering(published, model, name)
    const reviews = await store.reviewsOf(db, version.id, name)
    const [latest] = reviews
    const findings = await openFindingsOf(db, model.id, version.id)
    const snapshot = snapshotOf({
      at: now,
      environment: name,
      model,
      version,
      waivers: await waiversAt(db, version.id, now),
      requirement_waivers: await requirementWaiversAt(db, version.id, name, now),
      evidence: await evidence.of(db, version.id),
      policies: applied,
      logged: await loggedFor(db, version, applied),
      requester: (latest?.requested_by as PersonId | undefined) ?? null,
      findings: findings.map(({ id, title, severity, state, due_at }) => ({ id, title, severity, state, due_at })),
    })
    const scope = scopeOf(snapshot)
    const scope_digest = digestOf(scope)
    const level = findingsLevel(environment.findings_block, applied)
    const conditions = await conditionsOf(db, version.id, name)
    const decided = (await store.decisionsOf(db, version.id, name)).map((row) =>
      compare(row, { key, model: model.name, scope, level, policies: applied, conditions, at: now }),
    )
    const approvals = decided.map(({ fact }) => fact)
    return {
      model,
      version,
      environment,
      policies: applied,
      snapshot,
      scope,
      scope_digest,
      decisions: decided.map(({ decision }) => decision),
      approvals,
      assessment: blockedByFindings(assess(published, snapshot, approvals), snapshot, environment),
      open_review: reviews.find(({ state }) => state === 'open' || state === 'changes_requested'),
    }
  }

  return { at, atVersion }
}

export type Situations = ReturnType<typeof createSituations>

/** What the policies ask about what a version's run logged; nothing when they do not ask. */
async function loggedFor(db: Db, { manifest }: ModelVersion, policies: readonly AppliedPolicy[]) {
  const asked = askedOfRun(policies.map(({ document }) => document))
  return asked && manifest.run ? await loggedByRun(db, manifest.run, asked) : undefined
}

type Compared = {
  key: SigningKey
  model: string
  scope: Scope
  level: SeverityLevel
  policies: readonly AppliedPolicy[]
  conditions: readonly StoredCondition[]
  at: string
}

/** A stored decision beside what is there now. What is not exactly what was signed covers nothing. */
function compare(row: store.StoredDecision, { key, model, scope, level, policies, conditions, at }: Compared) {
  const own = conditions.filter(({ decision_id }) => decision_id === row.id)
  const document = documentOf(row)
  const signed = isSigned(row, key)
  const [before, now] = comparable(scopeOf(document.snapshot), scope, level)
  const changes = changesBetween(before, now)
  const { effect, tolerated } = effectOf(changes, policies)
  const covers = signed && (digestOf(before) === digestOf(now) || tolerated.length > 0)
  const changed = covers ? [] : changes.map(({ text }) => text)
  const differences = signed ? changed : ['the stored decision is not what was signed']
  const noted = covers && tolerated.length > 0 ? { tolerated } : {}
  const decision: Decision = {
    id: row.id as DecisionId,
    review_id: row.review_id as ReviewId,
    model,
    version: row.version,
    environment: row.environment,
    outcome: document.outcome,
    reason: document.reason,
    decided_by: document.decided_by,
    decided_at: document.decided_at,
    ...personKeyOf(document),
    in_place_of: (document.in_place_of ?? []).map(({ person }) => person),
    conditions: own.map((each) => toCondition(each, model, at)),
    scope_digest: document.scope_digest,
    digest: row.digest as Digest,
    covers,
    differences,
    ...noted,
    ...(effect && signed ? { effect } : {}),
  }
  const fact: ApprovalFact = { ...factOf(document, own), covers, differences, ...noted }
  return { decision, fact }
}

/** The key of their own that the person signed with, if they did. */
export const personKeyOf = ({ person_signature: own }: DecisionDocument) => (own ? { person_key: own.key_id } : {})

/** A decision as the gate sees it on the content that it was about. */
export function factOf(document: DecisionDocument, stored: readonly StoredCondition[] = []): ApprovalFact {
  const { id, decided_by, roles, in_place_of, conditions, outcome, decided_at, person_signature } = document
  const metAt = new Map(stored.map((each) => [each.id, each.confirmed_at]))
  return {
    decision_id: id,
    decided_by,
    roles,
    ...(in_place_of
      ? { in_place_of: in_place_of.map(({ person, roles: theirs }) => ({ person, roles: theirs })) }
      : {}),
    ...(conditions ? { conditions: conditions.map((each) => ({ ...each, met_at: metAt.get(each.id) ?? null })) } : {}),
    ...(person_signature ? { signed: true } : {}),
    outcome,
    decided_at,
    covers: true,
    differences: [],
  }
}

/** The strictest that follows from the changes; and every change, when the policies let all of them stand. */
function effectOf(changes: readonly Change[], policies: readonly AppliedPolicy[]) {
  const documents = policies.map(({ document }) => document)
  const effects = changes.map((change) => ({ text: change.text, effect: consequenceOf(change, documents) }))
  const effect = strictestOf(effects.map((each) => each.effect))
  const tolerated = effects.flatMap((each): Tolerated[] =>
    each.effect === 'notify' || each.effect === 'ignore' ? [{ text: each.text, effect: each.effect }] : [],
  )
  return { effect, tolerated: tolerated.length === changes.length ? tolerated : [] }
}

export function documentOf({ document }: Pick<store.StoredDecision, 'document'>): DecisionDocument {
  return DecisionDocument.parse(JSON.parse(document))
}

function isSigned({ document, digest, signature }: store.StoredDecision, key: SigningKey): boolean {
  const bytes = Buffer.from(document)
  return sha256(bytes) === digest && verify(key.publicKey, bytes, Buffer.from(signature, 'base64'))
}
