import { parsePolicy, parseTests, runTests, sentencesOf } from '../../src/modules/policy/index.ts'
import type { Preview } from '../../src/modules/studio/schema.ts'
import { digest } from '../../web/testing/fixtures/base.ts'
import { policy } from '../../web/testing/fixtures/governance.ts'

/** Texts are read as the server reads them; the version that is judged is made up. */
export function previewOf(input: { text: string; tests: string | null }): Preview {
  const parsed = parsePolicy(input.text)
  const nothing = {
    problems: [],
    test_problems: [],
    document: null,
    digest: digest('draft'),
    sentences: [],
    tests: null,
  }
  if (parsed.outcome === 'refused') return { ...nothing, problems: parsed.problems, versions: [] }
  const { document } = parsed
  const read = input.tests ? parseTests(input.tests, document.name) : null
  const rule = document.checks.find((each) => 'limit' in each)
  const limit = rule && 'limit' in rule ? rule.limit : 0
  const met = limit <= 0.85
  return {
    ...nothing,
    document,
    sentences: sentencesOf(document).map((each, index) => ({ ...each, line: index + 1 })),
    test_problems: read?.outcome === 'refused' ? read.problems : [],
    tests: read?.outcome === 'parsed' ? runTests(document, read) : null,
    versions: [
      {
        model: 'wage-screening',
        version: 2,
        environment: 'prod',
        before: 'allowed',
        after: met ? 'allowed' : 'denied',
        requirements: [
          {
            id: rule?.id ?? 'rule',
            policy: { name: policy.name, version: 5 },
            type: 'check',
            title: rule?.title ?? 'A rule',
            state: met ? 'met' : 'blocked',
            explanation: `Ratio 0.85, limit at least ${limit}.`,
            figure: null,
            evidence_id: null,
            who: 'developer',
            link: '/models/wage-screening/versions/2',
          },
        ],
      },
    ],
  }
}
