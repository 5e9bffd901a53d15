import { digestOf } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import type { Finding } from './examination/index.ts'
import type { Materials } from './materials.ts'
import type { Evidence, EvidenceId } from './schema.ts'

/** Raised when the same inputs would give other results, so that old evidence is not mistaken for new. */
const methodVersion = '1'

/** What the digest of evidence covers: neither its id nor when or by whom it was collected. */
export type EvidenceContent = Pick<Evidence, 'kind' | 'subject' | 'inputs' | 'method' | 'result'>

export function contentOf({ kind, parameters, result }: Finding, materials: Materials): EvidenceContent {
  const { version, model, dataset, protocol } = materials
  return {
    kind,
    subject: { type: 'version', id: version.id, digest: version.digest },
    inputs: [
      { role: 'model', name: model.path, digest: model.sha256 },
      { role: 'dataset', name: dataset.name, digest: dataset.digest },
      { role: 'protocol', name: 'protocol', digest: protocol.digest },
    ],
    method: { name: `modelkeep.${kind}`, version: methodVersion, parameters },
    result,
  }
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
