import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { FileScan } from '../artifacts/schema.ts'
import { PersonId } from '../audit/schema.ts'

export const ModelId = idSchema('mdl')
export type ModelId = z.infer<typeof ModelId>
export const VersionId = idSchema('ver')
export type VersionId = z.infer<typeof VersionId>
export const DeploymentId = idSchema('dep')
export type DeploymentId = z.infer<typeof DeploymentId>

/** How much depends on the model, from most to least; `null` on a model means that nobody has said. */
export const Tier = z.enum(['high', 'medium', 'low'])
export type Tier = z.infer<typeof Tier>

/** Governance truth of a version; changes only by a decision. */
export const LifecycleState = z.enum([
  'draft',
  'submitted',
  'in_validation',
  'approved',
  'approved_with_conditions',
  'rejected',
  'suspended',
  'retired',
])
export type LifecycleState = z.infer<typeof LifecycleState>

/** A prompt is a text with versions and aliases; a model has files. They share one set of names. */
export const ModelKind = z.enum(['model', 'prompt'])
export type ModelKind = z.infer<typeof ModelKind>

export const Tag = z.object({ key: z.string(), value: z.string() })
export type Tag = z.infer<typeof Tag>

export const ModelName = z.string().min(1).max(256)
/** What an integer column holds on every engine. */
export const VersionNumber = z.int().min(1).max(2_147_483_647)
/** The same in a path or a query. */
export const VersionNumberText = z.coerce.number().pipe(VersionNumber)

export const Model = z.object({
  id: ModelId,
  kind: ModelKind,
  name: ModelName,
  description: z.string(),
  purpose: z.string(),
  tier: Tier.nullable(),
  owner: PersonId.nullable(),
  tags: z.array(Tag),
  aliases: z.array(z.object({ alias: z.string(), version: VersionNumber })),
  created_at: Moment,
  updated_at: Moment,
  created_by: PersonId,
})
export type Model = z.infer<typeof Model>

export const ModelUpdate = z.strictObject({
  tier: Tier.nullable().optional(),
  owner: PersonId.nullable().optional(),
  purpose: z.string().max(10_000).optional(),
  description: z.string().max(100_000).optional(),
})
export type ModelUpdate = z.infer<typeof ModelUpdate>

export const ModelInput = z.strictObject({
  name: ModelName,
  tier: Tier.nullable().default(null),
  purpose: z.string().max(10_000).default(''),
  description: z.string().max(100_000).default(''),
})
export type ModelInput = z.infer<typeof ModelInput>

export const FileEntry = z.object({
  path: z.string(),
  size: z.int().min(0),
  sha256: Digest,
  media_type: z.string(),
})
export type FileEntry = z.infer<typeof FileEntry>

/** A dataset as a run named it, and the stored dataset version it was matched with by digest, if any. */
export const DatasetRef = z.object({
  name: z.string(),
  digest: z.string(),
  context: z.string().nullable(),
  source_type: z.string(),
  dataset_version: z.string().nullable(),
})
export type DatasetRef = z.infer<typeof DatasetRef>

export const ModelSignature = z.object({
  inputs: z.json().nullable(),
  outputs: z.json().nullable(),
  params: z.json().nullable(),
})
export type ModelSignature = z.infer<typeof ModelSignature>

/** What the version's digest covers. It never changes after registration. */
export const Manifest = z.object({
  format: z.literal('modelkeep-manifest-1'),
  files: z.array(FileEntry),
  run: z.object({ id: z.string(), digest: Digest }).nullable(),
  datasets: z.array(DatasetRef),
  signature: ModelSignature.nullable(),
})
export type Manifest = z.infer<typeof Manifest>

export const VersionFacts = z.object({
  flavors: z.array(z.string()),
  mlmodel: z.record(z.string(), z.json()).nullable(),
  onnx: z.record(z.string(), z.json()).nullable(),
  /** Facts that could not be read, each with the reason. */
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  /** What a look at the files showed when they were sealed; left out where nobody looked. */
  scan: FileScan.exactOptional(),
})
export type VersionFacts = z.infer<typeof VersionFacts>

export const ModelVersion = z.object({
  id: VersionId,
  model_id: ModelId,
  model: ModelName,
  version: VersionNumber,
  digest: Digest,
  state: LifecycleState,
  manifest: Manifest,
  facts: VersionFacts,
  description: z.string(),
  source: z.string(),
  run_id: z.string().nullable(),
  tags: z.array(Tag),
  aliases: z.array(z.string()),
  registered_at: Moment,
  registered_by: PersonId,
  /** Everyone who made it: who started its run, logged to it, uploaded its files or registered it. */
  developers: z.array(PersonId),
})
export type ModelVersion = z.infer<typeof ModelVersion>

export const VersionSummary = ModelVersion.omit({ manifest: true, facts: true }).extend({
  files: z.int(),
  size: z.int(),
})
export type VersionSummary = z.infer<typeof VersionSummary>

/** A row of the inventory. */
export const InventoryRow = z.object({
  model: Model,
  versions: z.int(),
  latest: VersionSummary.nullable(),
  deployments: z.array(z.object({ environment: z.string(), version: VersionNumber, since: Moment })),
})
export type InventoryRow = z.infer<typeof InventoryRow>

export const InventoryQuery = z.strictObject({
  kind: ModelKind.default('model'),
  search: z.string().max(200).optional(),
  tier: z.union([Tier, z.literal('none')]).optional(),
  sort: z.enum(['name', 'updated', 'tier']).default('updated'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  offset: z.coerce.number().int().min(0).default(0),
})
export type InventoryQuery = z.infer<typeof InventoryQuery>
export const InventoryPage = z.object({ rows: z.array(InventoryRow), total: z.int() })
export type InventoryPage = z.infer<typeof InventoryPage>

export const GateMode = z.enum(['observe', 'warn', 'enforce'])
export type GateMode = z.infer<typeof GateMode>

export const EnvironmentName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and -')

export const Severity = z.enum(['low', 'medium', 'high', 'critical'])
export type Severity = z.infer<typeof Severity>
/** From which severity on something happens, or never. */
export const SeverityLevel = z.enum([...Severity.options, 'none'])
export type SeverityLevel = z.infer<typeof SeverityLevel>

/** Whether a finding of this severity blocks a gate that is blocked from a level on. */
export function blocksAt(severity: Severity, level: SeverityLevel): boolean {
  return level !== 'none' && Severity.options.indexOf(severity) >= Severity.options.indexOf(level)
}

/** The level at which most blocks; `none` is the mildest. */
export function strictestLevel(levels: readonly SeverityLevel[]): SeverityLevel {
  return SeverityLevel.options.find((level) => levels.includes(level)) ?? 'none'
}

/**
 * What whoever asks may do while the server is away: stop, or go by the last verdict that it gave about the same content, if
 * that is not older than so many hours. The rule is signed into every verdict.
 */
export const OfflineRule = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('fail_closed') }),
  z.strictObject({ rule: z.literal('last_known_good'), max_age_hours: z.int().min(1).max(720) }),
])
export type OfflineRule = z.infer<typeof OfflineRule>

export const Environment = z.object({
  name: EnvironmentName,
  mode: GateMode,
  /** Moving one of these aliases asks this environment's gate. */
  protected_aliases: z.array(z.string()),
  /** An open finding of this severity or a higher one blocks the gate. */
  findings_block: SeverityLevel,
  offline: OfflineRule,
})
export type Environment = z.infer<typeof Environment>
/** What is left out and has no other meaning stays as it is. */
export const EnvironmentInput = Environment.omit({ name: true })
  .partial({ findings_block: true, offline: true })
  .strict()
export type EnvironmentInput = z.infer<typeof EnvironmentInput>

export const Deployment = z.object({
  id: DeploymentId,
  model: ModelName,
  version: VersionNumber,
  version_id: VersionId,
  environment: EnvironmentName,
  endpoint: z.string().nullable(),
  verdict_id: z.string().nullable(),
  reported_by: PersonId,
  reported_at: Moment,
  ended_at: Moment.nullable(),
})
export type Deployment = z.infer<typeof Deployment>

export const DeploymentInput = z.strictObject({
  model: ModelName,
  version: VersionNumber,
  environment: EnvironmentName,
  endpoint: z.string().max(2000).nullable().default(null),
  verdict_id: z.string().nullable().default(null),
})
export type DeploymentInput = z.infer<typeof DeploymentInput>
