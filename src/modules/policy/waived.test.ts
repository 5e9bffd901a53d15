import { expect, test } from 'vitest'
import { sentencesOf } from './sentences.ts'
import { parseTests, runTests } from './tests.ts'
import { parsePolicy } from './text.ts'

const text = `format: modelkeep-policy-1
name: lending
title: Lending
scope: { tiers: [high], environments: [prod] }
evidence: [{ id: performance, title: Performance is known, kind: performance, max_age_days: 30 }]
checks: [{ id: auc, title: It ranks well enough, evidence: performance, figure: figures.roc_auc, is: at_least, limit: 0.7 }]
approvals: [{ id: agreed, title: Somebody agreed, role: validator }]
waivers:
  - { id: late, title: Performance may be late, requirements: [performance, auc], max_days: 30 }
`

function documentOf(from: string) {
  const parsed = parsePolicy(from, ['approver', 'validator'])
  if (parsed.outcome === 'refused') throw new Error(parsed.problems.map(({ message }) => message).join('; '))
  return parsed.document
}

const problems = (from: string) => {
  const parsed = parsePolicy(from, ['approver', 'validator'])
  return parsed.outcome === 'refused' ? parsed.problems.map(({ message }) => message) : []
}

test('what may be waived, by whom and for how long is one sentence', () => {
  expect(sentencesOf(documentOf(text)).at(-1)).toEqual({
    id: 'late',
    sentence:
      'An approver who neither developed the version nor asked for the review may waive “Performance is known” and “It ranks well enough” for at most 30 days, with a reason and a compensating control.',
  })
})

test('approvals, what is not asked for, a requirement twice and roles that there are not are refused', () => {
  expect(problems(text.replace('performance, auc]', 'agreed]'))).toEqual([
    'an approval is never waived: agreed asks for one',
  ])
  expect(problems(text.replace('performance, auc]', 'speed]'))).toEqual(['there is no evidence or check speed'])
  expect(problems(text.replace('performance, auc]', 'auc, auc]'))).toEqual(['auc is in the waiver rule late already'])
  expect(problems(text.replace('max_days: 30 }', 'max_days: 30, roles: [king] }'))).toEqual([
    'there is no role king in this workspace',
  ])
  expect(problems(text.replace(', max_days: 30 }', ' }')).join()).toContain('max_days is missing')
})

test('a waiver stands in for exactly what the policy lets somebody waive, and no longer', () => {
  const cases = `format: modelkeep-policy-tests-1
policy: lending
given: { approvals: [{ by: vera, roles: [validator] }] }
cases:
  - { name: Nothing is waived, expect: denied, unmet: [performance, auc] }
  - name: Both are waived
    given: { waivers: [{ requirement: performance }, { requirement: auc }] }
    expect: waived
    unmet: []
  - name: Only one is
    given: { waivers: [{ requirement: performance }] }
    expect: denied
    unmet: [auc]
  - name: Waivers do not approve
    given: { approvals: [], waivers: [{ requirement: performance }, { requirement: auc }, { requirement: agreed }] }
    expect: denied
    unmet: [agreed]
  - name: The time is over
    given: { waivers: [{ requirement: performance, age_days: 7, days: 7 }, { requirement: auc }] }
    expect: denied
    unmet: [performance]
  - name: It is given for longer than the policy allows
    given: { waivers: [{ requirement: performance, days: 31 }, { requirement: auc, days: 30 }] }
    expect: denied
    unmet: [performance]
  - name: By another role
    given: { waivers: [{ requirement: performance, roles: [validator] }, { requirement: auc }] }
    expect: denied
    unmet: [performance]
  - name: By the developer
    given: { waivers: [{ requirement: performance, by: developer }, { requirement: auc }] }
    expect: denied
    unmet: [performance]
  - name: By whoever asked for the review
    given: { requester: rita, waivers: [{ requirement: performance, by: rita }, { requirement: auc }] }
    expect: denied
    unmet: [performance]
  - name: What is met needs no waiver
    given:
      evidence: [{ kind: performance, result: { figures: { roc_auc: { state: ok, value: 0.8 } } } }]
      waivers: [{ requirement: auc }]
    expect: allowed
    unmet: []
`
  const parsed = parseTests(cases, 'lending')
  if (parsed.outcome === 'refused') throw new Error(JSON.stringify(parsed))
  const { cases: results } = runTests(documentOf(text), parsed)
  expect(results.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]))).toEqual([])
  expect(results).toHaveLength(10)
})
