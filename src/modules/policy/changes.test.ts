import { expect, test } from 'vitest'
import { type Change, consequenceOf } from './changes.ts'
import { parsePolicy } from './text.ts'

const head = 'format: modelkeep-policy-1\nname: ours\ntitle: Ours\nscope: {tiers: [high], environments: [prod]}\n'
const changes = `changes:
  - {id: monthly, title: Monthly, changes: [evidence], kinds: [performance], effect: ignore}
  - {id: other, title: Other evidence, changes: [evidence], effect: notify}
  - {id: purpose, title: Purpose, changes: [purpose, tier], effect: reopen}
`

function read(text: string) {
  const parsed = parsePolicy(text)
  if (parsed.outcome !== 'parsed') throw new Error(JSON.stringify(parsed.problems))
  return parsed.document
}

const change = (what: Change['what'], kind?: Change['kind']): Change => ({ what, kind, text: what })

test('the first rule of a policy that names a change counts, and the strictest of several policies', () => {
  const ours = read(head + changes)
  const strict = read(`${head}changes:\n  - {id: all, title: All, changes: [evidence], effect: reopen}\n`)
  const silent = read(head)
  expect(consequenceOf(change('evidence', 'performance'), [ours])).toBe('ignore')
  expect(consequenceOf(change('evidence', 'fairness'), [ours])).toBe('notify')
  expect(consequenceOf(change('tier'), [ours])).toBe('reopen')
  expect(consequenceOf(change('findings'), [ours])).toBe('lapse')
  expect(consequenceOf(change('evidence', 'performance'), [ours, silent])).toBe('lapse')
  expect(consequenceOf(change('evidence', 'performance'), [ours, strict])).toBe('reopen')
  expect(consequenceOf(change('evidence', 'performance'), [])).toBe('lapse')
})

test('what a seal covers ends an approval whatever a policy says', () => {
  const all = read(
    `${head}changes:\n  - {id: all, title: All, changes: [purpose, tier, evidence, policies, findings], effect: ignore}\n`,
  )
  expect(consequenceOf(change('sealed'), [all])).toBe('lapse')
})

test.each([
  ['changes:\n  - {id: a, title: A, changes: [purpose], kinds: [fairness], effect: ignore}\n', 'name only evidence'],
  [
    'changes:\n  - {id: a, title: A, changes: [purpose], effect: ignore}\n  - {id: b, title: B, changes: [purpose], effect: notify}\n',
    'a rule before this one says already',
  ],
  ['changes:\n  - {id: a, title: A, changes: [files], effect: ignore}\n', 'changes'],
])('a rule that could never count is refused at its line: %s', (text, message) => {
  const parsed = parsePolicy(head + text)
  expect(parsed.outcome).not.toBe('parsed')
  expect(JSON.stringify(parsed)).toContain(message)
})
