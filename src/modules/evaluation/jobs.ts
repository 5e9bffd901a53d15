import { z } from 'zod'
import type { JobHandler, RunningJob } from '../../jobs/index.ts'
import { isoNow } from '../../lib/clock.ts'
import { AppError, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { serverActor } from '../audit/schema.ts'
import type { VersionId } from '../registry/schema.ts'
import { aboutOf } from './evaluations.ts'
import { contentOf, toEvidence } from './evidence.ts'
import type { Finding, Phase } from './examination/index.ts'
import type { Gathering } from './gather.ts'
import { examineMaterials, type Materials } from './materials.ts'
import { defaultLimits, type EvaluationParts } from './parts.ts'
import { EvaluationId, type EvidenceId } from './schema.ts'
import * as store from './store.ts'

const Input = z.object({ evaluation: EvaluationId })
const betweenReports = 250

/** Carries an evaluation out. It ends once, however often its job runs: the end is a compare-and-set. */
export function evaluationHandler(parts: EvaluationParts, gathering: Gathering): JobHandler {
  const { db, write, commit, clock, blobs } = parts
  const limits = { ...defaultLimits, ...parts.limits }

  async function run(job: RunningJob): Promise<void> {
    const evaluation = await store.findEvaluation(db, Input.parse(job.input).evaluation)
    if (!evaluation || !isOpen(evaluation)) return
    const { id, kinds } = evaluation
    try {
      const materials = await gather(evaluation)
      const findings = await examineMaterials(materials, {
        blobs,
        kinds,
        limits,
        scoring: parts.scoring,
        signal: job.signal,
        report: reporter((share, phase) => commit((tx) => store.noteProgress(tx, id, share, phase))),
      })
      job.signal.throwIfAborted()
      await complete(evaluation, materials, findings)
    } catch (error) {
      if (!(error instanceof AppError) || job.signal.aborted) throw error
      await fail(id, error.message)
    }
  }

  async function gather(evaluation: store.StoredEvaluation): Promise<Materials> {
    const protocol = await store.findProtocol(db, evaluation.model_id, evaluation.protocol_version)
    if (!protocol) throw notFound('evaluation protocol', String(evaluation.protocol_version))
    const { dataset, source, kinds } = evaluation
    return gathering.forEvaluation({ versionId: evaluation.version_id as VersionId, dataset, source, protocol, kinds })
  }

  /** All evidence of an evaluation is stored at once, or none of it. */
  function complete(evaluation: store.StoredEvaluation, materials: Materials, findings: readonly Finding[]) {
    const { id, model_id: modelId } = evaluation
    const about = aboutOf(evaluation)
    return write(serverActor, async (tx, record) => {
      const at = isoNow(clock)
      if (!(await store.endEvaluation(tx, id, { state: 'done', error: null, at }))) throw endedBefore(id)
      for (const finding of findings) {
        const evidenceId = newId('evi', clock.now().getTime()) as EvidenceId
        const evidence = toEvidence(contentOf(finding, materials), { id: evidenceId, at })
        await store.insertEvidence(tx, evidence, { modelId, evaluationId: id })
        const { kind, digest, inputs } = evidence
        record('evidence.collected', `evidence:${evidenceId}`, { kind, digest, inputs }, [...about, `evaluation:${id}`])
      }
      record('evaluation.done', `evaluation:${id}`, { evidence: findings.length }, about)
    })
  }

  /** Says why there is no evidence. An evaluation that has ended keeps its end. */
  async function fail(id: EvaluationId, error: string): Promise<void> {
    const evaluation = await store.findEvaluation(db, id)
    if (!evaluation || !isOpen(evaluation)) return
    await write(serverActor, async (tx, record) => {
      if (!(await store.endEvaluation(tx, id, { state: 'failed', error, at: isoNow(clock) }))) throw endedBefore(id)
      record('evaluation.failed', `evaluation:${id}`, { error }, aboutOf(evaluation))
    })
  }

  return { run, gaveUp: (input, reason) => fail(Input.parse(input).evaluation, reason) }
}

const isOpen = ({ state }: Pick<store.StoredEvaluation, 'state'>) => state === 'queued' || state === 'running'
const endedBefore = (id: EvaluationId) => conflict(`evaluation ${id} ended while it was being carried out`)

/** Passes on what a person would notice: every new phase, and progress a few times a second. */
function reporter(note: (share: number, phase: Phase) => Promise<unknown>) {
  let last = { phase: '', at: 0 }
  return (share: number, phase: Phase) => {
    const now = performance.now()
    if (phase === last.phase && now - last.at < betweenReports) return
    last = { phase, at: now }
    // A report that is lost is made good by the next one.
    note(share, phase).catch(() => {})
  }
}
