import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { EvidenceKind } from '../evaluation/schema.ts'
import { Outcome } from '../policy/schema.ts'
import { EnvironmentName, ModelId, VersionId, VersionNumber, VersionNumberText } from '../registry/schema.ts'

export * from './differences-schema.ts'

export const ChallengeId = idSchema('chl')
export type ChallengeId = z.infer<typeof ChallengeId>

/** `promoted` moves the alias to the challenger; the other two leave it where it is. */
export const ChallengeOutcome = z.enum(['promoted', 'kept', 'undecided'])
export type ChallengeOutcome = z.infer<typeof ChallengeOutcome>

/** Whether what differs between the two versions matters. */
export const Materiality = z.enum(['material', 'minor'])
export type Materiality = z.infer<typeof Materiality>

const Alias = z.string().min(1).max(255)
const ReasonText = z.string().trim().min(10, 'say why in at least ten characters').max(4000)

export const ChallengeInput = z.strictObject({
  alias: Alias.default('champion'),
  champion: VersionNumber,
  challenger: VersionNumber,
  outcome: ChallengeOutcome,
  materiality: Materiality,
  reason: ReasonText,
  /** The comparison that was seen: `comparison` of the sheet. */
  comparison: Digest,
})
export type ChallengeInput = z.infer<typeof ChallengeInput>

const Side = z.object({ id: VersionId, version: VersionNumber, digest: Digest })

/** Evidence that the comparison rests on, of either side. */
export const ComparedEvidence = z.object({
  side: z.enum(['champion', 'challenger']),
  kind: EvidenceKind,
  id: z.string(),
  digest: Digest,
})
export type ComparedEvidence = z.infer<typeof ComparedEvidence>

/** What is signed: the two versions, the exact comparison and its evidence, and what was decided. */
export const ChallengeDocument = z.object({
  format: z.literal('modelkeep-challenge-1'),
  id: ChallengeId,
  model: z.object({ id: ModelId, name: z.string() }),
  alias: z.string(),
  champion: Side,
  challenger: Side,
  comparison: Digest,
  evidence: z.array(ComparedEvidence),
  outcome: ChallengeOutcome,
  materiality: Materiality,
  reason: z.string(),
  decided_by: PersonId,
  decided_at: Moment,
  /** Everyone who made the challenger; whoever promotes it is none of them. */
  developers: z.array(PersonId),
  /** What the gate answered about the move; null where no environment protects the alias, and where nothing moved. */
  verdict: z.string().nullable(),
})
export type ChallengeDocument = z.infer<typeof ChallengeDocument>

export const SignedChallenge = z.object({
  document: ChallengeDocument,
  digest: Digest,
  key_id: z.string(),
  /** Base64 of Ed25519 over the RFC 8785 bytes of the document. */
  signature: z.string(),
})
export type SignedChallenge = z.infer<typeof SignedChallenge>

const Reason = z.object({ rule: z.string(), message: z.string() })

/** What the gate of an environment that protects the alias would answer about the challenger. */
const Guard = z.object({
  environment: EnvironmentName,
  outcome: Outcome,
  proceed: z.boolean(),
  path: z.string(),
  /** It goes through only because two people broke the glass. */
  break_glass: z.string().nullable(),
})

/** Everything that whoever decides looks at, beside the comparison itself. */
export const ChallengeSheet = z.object({
  model: z.string(),
  alias: z.string(),
  champion: VersionNumber,
  challenger: VersionNumber,
  comparison: Digest,
  evidence: z.array(ComparedEvidence),
  /** What the figures say; a person decides. */
  suggested: z.object({ materiality: Materiality, why: z.string() }),
  /** Why the asker may not promote the challenger. */
  conflicts: z.array(Reason),
  guards: z.array(Guard),
})
export type ChallengeSheet = z.infer<typeof ChallengeSheet>

export const ChallengeQuery = z.strictObject({
  alias: Alias.default('champion'),
  /** The newest version, when left out. */
  challenger: VersionNumberText.optional(),
})
export type ChallengeQuery = z.infer<typeof ChallengeQuery>

export const ChallengeResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('recorded'), challenge: SignedChallenge }),
  /** The gate denies the challenger, so the alias stays and nothing is decided. */
  z.object({ outcome: z.literal('blocked'), environment: EnvironmentName, path: z.string(), verdict: z.string() }),
  z.object({ outcome: z.literal('refused'), reasons: z.array(Reason).min(1) }),
])
export type ChallengeResult = z.infer<typeof ChallengeResult>
