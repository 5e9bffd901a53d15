import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { Organisation } from './schema.ts'
import { sentencesOf } from './sentences.ts'
import { startersOf, starterTexts } from './starters.ts'
import { parseTests, runTests } from './tests.ts'
import { parsePolicy, policyJsonSchema } from './text.ts'

const good = readFileSync(new URL('./starters/high-risk-people-decisions.yaml', import.meta.url), 'utf8')

function problems(text: string) {
  const parsed = parsePolicy(text)
  return parsed.outcome === 'refused' ? parsed.problems : []
}

/** The line that holds a text, counted from 1. */
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length

test('the starters are policies, by our reader and by the published JSON Schema', async () => {
  const validate = new Ajv2020({ strict: false, formats: {} }).compile(policyJsonSchema())
  for (const { name, text } of await starterTexts()) {
    expect(problems(text)).toEqual([])
    expect(parse(text)).toMatchObject({ name })
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
  }
})

test('every starter, of every kind of organisation, does what its own tests say', async () => {
  const all = await Promise.all([starterTexts(), ...Organisation.options.map(startersOf)])
  for (const { name, text, tests } of all.flat()) {
    const policy = parsePolicy(text)
    const parsed = parseTests(tests, name)
    if (policy.outcome === 'refused' || parsed.outcome === 'refused') throw new Error(JSON.stringify([policy, parsed]))
    const failed = runTests(policy.document, parsed).cases.filter(({ passed }) => !passed)
    expect(failed, `${policy.document.description}`).toEqual([])
  }
  expect(all.flat()).toHaveLength(9)
})

test('every rule is one sentence', () => {
  const parsed = parsePolicy(good)
  if (parsed.outcome === 'refused') throw new Error('refused')
  expect(sentencesOf(parsed.document).map(({ sentence }) => sentence)).toEqual([
    'There is performance evidence that the server computed itself, not older than 90 days.',
    'There is fairness evidence that the server computed itself, not older than 90 days.',
    'Every file of the version is sealed by its digest: the server checks that version.files.size() > 0 && version.files.all(file, file.sha256.startsWith("sha256:")).',
    'No file runs code of its own when it is loaded: the server checks that version.facts.scan.unsafe == 0.0.',
    'What nobody can vouch for in the files is waived: the server checks that version.unwaived == 0.',
    'The data that the version was trained on is named by its digest: the server checks that version.datasets.size() > 0 && version.datasets.all(dataset, dataset.digest != "").',
    'The ROC AUC in the performance evidence is at least 0.70.',
    'The selection rate ratio between the groups of sex in the fairness evidence is at least 0.80.',
    'The selection rate ratio between the groups of every protected attribute in the fairness evidence is at least 0.80, judged by the upper end of its interval.',
    'The purpose of the model is stated: the server checks that model.purpose.size() >= 20.',
    'A validator who neither developed the version nor asked for the review approves exactly this content.',
  ])
})

test('what a rule narrows is said in its sentence', () => {
  const parsed = parsePolicy(`format: modelkeep-policy-1
name: ours
title: Ours
scope: { tiers: [high], environments: [prod] }
stages: [validation, release]
evidence: [{ id: e, title: E, kind: fairness, source: person, method: panel }]
checks: [{ id: c, title: C, fact: model.tags.area, is: one_of, value: [lending, claims] }]
approvals:
  - { id: a, title: A, all_of: [validator, legal], stage: validation, valid_days: 90 }
  - { id: b, title: B, any_of: [approver, board], count: 2, stage: release, not: [developer, requester, a] }
`)
  if (parsed.outcome === 'refused') throw new Error('refused')
  expect(sentencesOf(parsed.document).map(({ sentence }) => sentence)).toEqual([
    'There is fairness evidence that a person stated with panel.',
    'The area of the model is one of lending and claims.',
    'In the stage validation, a validator and a legal who neither developed the version nor asked for the review approve exactly this content, for at most 90 days.',
    'In the stage release, two of the roles approver or board who neither developed the version nor asked for the review, and did not meet a, approve exactly this content.',
  ])
})

test.each([
  ['an unknown field', 'limit: 0.70', 'limits: 0.70', 'limits: 0.70'],
  ['a wrong type', 'limit: 0.70', 'limit: much', 'limit: much'],
  ['an unknown word', 'role: validator', 'role: King', 'role: King'],
  ['a repeated id', 'id: purpose-stated', 'id: files-sealed', 'id: files-sealed\n    title: The purpose'],
  ['evidence that is not asked for', 'evidence: performance', 'evidence: speed', 'evidence: speed'],
  ['a path that is none', 'figures.roc_auc', 'figures..roc_auc', 'figure: figures..roc_auc'],
  [
    'an expression that cannot be read',
    'model.purpose.size() >= 20',
    'model.purpose.size( >= 20',
    'cel: model.purpose.size(',
  ],
  ['a field that does not exist', 'model.purpose.size()', 'model.purpos.size()', 'cel: model.purpos.size'],
  ['a name that does not exist', 'model.purpose.size()', 'system.purpose.size()', 'cel: system.purpose'],
  ['self-approval', '    count: 1', '    not: [requester]', 'not: [requester]'],
  ['no role', '    role: validator\n', '', 'id: independent-approval'],
  [
    'two forms of roles',
    '    role: validator',
    '    role: validator\n    any_of: [approver]',
    'id: independent-approval',
  ],
  ['a stage that is none', '    count: 1', '    stage: last', 'stage: last'],
  ['somebody else than whom', '    count: 1', '    not: [developer, requester, first]', 'not: [developer'],
  [
    'a fact of nothing',
    'cel: model.purpose.size() >= 20',
    'fact: purpose\n    is: equal\n    value: 1',
    'fact: purpose',
  ],
  [
    'a text as a limit',
    'cel: model.purpose.size() >= 20',
    'fact: version.size\n    is: above\n    value: x',
    'value: x',
  ],
  ['a section that does nothing', 'verdict_hours: 24', 'exceptions: []', 'exceptions: []'],
  ['a key twice', 'verdict_hours: 24', 'verdict_hours: 24\nverdict_hours: 25', 'verdict_hours: 25'],
])('%s is refused at its line', (_, before, after, at) => {
  const text = good.replace(before, after)
  expect(text).not.toBe(good)
  const found = problems(text)
  expect(found.map(({ line }) => line)).toContain(lineOf(text, at))
})

test('every mistake is named at once', () => {
  const text = good.replace('limit: 0.70', 'limit: x').replace('role: validator', 'role: King')
  expect(problems(text).map(({ path }) => path)).toEqual(['checks.4.limit', 'approvals.0.role'])
})

test('hostile texts are refused', () => {
  const bomb = `a: &a [${'x, '.repeat(9)}x]\nb: &b [${'*a, '.repeat(40)}*a]\nc: [${'*b, '.repeat(40)}*b]`
  expect(problems(bomb)).not.toEqual([])
  expect(problems('['.repeat(50_000))).not.toEqual([])
  expect(problems(`${'- '.repeat(2000)}a`)).toMatchObject([{ message: 'the text is nested too deeply' }])
  expect(problems('')).not.toEqual([])
  expect(problems('- a')).not.toEqual([])
  expect(problems(good.replace('title: High', '__proto__: {x: 1}\ntitle: High'))).not.toEqual([])
  const loops = 'version.files.all(a, version.files.all(b, version.files.all(c, a.path == c.path && b.size > 0)))'
  expect(problems(good.replace('model.purpose.size() >= 20', loops))).toMatchObject([
    { message: 'loops are nested 3 deep, at most 2' },
  ])
})
