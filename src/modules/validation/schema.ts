import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { EvidenceId } from '../evaluation/schema.ts'
import { Finding } from '../findings/schema.ts'
import { RequirementState, Who } from '../policy/schema.ts'
import { EnvironmentName, LifecycleState, Tier } from '../registry/schema.ts'
import { Decision } from '../reviews/schema.ts'

export const ValidationTestId = idSchema('vts')
export type ValidationTestId = z.infer<typeof ValidationTestId>

/** `dropped` is a test that was planned and not done, with the reason. */
export const TestState = z.enum(['planned', 'passed', 'failed', 'dropped'])
export type TestState = z.infer<typeof TestState>

const Said = z.string().trim().min(10, 'say it in at least ten characters').max(20_000)
const Text = z.string().trim().max(5000).default('')

/** A test that a validator adds to what the policies ask for. */
export const TestInput = z.strictObject({
  environment: EnvironmentName,
  title: z.string().trim().min(5, 'name it in at least five characters').max(200),
  /** What could go wrong that it looks for. */
  risk: Text,
  /** How it is done. */
  method: Text,
  /** What counts as passed; said before it is done. */
  expected: Text,
})
export type TestInput = z.infer<typeof TestInput>

export const TestResult = z.strictObject({
  outcome: TestState.exclude(['planned']),
  /** What was seen, or why it was dropped. */
  result: Said,
  /** Evidence of the version that shows it. */
  evidence_id: EvidenceId.nullable().default(null),
})
export type TestResult = z.infer<typeof TestResult>

export const ValidationTest = z.object({
  id: ValidationTestId,
  title: z.string(),
  risk: z.string(),
  method: z.string(),
  expected: z.string(),
  state: TestState,
  result: z.string().nullable(),
  evidence_id: z.string().nullable(),
  planned_by: PersonId,
  planned_at: Moment,
  done_by: PersonId.nullable(),
  done_at: Moment.nullable(),
})
export type ValidationTest = z.infer<typeof ValidationTest>

/** The validator's own words, beside what the record says. */
export const Section = z.enum(['scope', 'approach', 'limitations', 'conclusion'])
export type Section = z.infer<typeof Section>

export const sectionNames: Record<Section, string> = {
  scope: 'Scope',
  approach: 'Approach',
  limitations: 'Limitations',
  conclusion: 'Conclusion',
}

/** Markdown. */
export const SectionInput = z.strictObject({
  environment: EnvironmentName,
  section: Section,
  text: z.string().trim().min(1).max(50_000),
  /** When the text that was read was written; null when there was none. Another one since is not written over. */
  read_at: Moment.nullable(),
})
export type SectionInput = z.infer<typeof SectionInput>

export const SectionText = z.object({ section: Section, text: z.string(), written_by: PersonId, written_at: Moment })
export type SectionText = z.infer<typeof SectionText>

/** Something that a policy asks for, which the tier of the model brought in. */
export const PlanItem = z.object({
  id: z.string(),
  policy: z.string(),
  type: z.enum(['evidence', 'check', 'approval', 'policy']),
  title: z.string(),
  who: Who,
  state: RequirementState,
  explanation: z.string(),
  link: z.string(),
  waived: z.boolean(),
})
export type PlanItem = z.infer<typeof PlanItem>

export const Validation = z.object({
  model: z.string(),
  version: z.int(),
  environment: EnvironmentName,
  as_of: Moment,
  tier: Tier.nullable(),
  purpose: z.string(),
  owner: PersonId.nullable(),
  state: LifecycleState,
  digest: Digest,
  developers: z.array(PersonId),
  datasets: z.array(z.object({ name: z.string(), digest: z.string() })),
  evidence: z.array(z.object({ kind: z.string(), method: z.string(), digest: Digest, collected_at: Moment })),
  policies: z.array(z.object({ name: z.string(), version: z.int(), digest: Digest })),
  plan: z.array(PlanItem),
  /** Oldest first. */
  tests: z.array(ValidationTest),
  /** The newest of each section. */
  texts: z.array(SectionText),
  findings: z.array(Finding),
  waivers: z.array(z.object({ requirement: z.string(), control: z.string(), given_by: PersonId, until: Moment })),
  /** Newest first. */
  decisions: z.array(Decision),
  /** Over plan and tests: what holds, what does not, what is still open. */
  counts: z.object({ passed: z.int(), failed: z.int(), open: z.int() }),
  /** Whether the asker may plan tests and write: validators who did not make the version. */
  writable: z.boolean(),
})
export type Validation = z.infer<typeof Validation>

export const ValidationQuery = z.strictObject({ environment: EnvironmentName.default('prod') })
export const ReportQuery = z.strictObject({
  environment: EnvironmentName.default('prod'),
  format: z.enum(['markdown', 'html']).default('markdown'),
})
