import { notFound } from '../../lib/errors.ts'
import { compareVersions } from './compare.ts'
import { createDecisions } from './decisions.ts'
import { createDryRuns } from './dry-run.ts'
import { createEvaluations, evaluationJob } from './evaluations.ts'
import { createGathering } from './gather.ts'
import { createGuesses } from './guesses.ts'
import { evaluationHandler } from './jobs.ts'
import type { EvaluationParts } from './parts.ts'
import { createProtocols } from './protocols.ts'
import { createReproduction } from './reproduce.ts'
import type { EvidenceId, EvidenceKind } from './schema.ts'
import * as store from './store.ts'
import { createWeights } from './weights.ts'

export type Evaluations = ReturnType<typeof createEvaluation>

/** The server examines models itself: protocols, evaluations, and the evidence they leave. */
export function createEvaluation(parts: EvaluationParts) {
  const { db, jobs } = parts
  const protocols = createProtocols(parts)
  const gathering = createGathering(parts)
  const evaluations = createEvaluations(parts, gathering)
  const decisions = createDecisions(parts, gathering)
  const guesses = createGuesses(parts, gathering)
  jobs.handle(evaluationJob, evaluationHandler(parts, gathering))

  /** With the name of the model, which decides who may see it. */
  async function getEvidence(id: EvidenceId) {
    const stored = await store.findEvidence(db, id)
    if (!stored) throw notFound('evidence', id)
    const names = await store.modelNames(db, [stored.modelId])
    return { evidence: stored.evidence, model: names.get(stored.modelId) ?? '' }
  }

  async function listEvidence(query: {
    model?: string | undefined
    version?: number | undefined
    kind?: EvidenceKind | undefined
  }) {
    const which = await evaluations.resolve(query)
    const found = await store.listEvidence(db, { ...which, kind: query.kind })
    const names = await store.modelNames(
      db,
      found.map(({ modelId }) => modelId),
    )
    return found.map(({ evidence, modelId }) => ({ evidence, model: names.get(modelId) ?? '' }))
  }

  async function compare(model: string, versions: { a: number; b: number }) {
    const side = async (version: number) => ({
      version,
      evidence: (await listEvidence({ model, version })).map(({ evidence }) => evidence),
    })
    return compareVersions(model, await side(versions.a), await side(versions.b))
  }

  return {
    protocols,
    evaluations,
    decisions,
    guesses,
    dryRuns: createDryRuns(parts, gathering),
    evidence: { get: getEvidence, list: listEvidence, compare, ...createReproduction(parts, gathering) },
    weights: createWeights(parts, gathering),
  }
}
