import { z } from 'zod'
import { Moment } from '../../lib/ids.ts'
import { Evidence } from '../evaluation/schema.ts'
import { Outcome, Requirement } from '../policy/schema.ts'
import { EnvironmentName, VersionNumber, VersionNumberText } from '../registry/schema.ts'

/** What a difference touches, from what matters most to what matters least. */
export const DifferenceGroup = z.enum(['gate', 'content', 'parameters', 'words'])
export type DifferenceGroup = z.infer<typeof DifferenceGroup>

/** A requirement before one version; `waived_until` while a waiver stands in for it. */
export const RequirementSide = Requirement.pick({ state: true, explanation: true }).extend({
  waived_until: Moment.nullable(),
})
export type RequirementSide = z.infer<typeof RequirementSide>

const RequirementDifference = z.object({
  group: z.literal('gate'),
  part: z.literal('requirement'),
  /** Policy and rule. */
  key: z.string(),
  title: z.string(),
  /** Null where no policy asks it of that version. */
  a: RequirementSide.nullable(),
  b: RequirementSide.nullable(),
  /** Which way b differs: it denies now, it denies no longer, or the answer is as it was. */
  change: z.enum(['worse', 'better', 'other']),
})
export type RequirementDifference = z.infer<typeof RequirementDifference>

/** In this order within a group. */
export const TextPart = z.enum([
  ...(['waiver', 'finding', 'data', 'file', 'signature', 'run'] as const),
  ...(['parameter', 'metric', 'description', 'tag'] as const),
])
export type TextPart = z.infer<typeof TextPart>

const TextDifference = z.object({
  group: DifferenceGroup,
  part: TextPart,
  key: z.string(),
  title: z.string(),
  /** Null where that version has none. */
  a: z.string().nullable(),
  b: z.string().nullable(),
  /** Who says so: a program that logged it, a person who wrote it, or the server that saw it. */
  said_by: Evidence.shape.source,
})
export type TextDifference = z.infer<typeof TextDifference>

export const Difference = z.discriminatedUnion('part', [RequirementDifference, TextDifference])
export type Difference = z.infer<typeof Difference>

/**
 * Whether parameters and metrics of a version's run can be compared: as when the version was sealed, changed since, without a
 * run, with one that is gone, or with one in an experiment that the asker may not read.
 */
export const RunState = z.enum(['as_sealed', 'changed', 'none', 'gone', 'withheld'])
export type RunState = z.infer<typeof RunState>

const RunSide = z.object({ id: z.string().nullable(), state: RunState })

export const VersionDifferences = z.object({
  model: z.string(),
  a: VersionNumber,
  b: VersionNumber,
  environment: EnvironmentName,
  /** The moment of both looks. */
  at: Moment,
  /** What the policies say of each in this environment. */
  outcomes: z.object({ a: Outcome, b: Outcome }),
  runs: z.object({ a: RunSide, b: RunSide }),
  /** By group, and requirements that deny only b first of all. */
  differences: z.array(Difference),
  /** How many parts of each group are the same in both. */
  same: z.record(DifferenceGroup, z.int()),
})
export type VersionDifferences = z.infer<typeof VersionDifferences>

export const DifferencesQuery = z.strictObject({
  a: VersionNumberText,
  b: VersionNumberText,
  /** The strictest, when left out. */
  environment: EnvironmentName.optional(),
})
export type DifferencesQuery = z.infer<typeof DifferencesQuery>
