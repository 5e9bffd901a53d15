import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { ActorRef, PersonId } from '../audit/schema.ts'
import { NamedBreakGlass } from '../break-glass/schema.ts'
import { Outcome, Requirement } from '../policy/schema.ts'
import { EnvironmentName, GateMode, LifecycleState, VersionNumber, VersionNumberText } from '../registry/schema.ts'

export * from './explain-schema.ts'

export const VerdictId = idSchema('vrd')
export type VerdictId = z.infer<typeof VerdictId>

/** An answer that somebody gave themselves by a verdict of before, while the server was away. */
export const OfflineAnswer = z.strictObject({ at: Moment, verdict: VerdictId })
export type OfflineAnswer = z.infer<typeof OfflineAnswer>

export const GateQuestion = z.strictObject({
  model: z.string().min(1),
  /** A version number or an alias. */
  version: z.union([VersionNumber, z.string().min(1)]),
  environment: EnvironmentName,
  /** What was answered without the server since it was asked last, for the trail. */
  offline: z.array(OfflineAnswer).max(50).exactOptional(),
})
export type GateQuestion = z.infer<typeof GateQuestion>

export const DsseEnvelope = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })).min(1),
})
export type DsseEnvelope = z.infer<typeof DsseEnvelope>

/** `denied`: the gate would deny by now what the verdict allowed. */
export const RevocationCause = z.enum(['person', 'denied'])
export type RevocationCause = z.infer<typeof RevocationCause>

export const Revocation = z.object({
  /** Revocations of a workspace are counted from 1. */
  serial: z.int(),
  verdict: VerdictId,
  cause: RevocationCause,
  reason: z.string(),
  revoked_by: ActorRef.shape.id,
  revoked_at: Moment,
})
export type Revocation = z.infer<typeof Revocation>

const why = z.string().trim().min(10, 'say why in at least ten characters').max(5000)

/** One verdict, or all that let a version run or that rest on a decision. */
export const RevocationInput = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('verdict'), verdict: VerdictId, reason: why }),
  z.strictObject({
    of: z.literal('version'),
    model: z.string(),
    version: VersionNumber,
    environment: EnvironmentName.optional(),
    reason: why,
  }),
  z.strictObject({ of: z.literal('decision'), decision: idSchema('dec'), reason: why }),
])
export type RevocationInput = z.infer<typeof RevocationInput>

export const Verdict = z.object({
  id: VerdictId,
  outcome: Outcome,
  mode: GateMode,
  /** What the pipeline must do: in observe and warn modes a denial does not stop it. */
  proceed: z.boolean(),
  model: z.string(),
  version: z.int(),
  version_id: z.string(),
  digest: Digest,
  environment: EnvironmentName,
  requirements: z.array(Requirement),
  /** The shortest path in one sentence: "2 items, both for the developer". */
  path: z.string(),
  policies: z.array(z.object({ name: z.string(), version: z.int(), digest: Digest })),
  decisions: z.array(z.string()),
  asked_by: PersonId,
  /** Two people let it run although requirements are not met; left out otherwise. */
  break_glass: NamedBreakGlass.exactOptional(),
  issued_at: Moment,
  expires_at: Moment,
  envelope: DsseEnvelope,
  /** Only where it is revoked: then it holds no longer, although its time may not be over. */
  revocation: Revocation.exactOptional(),
})
export type Verdict = z.infer<typeof Verdict>

export const VerdictQuery = z.strictObject({
  model: z.string().optional(),
  version: VersionNumberText.optional(),
  environment: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type VerdictQuery = z.infer<typeof VerdictQuery>

export const GateReportQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(366).default(30),
  environment: EnvironmentName.optional(),
})
export type GateReportQuery = z.infer<typeof GateReportQuery>

/** Denials that stopped nothing because the environment observes or warns. */
export const GateReport = z.object({
  since: Moment,
  until: Moment,
  /** Verdicts of every kind. */
  asked: z.int(),
  would_block: z.int(),
  /** Denials in environments that enforce. */
  blocked: z.int(),
  /** False when there were more denials than a report reads; then it is about the newest. */
  complete: z.boolean(),
  rows: z.array(
    z.object({
      environment: EnvironmentName,
      mode: GateMode,
      model: z.string(),
      version: z.int(),
      times: z.int(),
      last_at: Moment,
      last_verdict: VerdictId,
      /** What was left to do when it was asked last. */
      path: z.string(),
      unmet: z.array(Requirement.pick({ id: true, title: true, who: true })),
    }),
  ),
})
export type GateReport = z.infer<typeof GateReport>

/** The state of one version before one environment, without issuing a verdict: what the version page shows. */
export const Standing = z.object({
  model: z.string(),
  version: z.int(),
  state: LifecycleState,
  environment: EnvironmentName,
  mode: GateMode,
  outcome: Outcome,
  /** Is it allowed, until when, what must be done: the lead of the page. */
  sentence: z.string(),
  requirements: z.array(Requirement),
  /** The shortest path for whoever asks: "3 items: 1 yours, 2 for a validator". */
  path: z.string(),
  /** What is not met and whoever asks can meet, each as `policy/requirement`. */
  yours: z.array(z.string()),
  policies: z.array(z.object({ name: z.string(), version: z.int(), title: z.string() })),
  /** Of the approvals that it rests on, those that nobody has confirmed; what is due first comes first. */
  conditions: z.array(z.object({ id: z.string(), text: z.string(), owner: PersonId, due_at: Moment })),
  scope_digest: Digest,
  open_review: z.string().nullable(),
  break_glass: NamedBreakGlass.exactOptional(),
})
export type Standing = z.infer<typeof Standing>

export const AliasInput = z.strictObject({ version: VersionNumber })
export const AliasMove = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('moved'), alias: z.string(), version: z.int(), verdict: Verdict.nullable() }),
  z.object({ outcome: z.literal('blocked'), alias: z.string(), version: z.int(), verdict: Verdict }),
])
export type AliasMove = z.infer<typeof AliasMove>
