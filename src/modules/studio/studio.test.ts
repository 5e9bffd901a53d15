import { mkdtempSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenReview, governedName } from '../../testing/governed.ts'

const policy = (changes: { auc?: number; tier?: string } = {}) => `# Ours.
format: modelkeep-policy-1
name: high-risk-people-decisions
title: A rule of our own
scope: { tiers: [${changes.tier ?? 'high'}], environments: [prod] }
evidence: [{ id: performance, title: Performance is known, kind: performance }]
checks:
  - { id: auc, title: Good enough, evidence: performance, figure: figures.roc_auc, is: at_least, limit: ${changes.auc ?? 0.7} }
approvals: [{ id: independent-approval, title: Somebody else agrees, role: validator }]
`
const tests = (expected: string) => `format: modelkeep-policy-tests-1
policy: high-risk-people-decisions
given:
  approvals: [{ by: vera, roles: [validator] }]
  evidence: [{ kind: performance, result: { figures: { roc_auc: { state: ok, value: 0.8 } } } }]
cases:
  - { name: Good and approved, expect: ${expected} }
  - name: Without evidence
    given: { evidence: [] }
    expect: denied
    unmet: [performance, auc]
`

test('before a policy is published, its plan says which versions it would touch, and its tests what it means', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  await decide(validator)
  const admin = await app.as('administrator')
  const auditor = await app.as('auditor')

  // An approval has to be given again under other rules, which is not the rules' own denial.
  const mild = (await auditor.post('/policies/plan', { text: policy() })).json()
  expect(mild).toMatchObject({
    compared_with: 1,
    counts: { denied: 0, approve_again: 1, allowed: 0, unchanged: 0 },
    by_tier: [{ tier: 'high', counts: { approve_again: 1 } }],
    changes: [
      {
        model: governedName,
        version: 1,
        environment: 'prod',
        before: 'allowed',
        after: 'denied',
        change: 'approve_again',
      },
    ],
  })
  const strict = (await auditor.post('/policies/plan', { text: policy({ auc: 0.9 }) })).json()
  expect(strict).toMatchObject({ counts: { denied: 1 }, changes: [{ change: 'denied', unmet: [{ id: 'auc' }] }] })
  const elsewhere = (await auditor.post('/policies/plan', { text: policy({ tier: 'low' }) })).json()
  expect(elsewhere).toMatchObject({ changes: [{ change: 'denied', unmet: [{ id: 'coverage' }] }] })

  const preview = (
    await auditor.post('/policies/preview', { text: policy({ auc: 0.9 }), tests: tests('denied') })
  ).json()
  expect(preview).toMatchObject({
    problems: [],
    sentences: [{ id: 'performance', line: 6 }, { id: 'auc', line: 8 }, { line: 9 }],
    tests: { passed: 2, failed: 0 },
    versions: [{ model: governedName, before: 'allowed', after: 'denied' }],
  })
  expect(preview.versions[0].requirements.map(({ state }: { state: string }) => state)).toEqual([
    'met',
    'blocked',
    'met',
  ])
  const on = [{ model: governedName, version: 9, environment: 'prod' }]
  expect((await auditor.post('/policies/preview', { text: policy(), on })).status).toBe(404)
  expect((await auditor.post('/policies/preview', { text: 'name: x' })).json()).toMatchObject({
    document: null,
    problems: expect.arrayContaining([expect.objectContaining({ path: 'title', message: 'title is missing' })]),
  })

  // Nothing of it was written.
  expect((await admin.get('/policies')).json().policies).toHaveLength(3)
  expect((await developer.post('/policies/high-risk-people-decisions/versions/1/publish')).status).toBe(403)
  for (const path of ['preview', 'tests', 'plan']) {
    expect((await app.anonymous.post(`/policies/${path}`, { text: policy() })).status).toBe(401)
  }
  expect((await admin.post('/policies/plan', { text: 'name: x' })).json()).toMatchObject({ in: 'text' })

  // Failing tests keep a policy from being published; nothing is recorded of the attempt.
  await admin.post('/policies', { text: policy(), tests: tests('denied') })
  const refused = await admin.post('/policies/high-risk-people-decisions/versions/2/publish')
  expect(refused.status).toBe(409)
  expect(refused.json()).toMatchObject({
    detail: expect.stringContaining(
      '1 of 2 tests fail, the first one at line 7: Good and approved: it is allowed, not denied',
    ),
    test_results: { failed: 1 },
  })
  const misnamed = tests('allowed').replace('policy: high-risk-people-decisions', 'policy: other')
  expect((await admin.post('/policies', { text: policy(), tests: misnamed })).json()).toMatchObject({
    status: 400,
    in: 'tests',
    errors: [{ path: 'policy', line: 2 }],
  })

  // What tests and plan said stays with the publication.
  await admin.post('/policies', { text: policy(), tests: tests('allowed') })
  expect((await admin.post('/policies/high-risk-people-decisions/versions/3/publish')).json()).toMatchObject({
    state: 'published',
  })
  const kept = (await auditor.get('/policies/high-risk-people-decisions/versions/3/publication')).json()
  expect(kept).toMatchObject({
    tests: tests('allowed'),
    test_results: { passed: 2, failed: 0 },
    plan: { counts: { approve_again: 1 }, changes: [{ model: governedName }] },
  })
  expect((await app.trail('policy:high-risk-people-decisions/3')).at(-1)).toMatchObject({
    action: 'policy.published',
    detail: { tests: { passed: 2 }, plan: { approve_again: 1, denied: 0 } },
  })
  const narrow = await app.as([{ role: 'developer', model: 'other' }])
  const seen = (await narrow.get('/policies/high-risk-people-decisions/versions/3/publication')).json()
  expect(seen.plan).toMatchObject({ counts: { approve_again: 1 }, changes: [] })
  expect((await auditor.get('/policies/high-risk-people-decisions/versions/9/publication')).status).toBe(404)
})

test('in a pipeline, the command line tests policies without a server and plans with one', async () => {
  const app = await testApp()
  const { validator, decide } = await givenReview(app)
  await decide(validator)
  const admin = await app.as('administrator')
  const folder = mkdtempSync(join(tmpdir(), 'modelkeep-policies-'))
  const file = join(folder, 'rule.yaml')
  await writeFile(file, policy())
  await writeFile(join(folder, 'rule.tests.yaml'), tests('allowed'))
  const modelkeep = await commandsOf(app, admin.token)

  expect(await modelkeep('policy', 'test', folder)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('2 passed, 0 failed'),
  })
  expect(await modelkeep('policy', 'plan', file)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('1 to be approved again'),
  })
  expect((await modelkeep('policy', 'publish', file)).stdout).toContain('Published high-risk-people-decisions 2')

  await writeFile(file, policy({ auc: 0.9 }))
  const failed = await modelkeep('policy', 'test', file)
  expect(failed.status).toBe(3)
  expect(failed.stdout).toContain('rule.tests.yaml:7: it is denied, not allowed (auc: ')
  await decideAgain()
  expect((await modelkeep('policy', 'plan', file)).status).toBe(3)
  const refused = await modelkeep('policy', 'publish', file)
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('1 of 2 tests fail') })

  await writeFile(join(folder, 'rule.tests.yaml'), 'format: x')
  expect((await modelkeep('policy', 'test', file)).stderr).toContain('rule.tests.yaml:1')
  expect((await modelkeep('policy', 'test', join(folder, 'none'))).status).toBe(2)

  async function decideAgain() {
    const developer = await app.as('developer')
    const base = `/models/${governedName}/versions/1`
    const review = (await developer.post(`${base}/reviews`, { environment: 'prod', note: '' })).json()
    const sheet = (await validator.get(`/reviews/${review.id}`)).json()
    const input = { outcome: 'approved', reason: 'Looked again.', scope_digest: sheet.scope_digest }
    expect((await validator.post(`/reviews/${review.id}/decisions`, input)).status).toBe(200)
  }
})
