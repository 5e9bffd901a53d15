import { z } from 'zod'
import { Digest } from '../../lib/ids.ts'
import { Outcome, PolicyDocument, PolicyText, Requirement, TestResults } from '../policy/schema.ts'
import { EnvironmentName, ModelName, VersionNumber } from '../registry/schema.ts'

/** A version before an environment. */
export const Subject = z.strictObject({ model: ModelName, version: VersionNumber, environment: EnvironmentName })
export type Subject = z.infer<typeof Subject>

export const PreviewInput = z.strictObject({
  ...PolicyText.shape,
  /** The versions to judge; left out, the server takes three that the text is about. */
  on: z.array(Subject).max(3).optional(),
})
export type PreviewInput = z.infer<typeof PreviewInput>

const Problem = z.object({ path: z.string(), message: z.string(), line: z.int(), column: z.int() })

export const PreviewedVersion = z.object({
  ...Subject.shape,
  before: Outcome,
  /** As if the approvals that count now were given again. */
  after: Outcome,
  /** What this policy alone asks of it. */
  requirements: z.array(Requirement),
})
export type PreviewedVersion = z.infer<typeof PreviewedVersion>

/** What a text says while it is being written. Mistakes are part of the answer. */
export const Preview = z.object({
  problems: z.array(Problem),
  test_problems: z.array(Problem),
  document: PolicyDocument.nullable(),
  digest: Digest,
  sentences: z.array(z.object({ id: z.string(), sentence: z.string(), line: z.int() })),
  tests: TestResults.nullable(),
  versions: z.array(PreviewedVersion),
})
export type Preview = z.infer<typeof Preview>
