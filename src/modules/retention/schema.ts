import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { ModelId, VersionId } from '../registry/schema.ts'
import { TraceId } from '../traces/schema.ts'
import { ExperimentId, RunId } from '../tracking/schema.ts'

export const PurgeId = idSchema('pur')
export type PurgeId = z.infer<typeof PurgeId>
export const RuleId = idSchema('rul')
export type RuleId = z.infer<typeof RuleId>
export const HoldId = idSchema('hld')
export type HoldId = z.infer<typeof HoldId>
export const CollectionId = idSchema('col')
export type CollectionId = z.infer<typeof CollectionId>

const Who = z.union([PersonId, z.literal('server')])
const Reason = z.string().trim().min(3).max(2000)
const LoggedModelId = z.string().regex(/^[a-zA-Z0-9][\w-]{0,255}$/)

/** What can be removed for good. `artifacts` is a file or a folder, by its path. */
export const PurgeKind = z.enum(['experiment', 'run', 'logged_model', 'model', 'version', 'artifacts', 'trace'])
export type PurgeKind = z.infer<typeof PurgeKind>

/** What keeps something: a governed record that rests on it, a hold, or its own state. */
export const Holder = z.object({
  kind: z.enum([
    'version',
    'evidence',
    'evaluation',
    'review',
    'decision',
    'verdict',
    'finding',
    'challenge',
    'deployment',
    'hold',
    'run',
    'logged_model',
    'state',
  ]),
  id: z.string(),
  name: z.string(),
  reason: z.string(),
  /** A path of the web application. */
  link: z.string().nullable(),
})
export type Holder = z.infer<typeof Holder>

export const KeptItem = z.object({ kind: PurgeKind, id: z.string(), holders: z.array(Holder).min(1) })
export type KeptItem = z.infer<typeof KeptItem>

const mostIds = 10_000
const ids = <S extends z.ZodType<string>>(schema: S) => z.array(schema).max(mostIds).default([])

/** By id, and deleted runs by a filter in the language of the run search. */
export const Selection = z.strictObject({
  experiments: ids(ExperimentId),
  runs: ids(RunId),
  logged_models: ids(LoggedModelId),
  models: ids(ModelId),
  versions: ids(VersionId),
  artifacts: ids(z.string().min(1).max(1024)),
  traces: ids(TraceId),
  deleted_runs: z
    .strictObject({ experiments: z.array(ExperimentId).max(1000).nullable(), filter: z.string().max(10_000) })
    .nullable()
    .default(null),
})
export type Selection = z.infer<typeof Selection>

export const PurgeInput = z.strictObject({
  what: Selection,
  reason: Reason,
  /** Says what would go, and removes nothing. */
  dry_run: z.boolean().default(false),
  /** Removes what nothing holds and reports the rest; otherwise one held thing refuses everything. */
  skip_held: z.boolean().default(false),
})
export type PurgeInput = z.infer<typeof PurgeInput>

export const Counts = z.object({
  experiments: z.int(),
  runs: z.int(),
  logged_models: z.int(),
  models: z.int(),
  versions: z.int(),
  traces: z.int(),
  /** Paths whose files go while their run stays. */
  artifacts: z.int(),
  files: z.int(),
  /** Of the files. Bytes that other files share are freed when the last of them goes. */
  bytes: z.int(),
})
export type Counts = z.infer<typeof Counts>

/** What a purge would remove now. `kept` names the first 200 things that stay. */
export const Preview = z.object({
  going: Counts,
  first: z.array(z.object({ kind: PurgeKind, id: z.string(), name: z.string() })),
  kept_total: z.int(),
  kept: z.array(KeptItem),
})
export type Preview = z.infer<typeof Preview>

export const PurgeState = z.enum(['queued', 'running', 'done', 'cancelled', 'failed'])
export type PurgeState = z.infer<typeof PurgeState>

export const Purge = z.object({
  id: PurgeId,
  rule: z.object({ id: RuleId, version: z.int(), name: z.string() }).nullable(),
  reason: z.string(),
  state: PurgeState,
  /** A share between 0 and 1. */
  progress: z.number(),
  gone: Counts,
  kept_total: z.int(),
  kept: z.array(KeptItem),
  error: z.string().nullable(),
  requested_by: Who,
  requested_at: Moment,
  finished_at: Moment.nullable(),
})
export type Purge = z.infer<typeof Purge>
export const PurgeSummary = Purge.omit({ kept: true })
export type PurgeSummary = z.infer<typeof PurgeSummary>

/** A held thing refuses a purge, and the answer names what holds it. */
export const PurgeAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('preview'), preview: Preview }),
  z.object({ outcome: z.literal('started'), purge: Purge }),
  z.object({ outcome: z.literal('refused'), kept_total: z.int(), kept: z.array(KeptItem) }),
])
export type PurgeAnswer = z.infer<typeof PurgeAnswer>

const days = z.int().min(0).max(36_500)
const DeletedFor = z.strictObject({ kind: z.literal('deleted_for'), days })
const FinishedFor = z.strictObject({ kind: z.literal('finished_for'), days: days.min(1) })
const Scope = z.strictObject({
  /** Null means every experiment. */
  experiments: z.array(ExperimentId).min(1).max(1000).nullable(),
  /** In the language of the run search; empty means all. */
  filter: z.string().max(10_000).default(''),
})
const Keep = z.strictObject({
  /** The newest runs of each experiment. */
  last: z.int().min(1).max(10_000).nullable().default(null),
  /** The best runs of each experiment by the latest value of a metric. */
  best: z
    .strictObject({
      metric: z.string().min(1).max(250),
      order: z.enum(['max', 'min']),
      count: z.int().min(1).max(1000),
    })
    .nullable()
    .default(null),
  /** Runs that have this tag, with this value where one is given. */
  tag: z
    .strictObject({ key: z.string().min(1).max(250), value: z.string().max(500).nullable().default(null) })
    .nullable()
    .default(null),
})
export type Keep = z.infer<typeof Keep>
const keepNothing: Keep = { last: null, best: null, tag: null }
const scopeOnly = Scope.omit({ filter: true })

/** What a rule removes, when, where, and what it leaves. Times count from the deletion, the end of a run, or the start of a trace. */
export const RuleWhat = z.discriminatedUnion('what', [
  z.strictObject({
    what: z.enum(['runs', 'artifacts']),
    when: z.discriminatedUnion('kind', [DeletedFor, FinishedFor]),
    scope: Scope,
    keep: Keep.default(keepNothing),
  }),
  z.strictObject({ what: z.literal('experiments'), when: DeletedFor, scope: scopeOnly }),
  z.strictObject({ what: z.literal('logged_models'), when: DeletedFor, scope: scopeOnly }),
  z.strictObject({ what: z.literal('traces'), when: FinishedFor, scope: scopeOnly }),
])
export type RuleWhat = z.infer<typeof RuleWhat>

export const RuleInput = z.strictObject({ name: z.string().trim().min(1).max(200), rule: RuleWhat })
export type RuleInput = z.infer<typeof RuleInput>
/** `version` is the one that was seen; another one by now is a conflict. */
export const RuleChange = RuleInput.extend({ version: z.int().min(1) })
export type RuleChange = z.infer<typeof RuleChange>

export const RuleState = z.enum(['disabled', 'enabled', 'removed'])
export type RuleState = z.infer<typeof RuleState>
export const RuleStateInput = z.strictObject({ state: RuleState, version: z.int().min(1) })

export const Rule = z.object({
  id: RuleId,
  version: z.int(),
  name: z.string(),
  rule: RuleWhat,
  state: RuleState,
  sentence: z.string(),
  created_by: Who,
  created_at: Moment,
  /** When it is carried out next; null unless it is enabled. */
  next_at: Moment.nullable(),
})
export type Rule = z.infer<typeof Rule>

export const HoldSubject = z.enum(['experiment', 'run', 'logged_model', 'model'])
export type HoldSubject = z.infer<typeof HoldSubject>
/** A model is named by its name or its id, everything else by its id. */
export const HoldInput = z.strictObject({ kind: HoldSubject, id: z.string().min(1).max(256), reason: Reason })
export type HoldInput = z.infer<typeof HoldInput>
export const LiftInput = z.strictObject({ reason: Reason })

export const Hold = z.object({
  id: HoldId,
  kind: HoldSubject,
  subject: z.string(),
  name: z.string(),
  reason: z.string(),
  placed_by: Who,
  placed_at: Moment,
  lifted_by: Who.nullable(),
  lifted_at: Moment.nullable(),
  lift_reason: z.string().nullable(),
})
export type Hold = z.infer<typeof Hold>

export const CollectionTotals = z.object({
  /** Everything in the blob store. */
  blobs: z.int(),
  bytes: z.int(),
  /** What nothing refers to, waiting for its grace period to end. */
  waiting: z.int(),
  waiting_bytes: z.int(),
  removed: z.int(),
  removed_bytes: z.int(),
})
export type CollectionTotals = z.infer<typeof CollectionTotals>

export const Collection = z.object({
  id: CollectionId,
  state: PurgeState,
  progress: z.number(),
  totals: CollectionTotals,
  error: z.string().nullable(),
  requested_by: Who,
  requested_at: Moment,
  finished_at: Moment.nullable(),
})
export type Collection = z.infer<typeof Collection>

const Amount = z.object({ files: z.int(), bytes: z.int() })
export const Storage = z.object({
  /** As people see them: the same bytes under two paths count twice. */
  artifacts: Amount,
  datasets: Amount,
  /** Bytes that nothing refers to, as far as they were found. */
  waiting: Amount,
  grace_days: z.int(),
  /** The last collection that ended well, with what the blob store held then. */
  last: Collection.nullable(),
  next_at: Moment.nullable(),
})
export type Storage = z.infer<typeof Storage>
export const StorageInput = z.strictObject({ grace_days: z.int().min(1).max(365) })

/** What is deleted and still there, so that it can be restored or purged; the newest 200 of each list. */
export const DeletedThings = z.object({
  runs: z.int(),
  logged_models: z.int(),
  experiments: z.array(z.object({ id: ExperimentId, name: z.string(), deleted_at: Moment, runs: z.int() })),
  models: z.array(z.object({ id: ModelId, name: z.string(), deleted_at: Moment, versions: z.int() })),
  versions: z.array(z.object({ id: VersionId, model: z.string(), version: z.int(), deleted_at: Moment })),
})
export type DeletedThings = z.infer<typeof DeletedThings>
