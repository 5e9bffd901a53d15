import type { Db } from '../../db/database.ts'
import { artifactPurge } from '../artifacts/index.ts'
import { challengesOfVersions } from '../challenges/index.ts'
import { evaluationPurge } from '../evaluation/index.ts'
import { findingsOfVersions } from '../findings/index.ts'
import { gatePurge } from '../gate/index.ts'
import { registryPurge } from '../registry/index.ts'
import { reviewPurge } from '../reviews/index.ts'
import { type Assessed, missingOf, part } from './assess-tracking.ts'
import { add, type HolderMap, heldBy, restingOn, state } from './holders.ts'
import { holdsOver } from './holds-store.ts'
import type { Holder } from './schema.ts'

/** A version goes only when nobody ever judged it: no evidence, review, decision, verdict, finding or deployment names it. */
export async function assessVersions(db: Db, ids: readonly string[], asPart: boolean): Promise<Assessed> {
  const rows = await registryPurge.readVersions(db, ids)
  const present = rows.map(({ id }) => id)
  const holders: HolderMap = new Map()
  if (present.length === 0) return { holders, missing: missingOf(ids, present) }
  const holds = await holdsOver(
    db,
    'model',
    rows.map(({ model_id }) => model_id),
  )
  for (const row of rows) {
    const isDeleted = row.deleted_at !== null || row.model_deleted_at !== null
    if (!asPart && !isDeleted) add(holders, row.id, state(row.id, 'the version is not deleted'))
    add(holders, row.id, ...(holds.get(row.model_id) ?? []).map(heldBy))
  }
  await addRecords(db, holders, present)
  await addCopies(db, holders, rows)
  return { holders, missing: missingOf(ids, present) }
}

async function addRecords(db: Db, holders: HolderMap, ids: readonly string[]): Promise<void> {
  const record = (
    kind: Holder['kind'],
    rows: readonly { id: string; version_id: string; name: string; link: string | null }[],
    reason: string,
  ) => {
    for (const { id, version_id, name, link } of rows) add(holders, version_id, { kind, id, name, reason, link })
  }
  const evidence = await evaluationPurge.evidenceOfVersions(db, ids)
  record(
    'evidence',
    named(evidence, (one) => one.kind),
    'evidence was collected of this version',
  )
  const evaluations = await evaluationPurge.openEvaluationsOf(db, ids)
  record(
    'evaluation',
    named(evaluations, () => 'evaluation'),
    'an evaluation of this version is going on',
  )
  const reviews = await reviewPurge.reviewsOfVersions(db, ids)
  record(
    'review',
    named(
      reviews,
      (one) => `review for ${one.environment}`,
      (one) => `/reviews/${one.id}`,
    ),
    'a review of this version was asked for',
  )
  const decisions = await reviewPurge.decisionsOfVersions(db, ids)
  record(
    'decision',
    named(
      decisions,
      (one) => `${one.outcome} for ${one.environment}`,
      (one) => `/reviews/${one.review_id}`,
    ),
    'a signed decision is about this version',
  )
  const verdicts = await gatePurge.verdictsOfVersions(db, ids)
  record(
    'verdict',
    named(
      verdicts,
      (one) => `${one.outcome} for ${one.environment}`,
      (one) => `/gate/verdicts/${one.id}`,
    ),
    'the gate gave a signed verdict on this version',
  )
  const challenges = await challengesOfVersions(db, ids)
  record(
    'challenge',
    named(challenges, (one) => `champion and challenger, ${one.outcome}`),
    'a signed decision compared this version with another',
  )
  const findings = await findingsOfVersions(db, ids)
  record(
    'finding',
    named(
      findings,
      (one) => `finding, ${one.state.replace('_', ' ')}`,
      (one) => `/findings/${one.id}`,
    ),
    'somebody found something wrong with this version',
  )
  const deployments = await registryPurge.deploymentsOf(db, ids)
  record(
    'deployment',
    named(deployments, (one) => one.environment),
    'a deployment of this version was reported',
  )
}

function named<T extends { id: string; version_id: string }>(
  rows: readonly T[],
  name: (row: T) => string,
  link: (row: T) => string | null = () => null,
) {
  return rows.map((row) => ({ id: row.id, version_id: row.version_id, name: name(row), link: link(row) }))
}

/** A version that was made from another one is downloaded from the other's place, which only the other's seal protects. */
async function addCopies(
  db: Db,
  holders: HolderMap,
  rows: readonly { id: string; location: string; source: string }[],
): Promise<void> {
  const copies = await registryPurge.versionsFrom(
    db,
    rows.map(({ location }) => location),
  )
  const others = [...copies.values()].flat()
  const sealed = await artifactPurge.versionsWithSeal(
    db,
    others.map(({ id }) => id),
  )
  const own = await artifactPurge.versionsWithSeal(
    db,
    rows.map(({ id }) => id),
  )
  for (const row of rows) {
    if (!own.has(row.id)) continue
    const resting = (copies.get(row.location) ?? []).filter((copy) => copy.id !== row.id && !sealed.has(copy.id))
    add(holders, row.id, ...resting.map((copy) => restingOn(copy, 'the version has the files of this one')))
  }
}

export async function assessModels(db: Db, ids: readonly string[], contents: boolean): Promise<Assessed> {
  const rows = await registryPurge.readModels(db, ids)
  const holders: HolderMap = new Map()
  const holds = await holdsOver(db, 'model', ids)
  for (const { id, deleted_at } of rows) {
    if (deleted_at === null) add(holders, id, state(id, 'the model is not deleted'))
    add(holders, id, ...(holds.get(id) ?? []).map(heldBy))
    const left = contents ? (await registryPurge.versionIdsOfModel(db, id)).length : 0
    if (left > 0) add(holders, id, part('version', id, left, 'version'))
  }
  return {
    holders,
    missing: missingOf(
      ids,
      rows.map(({ id }) => id),
    ),
  }
}
