import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  appliedPolicy,
  evidenceItem,
  fairnessResult,
  idOf,
  performanceResult,
  snapshot,
} from '../../testing/snapshots.ts'
import { answerUntil } from './coverage.ts'
import { assess } from './evaluate.ts'
import type { ApprovalFact, Requirement, Snapshot } from './schema.ts'

const starter = appliedPolicy(
  readFileSync(new URL('./starters/high-risk-people-decisions.yaml', import.meta.url), 'utf8'),
)
const approval = (changes: Partial<ApprovalFact> = {}): ApprovalFact => ({
  decision_id: idOf('dec', 'one'),
  decided_by: idOf('per', 'val'),
  roles: ['validator'],
  outcome: 'approved',
  decided_at: '2026-03-02T08:00:00.000Z',
  covers: true,
  differences: [],
  ...changes,
})

function requirement(of: Snapshot, id: string, approvals: ApprovalFact[] = [], policy = starter): Requirement {
  const found = assess([policy], of, approvals).requirements.find((each) => each.id === id)
  if (!found) throw new Error(`no requirement ${id}`)
  return found
}

const withFairness = (result: Parameters<typeof evidenceItem>[1]) =>
  snapshot({ evidence: [evidenceItem('performance', performanceResult(0.82)), evidenceItem('fairness', result)] })

test('a version that meets every rule is allowed, and the same snapshot always gives the same answer', () => {
  const first = assess([starter], snapshot(), [approval()])
  expect(first).toMatchObject({ outcome: 'allowed', counts: { met: 11, unmet: 0, total: 11 } })
  expect(assess([starter], snapshot(), [approval()])).toEqual(first)
})

test('a comparison that fails says value, interval and limit', () => {
  expect(requirement(withFairness(fairnessResult(0.62)), 'selection-rate-by-sex')).toMatchObject({
    state: 'blocked',
    explanation:
      'Ratio 0.62, interval 0.47 to 0.81, limit at least 0.80. A group is selected at less than four fifths of the rate of another.',
    figure: { value: 0.62, low: 0.47, limit: 0.8, is: 'at_least', use: 'estimate' },
  })
})

test('a number just under its limit is not rounded up to it', () => {
  const found = requirement(withFairness(fairnessResult(0.7996)), 'selection-rate-by-sex')
  expect(found.state).toBe('blocked')
  expect(found.explanation).toMatch(/^Ratio 0\.7996,/)
})

test('under a star the worst attribute decides, and small groups are named but do not decide alone', () => {
  const id = 'selection-rate-by-any-attribute'
  const fine = requirement(snapshot(), id)
  expect(fine).toMatchObject({ state: 'attention', figure: { value: 0.91 } })
  expect(fine.explanation).toContain('Not decided for ethnicity: it would rest on small groups alone')
  expect(requirement(withFairness(fairnessResult(0.5)), id)).toMatchObject({
    state: 'blocked',
    figure: { value: 0.5 },
  })
})

test('where the end of the interval is compared, an estimate past the limit asks for attention', () => {
  const found = requirement(withFairness(fairnessResult(0.7)), 'selection-rate-by-any-attribute')
  expect(found).toMatchObject({ state: 'attention', figure: { value: 0.7, use: 'upper' } })
  expect(found.explanation).toContain('The estimate for sex, 0.70, is past the limit, which its interval leaves open.')
  const result = { attributes: { sex: { disparities: { selection_rate: { ratio: { state: 'ok', value: 0.9 } } } } } }
  expect(requirement(withFairness(result), 'selection-rate-by-any-attribute').state).toBe('unknown')
})

test('a figure that is undefined, withheld or missing never passes', () => {
  for (const figure of [
    { state: 'undefined', reason: 'nobody was selected' },
    { state: 'suppressed', reason: 'fewer than 10 rows' },
    { state: 'ok', value: null },
    'high',
  ]) {
    const result = { attributes: { sex: { disparities: { selection_rate: { ratio: figure } } } } }
    expect(requirement(withFairness(result), 'selection-rate-by-sex').state).toBe('unknown')
    expect(requirement(withFairness(result), 'selection-rate-by-any-attribute').state).toBe('unknown')
  }
  expect(requirement(withFairness({}), 'selection-rate-by-sex')).toMatchObject({ state: 'unknown' })
  expect(requirement(withFairness({ attributes: {} }), 'selection-rate-by-any-attribute').state).toBe('unknown')
})

test('evidence that is missing is waited for; evidence from elsewhere or too old does not count', () => {
  const none = snapshot({ evidence: [] })
  expect(requirement(none, 'fairness').state).toBe('waiting')
  expect(requirement(none, 'selection-rate-by-sex').state).toBe('waiting')

  const client = snapshot({ evidence: [evidenceItem('fairness', fairnessResult(0.9), { source: 'client' })] })
  expect(requirement(client, 'fairness').state).toBe('waiting')

  const old = snapshot({ at: '2026-07-02T09:00:00.000Z' })
  expect(requirement(old, 'fairness')).toMatchObject({ state: 'blocked' })
  expect(requirement(old, 'selection-rate-by-sex').state).toBe('unknown')
  expect(assess([starter], old, [approval()]).outcome).toBe('denied')
})

test('an approval counts only from the asked role, for this content, and from somebody independent', () => {
  const state = (fact: Partial<ApprovalFact>, of = snapshot()) =>
    requirement(of, 'independent-approval', [approval(fact)])
  expect(state({}).state).toBe('met')
  expect(state({ roles: ['administrator', 'approver'] }).state).toBe('waiting')
  expect(state({ decided_by: idOf('per', 'dev') }).state).toBe('waiting')
  expect(state({}, snapshot({ requester: idOf('per', 'val') })).state).toBe('waiting')
  expect(state({ outcome: 'rejected' }).state).toBe('blocked')
  expect(state({ covers: false, differences: ['tier changed from high to low'] })).toMatchObject({
    state: 'blocked',
    explanation: expect.stringContaining('no longer covers the content: tier changed from high to low'),
  })
})

test('one person counts once, and a rejection outweighs the approvals before it', () => {
  const two = appliedPolicy(`format: modelkeep-policy-1
name: two
title: Two
scope: { tiers: [high], environments: [prod] }
approvals: [{ id: both, title: Two people, role: validator, count: 2 }]
`)
  const again = approval({ decision_id: idOf('dec', 'two') })
  const other = approval({ decision_id: idOf('dec', 'three'), decided_by: idOf('per', 'other') })
  const later = approval({ outcome: 'rejected', decided_at: '2026-03-02T08:30:00.000Z' })
  expect(requirement(snapshot(), 'both', [approval(), again], two).state).toBe('waiting')
  expect(requirement(snapshot(), 'both', [approval(), other], two).state).toBe('met')
  expect(requirement(snapshot(), 'both', [approval(), other, later], two).state).toBe('blocked')
})

test('without a tier, or without a policy that covers it, the answer is denied and says why', () => {
  const model = { ...snapshot().model, tier: null }
  expect(assess([starter], snapshot({ model }), [])).toMatchObject({
    outcome: 'denied',
    requirements: [{ type: 'policy', state: 'blocked', title: 'Somebody has said how much depends on this model' }],
  })
  expect(assess([starter], snapshot({ environment: 'test' }), [])).toMatchObject({
    outcome: 'denied',
    requirements: [{ type: 'policy', state: 'unknown' }],
  })
})

test('expressions: integers are integers, figures are doubles, and an error is not met, with its text', () => {
  const check = (cel: string) =>
    requirement(
      snapshot(),
      'it',
      [],
      appliedPolicy(`format: modelkeep-policy-1
name: cel
title: Expressions
scope: { tiers: [high], environments: [prod] }
evidence: [{ id: performance, title: Performance, kind: performance }]
checks: [{ id: it, title: It, cel: ${JSON.stringify(cel)} }]
`),
    )
  expect(check('version.version + 1 == 2 && version.files[0].size == 1200').state).toBe('met')
  expect(check('evidence.performance.result.n / 2.0 == 100.0').state).toBe('met')
  expect(check('evidence.performance.age_days <= 90').state).toBe('met')
  expect(check('timestamp(at) - timestamp(evidence.performance.collected_at) < duration("48h")').state).toBe('met')
  expect(check('model.purpose == ""').state).toBe('blocked')
  expect(check('version.facts.onnx.opset > 3')).toMatchObject({
    state: 'unknown',
    explanation: expect.stringContaining('could not be checked'),
  })
  expect(check('model.name').state).toBe('unknown')
  expect(check('model.name.matches("^(a+)+$")').state).toBe('blocked')
})

test('loops over long lists are refused instead of run', () => {
  const files = Array.from({ length: 3000 }, (_, i) => ({ path: `${i}`, size: 1, sha256: snapshot().version.digest }))
  const policy = appliedPolicy(`format: modelkeep-policy-1
name: loops
title: Loops
scope: { tiers: [high], environments: [prod] }
checks: [{ id: it, title: It, cel: 'version.files.all(a, version.files.all(b, a.path == b.path))' }]
`)
  const version = { ...snapshot().version, files }
  const started = performance.now()
  expect(requirement(snapshot({ version }), 'it', [], policy)).toMatchObject({ state: 'unknown' })
  expect(performance.now() - started).toBeLessThan(1000)
})

const ours = (rules: string) =>
  appliedPolicy(`format: modelkeep-policy-1
name: ours
title: Ours
scope: { tiers: [high], environments: [prod] }
${rules}
`)

test('facts about version and model are compared, and one that is not known is never met', () => {
  const fact = (rule: string, of = snapshot()) =>
    requirement(of, 'it', [], ours(`checks: [{ id: it, title: It, ${rule} }]`))
  const facts = { onnx: { opset: 17 }, flavors: ['onnx'] }
  const known = snapshot({
    version: { ...snapshot().version, facts, registered_at: '2026-02-01T09:00:00.000Z' },
    model: { ...snapshot().model, tags: [{ key: 'area', value: 'lending' }] },
  })
  expect(fact('fact: facts.onnx.opset, is: at_least, value: 13', known)).toMatchObject({
    state: 'met',
    explanation: 'The onnx opset is 17.',
  })
  expect(fact('fact: facts.onnx.opset, is: below, value: 13, reason: Ours is older.', known)).toMatchObject({
    state: 'blocked',
    explanation: 'The onnx opset is 17; it should be below 13. Ours is older.',
  })
  expect(fact('fact: model.tags.area, is: one_of, value: [lending, claims]', known).state).toBe('met')
  expect(fact('fact: version.age_days, is: at_most, value: 28', known)).toMatchObject({ state: 'blocked' })
  expect(fact('fact: version.files, is: equal, value: 1', known).state).toBe('met')
  expect(fact('fact: model.tier, is: not_equal, value: high', known).state).toBe('blocked')
  expect(fact('fact: facts.onnx.opset, is: equal, value: "17"', known).state).toBe('unknown')
  expect(fact('fact: facts.onnx.opset, is: at_least, value: 13').state).toBe('unknown')
  expect(fact('fact: version.age_days, is: at_most, value: 28').state).toBe('unknown')
  expect(fact('fact: facts.onnx, is: equal, value: 13', known).state).toBe('unknown')
})

test('a policy may be about models with a tag alone', () => {
  const policy = appliedPolicy(`format: modelkeep-policy-1
name: ours
title: Ours
scope: { tiers: [high], environments: [prod], tags: { area: lending, checked: "*" } }
`)
  const tagged = (...tags: [string, string][]) => {
    const model = { ...snapshot().model, tags: tags.map(([key, value]) => ({ key, value })) }
    return assess([policy], snapshot({ model }), []).requirements.map(({ id }) => id)
  }
  expect(tagged(['area', 'lending'], ['checked', 'yes'])).toEqual([])
  expect(tagged(['area', 'lending'])).toEqual(['coverage'])
  expect(tagged(['area', 'claims'], ['checked', 'yes'])).toEqual(['coverage'])
  expect(assess([policy], snapshot(), []).outcome).toBe('denied')
})

test('evidence may have to be of a method, and stated by a person', () => {
  const rule = (rest: string) => ours(`evidence: [{ id: it, title: It, kind: performance, ${rest} }]`)
  const of = (policy: ReturnType<typeof ours>, changes: Partial<Snapshot['evidence'][number]> = {}) =>
    requirement(snapshot({ evidence: [evidenceItem('performance', {}, changes)] }), 'it', [], policy)
  expect(of(rule('method: performance')).state).toBe('met')
  expect(of(rule('method: other'))).toMatchObject({
    state: 'waiting',
    explanation: 'There is no performance evidence that the server computed with other yet.',
  })
  expect(of(rule('source: person')).state).toBe('waiting')
  expect(of(rule('source: person'), { source: 'person' }).state).toBe('met')
})

test('approvals: roles of our own, any or all of several, other people, stages in order, and a term', () => {
  const ok = (by: string, roles: string[], decided_at: string) =>
    approval({ decided_by: idOf('per', by), roles, decided_at })
  const states = (rules: string, facts: ApprovalFact[]) =>
    assess([ours(rules)], snapshot(), facts).requirements.map(({ state }) => state)
  const [early, late] = ['2026-03-01T08:00:00.000Z', '2026-03-02T08:00:00.000Z']

  const own = 'approvals: [{ id: a, title: A, role: model-risk }]'
  expect(states(own, [ok('ana', ['model-risk'], early)])).toEqual(['met'])
  expect(states(own, [ok('ana', ['validator'], early)])).toEqual(['waiting'])

  const any = 'approvals: [{ id: a, title: A, any_of: [validator, approver], count: 2 }]'
  expect(states(any, [ok('ana', ['validator'], early), ok('bo', ['approver'], early)])).toEqual(['met'])
  expect(states(any, [ok('ana', ['validator', 'approver'], early)])).toEqual(['waiting'])

  const all = 'approvals: [{ id: a, title: A, all_of: [validator, approver] }]'
  expect(states(all, [ok('ana', ['validator'], early), ok('bo', ['validator'], early)])).toEqual(['waiting'])
  expect(states(all, [ok('ana', ['validator'], early), ok('bo', ['approver'], early)])).toEqual(['met'])

  const apart = `approvals:
  - { id: a, title: A, role: validator }
  - { id: b, title: B, role: approver, not: [developer, requester, a] }`
  const both = ok('ana', ['validator', 'approver'], early)
  expect(states(apart, [both])).toEqual(['met', 'waiting'])
  expect(states(apart, [both, ok('bo', ['approver'], early)])).toEqual(['met', 'met'])

  const stages = `stages: [validation, release]
approvals:
  - { id: b, title: B, role: approver, stage: release }
  - { id: a, title: A, role: validator, stage: validation }`
  expect(states(stages, [ok('bo', ['approver'], early)])).toEqual(['waiting', 'waiting'])
  expect(states(stages, [ok('ana', ['validator'], late), ok('bo', ['approver'], early)])).toEqual(['waiting', 'met'])
  expect(states(stages, [ok('bo', ['approver'], late), ok('ana', ['validator'], early)])).toEqual(['met', 'met'])
  expect(requirement(snapshot(), 'b', [], ours(stages)).explanation).toBe(
    'The stage validation has to be complete first.',
  )

  const term = 'approvals: [{ id: a, title: A, role: validator, valid_days: 30 }]'
  const given = [ok('ana', ['validator'], early)]
  expect(states(term, given)).toEqual(['met'])
  const later = snapshot({ at: '2026-04-02T09:00:00.000Z' })
  expect(requirement(later, 'a', given, ours(term)).explanation).toContain('it holds for 30 days')
  const soon = snapshot({ at: '2026-03-30T20:00:00.000Z' })
  expect(answerUntil([ours(term)], soon, given)).toBe('2026-03-31T08:00:00.000Z')
})
