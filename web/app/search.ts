import { z } from 'zod'
import { Permission, PersonId, TokenId } from '../../src/modules/access/schema.ts'
import { largestSample, Population } from '../../src/modules/auditors/schema.ts'
import { CellState, Duty } from '../../src/modules/duties/schema.ts'
import { EvidenceKind } from '../../src/modules/evaluation/schema.ts'
import { Organisation } from '../../src/modules/policy/schema.ts'
import { Tier } from '../../src/modules/registry/schema.ts'
import { RefusedSignIn } from '../../src/modules/signin/schema.ts'

/** What each address may carry. A value that does not fit is dropped instead of breaking the page. */
const text = z.coerce.string().optional().catch(undefined)

/** A path of this application, and of no other: browsers read `//host` and `/\\host` as addresses elsewhere. */
const path = z
  .string()
  .regex(/^\/(?![/\\])/)
  .optional()
  .catch(undefined)

export const signIn = z.object({
  next: path,
  refused: RefusedSignIn.optional().catch(undefined),
  provider: text,
  reference: text,
})
export const secondFactor = z.object({ next: path })

export const calendar = z.object({
  days: z
    .union([z.literal(90), z.literal(1095)])
    .optional()
    .catch(undefined),
})

export const inventory = z.object({
  kind: z.literal('prompt').optional().catch(undefined),
  search: text,
  tier: z
    .union([Tier, z.literal('none')])
    .optional()
    .catch(undefined),
  sort: z.enum(['name', 'updated', 'tier']).optional().catch(undefined),
  gaps: z.literal(true).optional().catch(undefined),
  peek: text,
})

export const versionTabs = ['requirements', 'evaluations', 'files', 'decisions', 'findings', 'trail'] as const
export const version = z.object({
  tab: z.enum(versionTabs).optional().catch(undefined),
  environment: text,
  evidence: text,
})

export const findings = z.object({
  state: z.enum(['closed', 'all']).optional().catch(undefined),
  mine: z.literal(true).optional().catch(undefined),
})

/** Where somebody is on the way from a table to a result. */
export const policyStart = z.object({ kind: Organisation.optional().catch(undefined) })
export const validation = z.object({ environment: text })
export const evaluate = z.object({ dataset: text, evaluation: text })
const versionNumber = z.coerce.number().int().min(1).optional().catch(undefined)
export const versionCompare = z.object({
  a: versionNumber,
  b: versionNumber,
  kind: EvidenceKind.optional().catch(undefined),
  environment: text,
})

export const experiments = z.object({ view: z.literal('deleted').optional().catch(undefined) })
export const experiment = z.object({
  tab: z.enum(['traces', 'models']).optional().catch(undefined),
  filter: text,
  order: text,
  view: z.enum(['deleted', 'all']).optional().catch(undefined),
  /** What the table of runs shows, such as `m:auc,p:lr`. */
  columns: text,
  peek: text,
})
export const run = z.object({
  tab: z.enum(['artifacts', 'traces']).optional().catch(undefined),
  filter: text,
  order: text,
  peek: text,
  folder: text,
  file: text,
})
export const compare = z.object({
  runs: text,
  all: z.literal(true).optional().catch(undefined),
  curve: text,
  x: text,
  y: text,
})
export const trace = z.object({ span: text, view: z.literal('table').optional().catch(undefined) })
export const webhook = z.object({
  state: z.enum(['waiting', 'delivered', 'failed']).optional().catch(undefined),
  peek: text,
})
export const reviews = z.object({ state: z.enum(['all', 'separation']).optional().catch(undefined) })
export const notices = z.object({ state: z.literal('all').optional().catch(undefined) })
export const review = z.object({ step: z.coerce.number().int().min(0).optional().catch(undefined) })
export const gate = z.object({ environment: text, model: text })
export const gateExplained = z.object({ environment: text, met: text, waived: text, unmet: text, at: text })
export const policy = z.object({ version: z.coerce.number().int().min(1).optional().catch(undefined) })
export const policyStudio = z.object({
  tab: z.enum(['form', 'tests', 'impact', 'changes']).optional().catch(undefined),
})
export const datasets = z.object({ peek: text })
export const trail = z.object({
  about: text,
  actor: text,
  action: text,
  event: z.coerce.number().int().optional().catch(undefined),
})
export const people = z.object({ tab: z.literal('tokens').optional().catch(undefined), peek: text })
export const retentionTabs = ['deleted', 'executions', 'holds', 'storage'] as const
export const retention = z.object({ tab: z.enum(retentionTabs).optional().catch(undefined) })
export const duties = z.object({
  tab: z.enum(['models', 'load']).optional().catch(undefined),
  search: text,
  state: CellState.optional().catch(undefined),
  person: PersonId.optional().catch(undefined),
  after: text,
  of: text,
  duty: Duty.optional().catch(undefined),
})
export const welcome = z.object({ step: z.coerce.number().int().min(1).max(5).optional().catch(undefined) })
export const systems = z.object({
  search: text,
  tier: z
    .union([Tier, z.literal('none')])
    .optional()
    .catch(undefined),
})
const day = z.iso.date().optional().catch(undefined)
export const auditor = z.object({
  tab: z.enum(['seats', 'sample', 'requests']).optional().catch(undefined),
  seat: text,
  request: text,
  /** Every request instead of those that wait. */
  all: z.literal(true).optional().catch(undefined),
  /** A request that is being written: about nothing yet, or about the sample that the address draws. */
  ask: z.enum(['new', 'sample']).optional().catch(undefined),
  population: Population.optional().catch(undefined),
  size: z.coerce.number().int().min(1).max(largestSample).optional().catch(undefined),
  seed: z.coerce.string().optional().catch(undefined),
  by_tier: z.boolean().optional().catch(undefined),
  from: day,
  to: day,
})
export const admin = z.object({
  tab: z.enum(['simulator', 'roles']).optional().catch(undefined),
  login: text,
  model: text,
  version: text,
  action: Permission.optional().catch(undefined),
  token: TokenId.optional().catch(undefined),
})
