import { conflict, notFound } from '../../lib/errors.ts'
import type { Json } from '../../lib/json.ts'
import type { ActorRef } from '../audit/schema.ts'
import type { VersionId } from '../registry/schema.ts'
import { differences } from './differences.ts'
import { contentOf, digestOfEvidence } from './evidence.ts'
import { examineMaterials, type Materials, modelFileOf } from './materials.ts'
import { defaultLimits, type EvaluationParts, longestReproduction } from './parts.ts'
import type { Evidence, EvidenceId, Reproduction } from './schema.ts'
import * as store from './store.ts'

/** Computes evidence again from the bytes it names, one request after the other, and compares. */
export function createReproduction(parts: EvaluationParts) {
  const { db, write, blobs, versions, datasets } = parts
  const limits = { ...defaultLimits, ...parts.limits }
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work, work)
    last = result
    return result
  }

  async function reproduce(actor: ActorRef, id: EvidenceId): Promise<Reproduction> {
    const stored = await store.findEvidence(db, id)
    if (!stored) throw notFound('evidence', id)
    const { evidence, modelId } = stored
    const materials = await gather(evidence, modelId)
    const [finding] = await inTurn(() =>
      examineMaterials(materials, {
        blobs,
        kinds: [evidence.kind],
        limits: { ...limits, timeMs: Math.min(limits.timeMs, longestReproduction) },
        signal: new AbortController().signal,
        report: () => {},
      }),
    )
    if (!finding) throw new Error(`the examination of ${id} found nothing`)
    const reproduction = compare(evidence, contentOf(finding, materials))
    await write(actor, async (_tx, record) => {
      const { outcome } = reproduction
      const recomputed = outcome === 'identical' ? reproduction.digest : reproduction.recomputed
      const about = [`version:${evidence.subject.id}`, `model:${modelId}`]
      record('evidence.reproduced', `evidence:${id}`, { outcome, recorded: evidence.digest, recomputed }, about)
    })
    return reproduction
  }

  /** Exactly what the evidence names: nothing newer, and nothing under the same name with other bytes. */
  async function gather(evidence: Evidence, modelId: string): Promise<Materials> {
    const input = (role: string) => {
      const found = evidence.inputs.find((one) => one.role === role)
      if (!found) throw conflict(`the evidence names no ${role}, so it cannot be computed again`)
      return found
    }
    const version = await versions.findById(evidence.subject.id as VersionId)
    if (!version) throw notFound('model version', evidence.subject.id)
    const model = modelFileOf(version)
    if (model.sha256 !== input('model').digest)
      throw conflict('the evidence is about another model file than the version has')
    const protocol = await store.findProtocolByDigest(db, modelId, input('protocol').digest)
    if (!protocol) throw notFound('evaluation protocol', input('protocol').digest)
    const { name, digest } = input('dataset')
    const { format } = await datasets.get(digest)
    return { version, model, dataset: { name, digest, format }, protocol }
  }

  return { reproduce }
}

type Content = Parameters<typeof digestOfEvidence>[0]

/** A record that does not have its own digest was changed, whatever is computed now. */
function compare(evidence: Evidence, again: Content): Reproduction {
  const recomputed = digestOfEvidence(again)
  if (recomputed === evidence.digest && digestOfEvidence(evidence) === evidence.digest) {
    return { outcome: 'identical', evidence: evidence.id, digest: evidence.digest }
  }
  return {
    outcome: 'different',
    evidence: evidence.id,
    recorded: evidence.digest,
    recomputed,
    differences: differences(figuresOf(evidence), figuresOf(again)),
  }
}

const figuresOf = ({ subject, inputs, method, result }: Content): Json => ({ subject, inputs, method, result })
