import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import type { ModelVersion } from '../registry/schema.ts'
import { demandAdmitted, pinnedDataset } from './dataset-rules.ts'
import type { Gathering } from './gather.ts'
import type { EvaluationParts } from './parts.ts'
import type { Evaluation, EvaluationId, EvaluationInput, Protocol } from './schema.ts'
import * as store from './store.ts'

/** Kind of the job that carries an evaluation out. */
export const evaluationJob = 'evaluation'

/** Evaluations as people ask for them, watch them and stop them. */
export function createEvaluations(
  { db, write, clock, jobs, models, versions, datasets }: EvaluationParts,
  gathering: Gathering,
) {
  async function request(actor: ActorRef, input: EvaluationInput): Promise<Evaluation> {
    const version = await versions.get(input.model, input.version)
    const protocol = await store.findProtocol(db, version.model_id)
    if (!protocol) {
      throw badRequest(
        `${version.model} has no evaluation protocol yet: say first which column is the label and what is protected`,
      )
    }
    const { datasets: rules } = protocol.protocol
    const table = await tableFor(version, { ...input, dataset: input.dataset ?? defaultOf(input, rules) })
    demandAdmitted(rules, table)
    const id = newId('evl', clock.now().getTime()) as EvaluationId
    const stored = await write(actor, async (tx, record) => {
      const evaluation: store.StoredEvaluation = {
        id,
        model_id: version.model_id,
        version_id: version.id,
        version: version.version,
        dataset: table.digest,
        source: input.source,
        protocol_version: protocol.version,
        kinds: [...new Set(input.kinds)],
        job_id: await jobs.enqueue(tx, evaluationJob, { evaluation: id }),
        state: 'queued',
        progress: 0,
        phase: 'waiting',
        error: null,
        requested_by: actor.id as PersonId,
        created_at: isoNow(clock),
        finished_at: null,
      }
      await store.insertEvaluation(tx, evaluation)
      const { kinds, source } = evaluation
      const detail = {
        dataset: table.digest,
        protocol: protocol.digest,
        kinds,
        ...(source.kind === 'model'
          ? {}
          : { source: source.kind, artifact: 'artifact' in source ? (source.artifact ?? null) : null }),
      }
      const about = table.id === null ? [] : [`dataset:${table.id}` as const]
      record('evaluation.requested', `evaluation:${id}`, detail, [...aboutOf(evaluation), ...about])
      return evaluation
    })
    return toEvaluation(stored, version.model, [])
  }

  /** An artifact is a table of its own, so that no other is meant. */
  const defaultOf = ({ source }: EvaluationInput, rules: Protocol['datasets']) =>
    'artifact' in source && source.artifact !== undefined ? undefined : pinnedDataset(rules)

  /** The bytes that are read: a stored dataset, or a table among the artifacts of the run. */
  async function tableFor(version: ModelVersion, { dataset, source }: EvaluationInput) {
    const artifact = source.kind === 'predictions' ? source.artifact : undefined
    if (artifact !== undefined && dataset !== undefined) {
      throw badRequest('name a stored dataset or an artifact of the run, not both')
    }
    if (artifact !== undefined) return { digest: await gathering.artifactOf(version, artifact), id: null }
    if (dataset === undefined) throw badRequest('name the dataset by its digest')
    return datasets.get(dataset)
  }

  async function get(id: EvaluationId): Promise<Evaluation> {
    const stored = await store.findEvaluation(db, id)
    if (!stored) throw notFound('evaluation', id)
    const [evaluation] = await withNames([stored])
    if (!evaluation) throw notFound('evaluation', id)
    return evaluation
  }

  async function list(which: { model?: string | undefined; version?: number | undefined }): Promise<Evaluation[]> {
    return withNames(await store.listEvaluations(db, await resolve(which)))
  }

  async function cancel(actor: ActorRef, id: EvaluationId): Promise<Evaluation> {
    await write(actor, async (tx, record) => {
      const stored = await store.findEvaluation(tx, id)
      if (!stored) throw notFound('evaluation', id)
      const ended = await store.endEvaluation(tx, id, { state: 'cancelled', error: null, at: isoNow(clock) })
      if (!ended) throw conflict(`the evaluation has ended before: it is ${stored.state}`)
      await jobs.cancel(tx, stored.job_id)
      record('evaluation.cancelled', `evaluation:${id}`, {}, aboutOf(stored))
    })
    return get(id)
  }

  async function resolve({
    model,
    version,
  }: {
    model?: string | undefined
    version?: number | undefined
  }): Promise<store.Which> {
    if (model === undefined) {
      if (version !== undefined) throw badRequest('a version number says nothing without its model')
      return {}
    }
    if (version === undefined) return { modelId: (await models.get(model)).id }
    return { versionId: (await versions.get(model, version)).id }
  }

  async function withNames(stored: readonly store.StoredEvaluation[]): Promise<Evaluation[]> {
    const evidence = await store.evidenceIdsOf(
      db,
      stored.map(({ id }) => id),
    )
    const names = await store.modelNames(
      db,
      stored.map(({ model_id }) => model_id),
    )
    return stored.map((one) => toEvaluation(one, names.get(one.model_id) ?? '', evidence.get(one.id) ?? []))
  }

  return { request, get, list, cancel, resolve }
}

export const aboutOf = ({ version_id, model_id }: Pick<store.StoredEvaluation, 'version_id' | 'model_id'>) => [
  `version:${version_id}`,
  `model:${model_id}`,
]

function toEvaluation(stored: store.StoredEvaluation, model: string, evidence: Evaluation['evidence']): Evaluation {
  const { model_id: _model, job_id: _job, ...rest } = stored
  return { ...rest, model, evidence }
}
