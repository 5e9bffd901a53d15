import { digestOf } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import type { Finding } from './examination/index.ts'
import type { Materials } from './materials.ts'
import type { Evidence, EvidenceId, StoredDecision } from './schema.ts'

/** Raised when the same inputs would give other results, so that old evidence is not mistaken for new. */
const methodVersions: Record<Evidence['kind'], string> = {
  performance: '2',
  fairness: '2',
  mitigation: '1',
  slices: '1',
  explanation: '1',
  robustness: '1',
  privacy: '1',
}

/** What the digest of evidence covers: neither its id nor when or by whom it was collected. */
export type EvidenceContent = Pick<Evidence, 'kind' | 'subject' | 'inputs' | 'method' | 'result'>

/** A finished kind: what its evidence will hold, and the decisions that will lie beside it. */
export type Collected = { readonly content: EvidenceContent; readonly decisions: readonly StoredDecision[] }

export function collected(finding: Finding, materials: Materials): Collected {
  return { content: contentOf(finding, materials), decisions: finding.decisions ?? [] }
}

export function contentOf({ kind, parameters, result, answers }: Finding, materials: Materials): EvidenceContent {
  const { version } = materials
  return {
    kind,
    subject: { type: 'version', id: version.id, digest: version.digest },
    inputs: inputsOf(kind, materials, answers),
    method: { name: `modelkeep.${kind}`, version: methodVersions[kind], parameters },
    result,
  }
}

/** Each file that the result depends on, and no other. */
export function inputsOf(
  kind: Finding['kind'] | 'decision',
  materials: Materials,
  answers?: Digest,
): Evidence['inputs'] {
  const { source, dataset, protocol, previous, training } = materials
  const table = { name: dataset.name, digest: dataset.digest }
  return [
    ...(source.kind === 'model'
      ? [
          { role: 'model', name: source.file.path, digest: source.file.sha256 },
          { role: 'dataset', ...table },
        ]
      : source.kind === 'endpoint' && answers
        ? [
            // Not the endpoint but what it said: another answer is another digest.
            { role: 'endpoint', name: source.endpoint.url, digest: answers },
            { role: 'dataset', ...table },
          ]
        : [{ role: 'predictions', ...table }]),
    { role: 'protocol', name: 'protocol', digest: protocol.digest },
    ...(kind === 'slices' && previous
      ? [
          {
            role: 'previous_model',
            name: `${previous.version.version}/${previous.file.path}`,
            digest: previous.file.sha256,
          },
        ]
      : []),
    ...(kind === 'privacy' && training ? [{ role: 'training', name: training.name, digest: training.digest }] : []),
  ]
}

export function digestOfEvidence({ kind, subject, inputs, method, result }: EvidenceContent): Digest {
  return digestOf({ kind, subject, inputs, method, result })
}

export function toEvidence(content: EvidenceContent, { id, at }: { id: EvidenceId; at: string }): Evidence {
  return {
    id,
    ...content,
    source: 'server',
    collected_at: at,
    valid_until: null,
    collected_by: 'server',
    digest: digestOfEvidence(content),
  }
}
