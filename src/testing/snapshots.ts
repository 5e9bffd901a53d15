import { sha256 } from '../lib/digest.ts'
import type { JsonObject } from '../lib/json.ts'
import type { AppliedPolicy } from '../modules/policy/index.ts'
import { parsePolicy } from '../modules/policy/index.ts'
import type { Snapshot } from '../modules/policy/schema.ts'

/** An id that is the same in every run, so that tests can name it. */
export function idOf<P extends string>(prefix: P, name: string): `${P}_${string}` {
  return `${prefix}_${name
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, '')
    .padEnd(24, '0')
    .slice(0, 24)}`
}

/** A policy as the gate applies it, from its text; fails the test when the text has mistakes. */
export function appliedPolicy(text: string, version = 1): AppliedPolicy {
  const parsed = parsePolicy(text)
  if (parsed.outcome === 'refused') throw new Error(parsed.problems.map(({ message }) => message).join('; '))
  return { name: parsed.document.name, version, digest: sha256(text), document: parsed.document }
}

type Item = Snapshot['evidence'][number]

export function evidenceItem(kind: Item['kind'], result: JsonObject, changes: Partial<Item> = {}): Item {
  return {
    id: idOf('evi', kind),
    kind,
    digest: sha256(JSON.stringify(result)),
    source: 'server',
    collected_at: '2026-03-01T09:00:00.000Z',
    valid_until: null,
    method: `${kind} 1`,
    inputs: [{ role: 'dataset', name: 'holdout', digest: sha256('holdout') }],
    result,
    ...changes,
  }
}

/** A version that the starter policy for high-risk decisions has nothing to say against, apart from approval. */
export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    format: 'modelkeep-snapshot-1',
    at: '2026-03-02T09:00:00.000Z',
    environment: 'prod',
    model: {
      id: idOf('mdl', 'wage'),
      name: 'wage-screening',
      tier: 'high',
      purpose: 'Suggests whom to invite for an interview.',
      owner: null,
    },
    version: {
      id: idOf('ver', 'wage1'),
      version: 1,
      digest: sha256('version 1'),
      files: [{ path: 'model.onnx', size: 1200, sha256: sha256('model') }],
      run: { id: 'a'.repeat(32), digest: sha256('run') },
      datasets: [{ name: 'wages', digest: 'abc', context: 'training' }],
      signature: null,
      facts: {
        scan: {
          scanner: 'modelkeep-scan-1',
          verdict: 'clean',
          looked_at: 1,
          unsafe: 0,
          unknown: 0,
          findings: [],
        },
      },
      developers: [idOf('per', 'dev')],
      registered_by: idOf('per', 'dev'),
    },
    evidence: [evidenceItem('performance', performanceResult(0.82)), evidenceItem('fairness', fairnessResult(0.91))],
    policies: [],
    requester: null,
    ...changes,
  }
}

export function performanceResult(auc: number): JsonObject {
  return { n: 200, figures: { roc_auc: { state: 'ok', value: auc, low: auc - 0.05, high: auc + 0.05, n: 200 } } }
}

/** Women and men large enough to compare; ethnicity with one group that is not. */
export function fairnessResult(ratio: number): JsonObject {
  const small = { state: 'ok', value: 0.3, low: 0.1, high: 0.9 }
  const none = { state: 'undefined', reason: 'fewer than two groups' }
  const figure = { state: 'ok', value: ratio, low: ratio - 0.15, high: ratio + 0.19 }
  return {
    attributes: {
      sex: {
        disparities: { selection_rate: { ratio: figure, rests_on_small: false, established: { ratio: figure } } },
      },
      ethnicity: {
        disparities: { selection_rate: { ratio: small, rests_on_small: true, established: { ratio: none } } },
      },
    },
  }
}
