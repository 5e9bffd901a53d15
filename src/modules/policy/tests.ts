import { sha256 } from '../../lib/digest.ts'
import type { AppliedPolicy } from './coverage.ts'
import { assess, isUnmet } from './evaluate.ts'
import { type Situated, situated } from './given.ts'
import type { PolicyDocument } from './schema.ts'
import { type CaseResult, type PolicyCase, PolicyTests, type TestResults } from './tests-schema.ts'
import { listed } from './words.ts'
import { type PolicyProblem, readText } from './yaml-text.ts'

export type ParsedTests =
  | { outcome: 'parsed'; tests: PolicyTests; lines: readonly number[] }
  | { outcome: 'refused'; problems: PolicyProblem[] }

/** Reads the tests of a policy; mistakes are named with their lines. */
export function parseTests(text: string, policy: string): ParsedTests {
  const read = readText(text, {
    schema: PolicyTests,
    problemsOf: (tests) =>
      tests.policy === policy
        ? []
        : [{ path: ['policy'], message: `these are the tests of ${tests.policy}, not of ${policy}` }],
  })
  if (read.outcome === 'refused') return read
  const lines = read.value.cases.map((_, index) => read.lineOf(['cases', index]))
  return { outcome: 'parsed', tests: read.value, lines }
}

/** What a policy says about each case, compared with what it should say. A pure function. */
export function runTests(
  document: PolicyDocument,
  { tests, lines }: Pick<Extract<ParsedTests, { outcome: 'parsed' }>, 'tests' | 'lines'>,
): TestResults {
  const policy = { name: document.name, version: 1, digest: sha256(document.name), document }
  const cases = tests.cases.map((each, index) =>
    runCase(policy, each, situated(tests.given, each.given, document), lines[index] ?? 1),
  )
  const passed = cases.filter((each) => each.passed).length
  return { passed, failed: cases.length - passed, cases }
}

function runCase(
  policy: AppliedPolicy,
  expected: PolicyCase,
  { snapshot, approvals }: Situated,
  line: number,
): CaseResult {
  const { outcome, requirements } = assess([policy], snapshot, approvals)
  const open = requirements.filter(isUnmet)
  const unmet = open.map(({ id }) => id)
  const problems: string[] = []
  if (outcome !== expected.expect) {
    const why = open.map(({ id, explanation }) => `${id}: ${explanation}`).join(' ')
    problems.push(`it is ${outcome}, not ${expected.expect}${why ? ` (${why})` : ''}`)
  }
  if (expected.unmet) {
    const missing = expected.unmet.filter((id) => !unmet.includes(id))
    const further = unmet.filter((id) => !expected.unmet?.includes(id))
    if (missing.length > 0) problems.push(`${listed(missing)} should not be met`)
    if (further.length > 0) problems.push(`${listed(further)} should be met`)
  }
  const problem = problems.length > 0 ? problems.join('; ') : null
  return { name: expected.name, line, passed: problem === null, expected: expected.expect, outcome, unmet, problem }
}
