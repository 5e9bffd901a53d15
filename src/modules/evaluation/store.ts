import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import type { Digest } from '../../lib/ids.ts'
import { createParsedOnce } from '../../lib/parsed-once.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Collected } from './evidence.ts'
import {
  type Evaluation,
  type EvaluationId,
  EvaluationSource,
  type Evidence,
  type EvidenceId,
  EvidenceKind,
  Protocol,
  type ProtocolVersion,
  type ScoringEndpoint,
} from './schema.ts'
import type { EvaluationRow, EvidenceRow, ProtocolVersionRow } from './tables.ts'

const longestList = 500
/** Results are large. */
const longestEvidenceList = 200

export type StoredProtocol = Omit<ProtocolVersion, 'model'> & { model_id: string }

function toProtocol({ document, digest, created_by, ...row }: Selectable<ProtocolVersionRow>): StoredProtocol {
  return {
    ...row,
    digest: digest as Digest,
    created_by: created_by as PersonId,
    protocol: Protocol.parse(JSON.parse(document)),
  }
}

export async function findProtocol(db: Db, modelId: string, version?: number): Promise<StoredProtocol | undefined> {
  let query = db.selectFrom('protocol_version').selectAll().where('model_id', '=', modelId)
  if (version !== undefined) query = query.where('version', '=', version)
  const row = await query.orderBy('version', 'desc').limit(1).executeTakeFirst()
  return row && toProtocol(row)
}

export type NamedEndpoint = { readonly model: string; readonly modelId: string; readonly endpoint: ScoringEndpoint }

/** The endpoints that the newest protocols name, by model. */
export async function listEndpoints(db: Db): Promise<NamedEndpoint[]> {
  const rows = await db
    .selectFrom('protocol_version as p')
    .innerJoin('model', 'model.id', 'p.model_id')
    .select(['p.document', 'p.model_id', 'model.name'])
    .where('p.document', 'like', '%"endpoint":{%')
    .where((eb) =>
      eb(
        'p.version',
        '=',
        eb
          .selectFrom('protocol_version as newer')
          .select(({ fn }) => fn.max('newer.version').as('version'))
          .whereRef('newer.model_id', '=', 'p.model_id'),
      ),
    )
    .orderBy('model.name')
    .execute()
  return rows.flatMap(({ document, model_id, name }) => {
    const { endpoint } = JSON.parse(document) as Protocol
    return endpoint ? [{ model: name, modelId: model_id, endpoint }] : []
  })
}

export async function findProtocolByDigest(
  db: Db,
  modelId: string,
  digest: Digest,
): Promise<StoredProtocol | undefined> {
  const row = await db
    .selectFrom('protocol_version')
    .selectAll()
    .where('model_id', '=', modelId)
    .where('digest', '=', digest)
    .orderBy('version')
    .limit(1)
    .executeTakeFirst()
  return row && toProtocol(row)
}

export async function insertProtocol(tx: Tx, { protocol, ...row }: StoredProtocol): Promise<void> {
  await tx
    .insertInto('protocol_version')
    .values({ ...row, document: JSON.stringify(protocol) })
    .execute()
}

export type StoredEvaluation = Omit<Evaluation, 'model' | 'evidence'> & { model_id: string; job_id: string }

function toEvaluation({ dataset_digest, kinds, source, ...row }: Selectable<EvaluationRow>): StoredEvaluation {
  return {
    ...row,
    id: row.id as EvaluationId,
    requested_by: row.requested_by as PersonId,
    dataset: dataset_digest as Digest,
    source: EvaluationSource.parse(source === null ? { kind: 'model' } : JSON.parse(source)),
    kinds: EvidenceKind.array().parse(JSON.parse(kinds)),
  }
}

export async function findEvaluation(db: Db, id: EvaluationId): Promise<StoredEvaluation | undefined> {
  const row = await db.selectFrom('evaluation').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toEvaluation(row)
}

/** Names by id, for reads that show them; deleted models have theirs still. */
export async function modelNames(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const distinct = [...new Set(ids)]
  const rows = await db.selectFrom('model').select(['id', 'name']).where('id', 'in', distinct).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export type Which = { modelId?: string | undefined; versionId?: string | undefined }

export async function listEvaluations(db: Db, { modelId, versionId }: Which): Promise<StoredEvaluation[]> {
  let query = db.selectFrom('evaluation').selectAll()
  if (modelId !== undefined) query = query.where('model_id', '=', modelId)
  if (versionId !== undefined) query = query.where('version_id', '=', versionId)
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(longestList).execute()
  return rows.map(toEvaluation)
}

export async function insertEvaluation(tx: Tx, { dataset, kinds, source, ...row }: StoredEvaluation): Promise<void> {
  await tx
    .insertInto('evaluation')
    .values({ ...row, dataset_digest: dataset, kinds: JSON.stringify(kinds), source: JSON.stringify(source) })
    .execute()
}

/**
 * How far the work is. Written outside the trail, as leases are: it says nothing that a finished evaluation does not.
 * False when the evaluation has ended.
 */
export async function noteProgress(tx: Tx, id: EvaluationId, progress: number, phase: string): Promise<boolean> {
  const result = await tx
    .updateTable('evaluation')
    .set({ state: 'running', progress, phase })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Compare-and-set: false when the evaluation has ended before. What was kept on the way is not needed any more. */
export async function endEvaluation(
  tx: Tx,
  id: EvaluationId,
  { state, error, at }: { state: 'done' | 'failed' | 'cancelled'; error: string | null; at: string },
): Promise<boolean> {
  await tx.deleteFrom('evaluation_finding').where('evaluation_id', '=', id).execute()
  const result = await tx
    .updateTable('evaluation')
    .set({ state, error, finished_at: at, phase: state, ...(state === 'done' ? { progress: 1 } : {}) })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** A kind that is finished. Written outside the trail, as progress is; it is no evidence yet. */
export async function keepFinding(tx: Tx, id: EvaluationId, kind: EvidenceKind, finding: Collected): Promise<void> {
  const open = await tx
    .selectFrom('evaluation')
    .select('id')
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirst()
  if (!open) return
  await tx
    .insertInto('evaluation_finding')
    .values({ evaluation_id: id, kind, finding: JSON.stringify(finding) })
    .onConflict((conflict) => conflict.columns(['evaluation_id', 'kind']).doNothing())
    .execute()
}

/** What an evaluation found before its server died. */
export async function findingsOf(db: Db, id: EvaluationId): Promise<Collected[]> {
  const rows = await db
    .selectFrom('evaluation_finding')
    .select('finding')
    .where('evaluation_id', '=', id)
    .orderBy('kind')
    .execute()
  return rows.map(({ finding }) => JSON.parse(finding))
}

export async function evidenceIdsOf(db: Db, evaluations: readonly EvaluationId[]): Promise<Map<string, EvidenceId[]>> {
  if (evaluations.length === 0) return new Map()
  const rows = await db
    .selectFrom('evidence')
    .select(['id', 'evaluation_id'])
    .where('evaluation_id', 'in', [...evaluations])
    .orderBy('id')
    .execute()
  const ids = new Map<string, EvidenceId[]>()
  for (const { id, evaluation_id } of rows) {
    const known = ids.get(evaluation_id ?? '')
    if (known) known.push(id as EvidenceId)
    else ids.set(evaluation_id ?? '', [id as EvidenceId])
  }
  return ids
}

export type StoredEvidence = { readonly modelId: string; readonly evidence: Evidence }

/** Evidence stays as it was collected, and the gate reads it with every question. */
const parsed = createParsedOnce()

function toEvidence(row: Selectable<EvidenceRow>): StoredEvidence {
  const { id, kind, source, collected_at, collected_by, valid_until } = row
  const evidence: Evidence = {
    id: id as EvidenceId,
    kind,
    subject: { type: 'version', id: row.version_id, digest: row.version_digest as Digest },
    inputs: JSON.parse(row.inputs),
    method: { name: row.method_name, version: row.method_version, parameters: JSON.parse(row.parameters) },
    result: parsed(row.result) as Evidence['result'],
    source,
    collected_at,
    valid_until,
    collected_by,
    digest: row.digest as Digest,
  }
  return { modelId: row.model_id, evidence }
}

export async function findEvidence(db: Db, id: EvidenceId): Promise<StoredEvidence | undefined> {
  const row = await db.selectFrom('evidence').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toEvidence(row)
}

export async function listEvidence(
  db: Db,
  { modelId, versionId, kind }: Which & { kind?: EvidenceKind | undefined },
): Promise<StoredEvidence[]> {
  let query = db.selectFrom('evidence').selectAll()
  if (modelId !== undefined) query = query.where('model_id', '=', modelId)
  if (versionId !== undefined) query = query.where('version_id', '=', versionId)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  const rows = await query.orderBy('collected_at', 'desc').orderBy('id', 'desc').limit(longestEvidenceList).execute()
  return rows.map(toEvidence)
}

/** Everything known about a version, newest first. */
export async function evidenceOf(db: Db, versionId: string): Promise<Evidence[]> {
  return (await rowsOfVersion(db, versionId)).map((row) => toEvidence(row).evidence)
}

const rowsOfVersion = prepared((db, versionId: string) =>
  db
    .selectFrom('evidence')
    .selectAll()
    .where('version_id', '=', versionId)
    .orderBy('collected_at', 'desc')
    .orderBy('id', 'desc')
    .limit(longestEvidenceList),
)

export async function insertEvidence(
  tx: Tx,
  evidence: Evidence,
  { modelId, evaluationId }: { modelId: string; evaluationId: EvaluationId },
): Promise<void> {
  const { id, kind, subject, inputs, method, result, source, collected_at, collected_by, valid_until, digest } =
    evidence
  await tx
    .insertInto('evidence')
    .values({
      id,
      evaluation_id: evaluationId,
      kind,
      model_id: modelId,
      version_id: subject.id,
      version_digest: subject.digest,
      inputs: JSON.stringify(inputs),
      method_name: method.name,
      method_version: method.version,
      parameters: JSON.stringify(method.parameters),
      result: JSON.stringify(result),
      source,
      collected_at,
      collected_by,
      valid_until,
      digest,
    })
    .execute()
}
