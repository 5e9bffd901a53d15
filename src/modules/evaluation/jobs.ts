import { z } from 'zod'
import type { JobHandler, RunningJob } from '../../jobs/index.ts'
import { isoNow } from '../../lib/clock.ts'
import { AppError, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { serverActor } from '../audit/schema.ts'
import type { VersionId } from '../registry/schema.ts'
import { insertDecisions } from './decision-store.ts'
import { aboutOf } from './evaluations.ts'
import { type Collected, collected, toEvidence } from './evidence.ts'
import type { Phase } from './examination/index.ts'
import type { Gathering } from './gather.ts'
import { type ExamineOptions, examineMaterials, type Materials } from './materials.ts'
import { defaultLimits, type EvaluationParts } from './parts.ts'
import { EvaluationId, type Evidence, type EvidenceId } from './schema.ts'
import * as store from './store.ts'

const Input = z.object({ evaluation: EvaluationId })
const betweenReports = 250

/**
 * Carries an evaluation out. It ends once, however often its job runs: the end is a compare-and-set. A kind that is
 * finished is kept until then, so that a run after a crash goes on with the others.
 */
export function evaluationHandler(parts: EvaluationParts, gathering: Gathering): JobHandler {
  const { db, write, commit, clock, blobs } = parts
  const limits = { ...defaultLimits, ...parts.limits }

  async function run(job: RunningJob): Promise<void> {
    const evaluation = await store.findEvaluation(db, Input.parse(job.input).evaluation)
    if (!evaluation || !isOpen(evaluation)) return
    const { id, kinds } = evaluation
    try {
      const materials = await gather(evaluation)
      const kept = await store.findingsOf(db, id)
      const open = kinds.filter((kind) => !kept.some(({ content }) => content.kind === kind))
      const keeping: Promise<unknown>[] = []
      const findings = await examineRest(open, materials, {
        blobs,
        limits,
        scoring: parts.scoring,
        signal: job.signal,
        found: (finding) => {
          const one = collected(finding, materials)
          keeping.push(commit((tx) => store.keepFinding(tx, id, finding.kind, one)).catch(() => {}))
        },
        report: reporter((share, phase) => commit((tx) => store.noteProgress(tx, id, share, phase))),
      })
      await Promise.all(keeping)
      job.signal.throwIfAborted()
      await complete(evaluation, [...kept, ...findings.map((finding) => collected(finding, materials))])
    } catch (error) {
      if (!(error instanceof AppError) || job.signal.aborted) throw error
      await fail(id, error.message)
    }
  }

  const examineRest = async (kinds: Evidence['kind'][], materials: Materials, how: Omit<ExamineOptions, 'kinds'>) =>
    kinds.length === 0 ? [] : examineMaterials(materials, { ...how, kinds })

  async function gather(evaluation: store.StoredEvaluation): Promise<Materials> {
    const protocol = await store.findProtocol(db, evaluation.model_id, evaluation.protocol_version)
    if (!protocol) throw notFound('evaluation protocol', String(evaluation.protocol_version))
    const { dataset, source, kinds } = evaluation
    return gathering.forEvaluation({ versionId: evaluation.version_id as VersionId, dataset, source, protocol, kinds })
  }

  /** All evidence of an evaluation is stored at once, or none of it. */
  function complete(evaluation: store.StoredEvaluation, findings: readonly Collected[]) {
    const { id, model_id: modelId } = evaluation
    const about = aboutOf(evaluation)
    return write(serverActor, async (tx, record) => {
      const at = isoNow(clock)
      if (!(await store.endEvaluation(tx, id, { state: 'done', error: null, at }))) throw endedBefore(id)
      for (const { content, decisions } of findings) {
        const evidenceId = newId('evi', clock.now().getTime()) as EvidenceId
        const evidence = toEvidence(content, { id: evidenceId, at })
        await store.insertEvidence(tx, evidence, { modelId, evaluationId: id })
        await insertDecisions(tx, evidenceId, decisions)
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
