import type { PersonId } from '../audit/schema.ts'
import type { Evidence } from '../evaluation/schema.ts'
import { type AppliedPolicy, evidenceAskedFor } from '../policy/index.ts'
import type { Snapshot } from '../policy/schema.ts'
import type { Model, ModelVersion } from '../registry/schema.ts'

export type SnapshotParts = {
  readonly at: string
  readonly environment: string
  readonly model: Model
  readonly version: ModelVersion
  /** Those that count at this moment. */
  readonly waivers: NonNullable<Snapshot['version']['waivers']>
  readonly requirement_waivers: NonNullable<Snapshot['waivers']>
  /** Newest first. */
  readonly evidence: readonly Evidence[]
  /** Those that cover the model's tier in this environment. */
  readonly policies: readonly AppliedPolicy[]
  readonly requester: PersonId | null
  /** What the policies ask about what the version's run logged. */
  readonly logged?: NonNullable<Snapshot['version']['run']>['logged'] | undefined
  readonly findings: NonNullable<Snapshot['findings']>
}

/** Everything a decision looks at, as plain JSON. Only evidence that the policies ask for is part of it. */
export function snapshotOf(parts: SnapshotParts): Snapshot {
  const { at, environment, model, version, waivers, policies, requester } = parts
  const { manifest, facts } = version
  const documents = policies.map(({ document }) => document)
  return {
    format: 'modelkeep-snapshot-1',
    at,
    environment,
    model: {
      id: model.id,
      name: model.name,
      tier: model.tier,
      purpose: model.purpose,
      owner: model.owner,
      tags: model.tags,
    },
    version: {
      id: version.id,
      version: version.version,
      digest: version.digest,
      files: manifest.files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
      run: manifest.run && { ...manifest.run, ...(parts.logged ? { logged: parts.logged } : {}) },
      datasets: manifest.datasets.map(({ name, digest, context }) => ({ name, digest, context })),
      signature: manifest.signature,
      facts,
      waivers: [...waivers],
      developers: version.developers,
      registered_by: version.registered_by,
      registered_at: version.registered_at,
    },
    evidence: evidenceAskedFor(parts.evidence, documents).map((item) => ({
      id: item.id,
      kind: item.kind,
      digest: item.digest,
      source: item.source,
      collected_at: item.collected_at,
      valid_until: item.valid_until,
      method: `${item.method.name} ${item.method.version}`,
      inputs: item.inputs,
      result: item.result,
    })),
    policies: policies.map(({ name, version: number, digest }) => ({ name, version: number, digest })),
    ...(parts.findings.length === 0 ? {} : { findings: [...parts.findings] }),
    ...(parts.requirement_waivers.length === 0 ? {} : { waivers: [...parts.requirement_waivers] }),
    requester,
  }
}
