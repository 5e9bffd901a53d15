import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'

export const ImportId = idSchema('imp')
export type ImportId = z.infer<typeof ImportId>

export const ImportKind = z.enum([
  'experiment',
  'logged_model',
  'run',
  'artifact',
  'model',
  'version',
  'alias',
  'location',
  'source',
])
export type ImportKind = z.infer<typeof ImportKind>

/** In the order in which an import goes through them. */
export const ImportPhase = z.enum(['experiments', 'logged_models', 'runs', 'artifacts', 'models', 'versions', 'verify'])
export type ImportPhase = z.infer<typeof ImportPhase>

/** What is counted in each phase. */
export const phaseWords: Record<ImportPhase, string> = {
  experiments: 'experiments',
  logged_models: 'logged models',
  runs: 'runs',
  artifacts: 'files of runs',
  models: 'models',
  versions: 'versions',
  verify: 'checking',
}

export const ImportState = z.enum(['running', 'interrupted', 'failed', 'done'])
export type ImportState = z.infer<typeof ImportState>

/** How many of each kind. `metrics` are series: one key of one run. */
export const ImportCounts = z.object({
  experiments: z.int(),
  runs: z.int(),
  params: z.int(),
  tags: z.int(),
  metrics: z.int(),
  points: z.int(),
  inputs: z.int(),
  logged_models: z.int(),
  models: z.int(),
  versions: z.int(),
  aliases: z.int(),
  artifacts: z.int(),
  bytes: z.int(),
})
export type ImportCounts = z.infer<typeof ImportCounts>

/** What was brought, what was here already, what was changed because the source had gone on, and what could not be taken. */
export const ImportTally = z.object({
  brought: ImportCounts,
  unchanged: ImportCounts,
  updated: ImportCounts,
  refused: ImportCounts,
})
export type ImportTally = z.infer<typeof ImportTally>

export const ImportProblem = z.object({
  kind: ImportKind,
  /** What it is about: a run's id, a path, a model and version. */
  subject: z.string(),
  code: z.string(),
  message: z.string(),
})
export type ImportProblem = z.infer<typeof ImportProblem>

export const ImportPlan = z.object({
  source: z.string(),
  /** What the source has. Points and artifacts are null where only the import itself can count them. */
  found: ImportCounts.extend({
    points: z.int().nullable(),
    artifacts: z.int().nullable(),
    bytes: z.int().nullable(),
    metrics: z.int().nullable(),
  }),
  /** What is here already from an earlier import of it. */
  known: z.object({ experiments: z.int(), runs: z.int(), models: z.int(), versions: z.int() }),
  problems: z.array(ImportProblem),
})
export type ImportPlan = z.infer<typeof ImportPlan>

/** How many there are to go through in a phase, as far as the source says. */
export function totalOf(phase: ImportPhase, found: ImportPlan['found']): number {
  switch (phase) {
    case 'artifacts':
      return found.runs + found.logged_models
    case 'verify':
      return found.runs + (found.artifacts ?? 0)
    default:
      return found[phase]
  }
}

/** One comparison of the end: what was brought against what is stored. */
export const ImportCheck = z.object({ what: z.string(), expected: z.int(), found: z.int() })
export type ImportCheck = z.infer<typeof ImportCheck>

export const ImportReport = z.object({
  id: ImportId,
  source: z.string(),
  outcome: z.enum(['verified', 'different', 'interrupted']),
  /** True when it went on with an import that had been stopped. */
  resumed: z.boolean(),
  started_at: Moment,
  finished_at: Moment.nullable(),
  ...ImportTally.shape,
  checks: z.array(ImportCheck),
  problems: z.array(ImportProblem),
})
export type ImportReport = z.infer<typeof ImportReport>

/** An MLflow server that this server asks. What signs in there is used for this one way through, and kept nowhere. */
export const LiveImportInput = z.strictObject({
  address: z.string().min(1).max(2000),
  /** `look` writes nothing: it says what is there, with every problem. */
  what: z.enum(['look', 'bring']),
  prefix: z
    .string()
    .regex(/^[a-zA-Z0-9][\w-]{0,30}$|^$/, 'a prefix is made of letters, digits, _ and -')
    .default(''),
  token: z.string().max(4096).exactOptional(),
})
export type LiveImportInput = z.infer<typeof LiveImportInput>

export const LiveImport = z.object({
  state: z.enum(['looking', 'looked', 'bringing', 'brought', 'stopped', 'failed']),
  address: z.string(),
  prefix: z.string(),
  asked_by: PersonId,
  asked_at: Moment,
  /** How far it is, while it goes on. */
  phase: ImportPhase.nullable(),
  done: z.int(),
  /** Of the last look at the same address. */
  plan: ImportPlan.nullable(),
  report: ImportReport.nullable(),
  /** Problems beyond those that `plan` or `report` list. */
  problems_left_off: z.int(),
  /** Why it failed. */
  message: z.string().nullable(),
})
export type LiveImport = z.infer<typeof LiveImport>

export const LiveImportState = z.object({
  import: LiveImport.nullable(),
  /** The hosts that the operator has named. */
  hosts: z.array(z.string()),
})
export type LiveImportState = z.infer<typeof LiveImportState>
