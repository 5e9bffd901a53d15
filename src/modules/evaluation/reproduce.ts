import { notFound } from '../../lib/errors.ts'
import type { Json } from '../../lib/json.ts'
import { createTurns } from '../../lib/turns.ts'
import type { ActorRef } from '../audit/schema.ts'
import { differences } from './differences.ts'
import { contentOf, digestOfEvidence } from './evidence.ts'
import type { Gathering } from './gather.ts'
import { examineMaterials } from './materials.ts'
import { defaultLimits, type EvaluationParts, longestReproduction } from './parts.ts'
import type { Evidence, EvidenceId, Reproduction } from './schema.ts'
import * as store from './store.ts'

/** Computes evidence again from the bytes it names, one request after the other, and compares. */
export function createReproduction(parts: EvaluationParts, gathering: Gathering) {
  const { db, write, blobs } = parts
  const limits = { ...defaultLimits, ...parts.limits }
  const inTurn = createTurns(1)

  async function reproduce(actor: ActorRef, id: EvidenceId): Promise<Reproduction> {
    const stored = await store.findEvidence(db, id)
    if (!stored) throw notFound('evidence', id)
    const { evidence, modelId } = stored
    const materials = await gathering.forEvidence(evidence, modelId)
    const [finding] = await inTurn(() =>
      examineMaterials(materials, {
        blobs,
        kinds: [evidence.kind],
        limits: { ...limits, timeMs: Math.min(limits.timeMs, longestReproduction) },
        scoring: parts.scoring,
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
