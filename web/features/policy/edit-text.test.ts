import { expect, test } from 'vitest'
import { objectOf, without, withRule, withValue } from './edit-text.ts'
import { lineDiff } from './line-diff.ts'

const text = `# The four-fifths rule.
name:   lending   # kept
checks:
  # Why 0.8: see the handbook.
  - { id: ratio, title: Ratio,  limit: 0.80 } # here, too
  - id: cel
    cel: >-
      version.files.size() > 0 &&
      model.purpose != ""
`

test('a changed value moves no other character', () => {
  expect(withValue(text, ['checks', 0, 'limit'], 0.75)).toBe(text.replace('0.80', '0.75'))
  expect(withValue(text, ['name'], 'loans')).toBe(text.replace('lending', 'loans'))
  expect(objectOf(withValue(text, ['checks', 0, 'title'], 'No: "never" #1'))).toMatchObject({
    checks: [{ title: 'No: "never" #1' }, {}],
  })
  expect(objectOf(withValue(text, ['name'], 'true'))).toMatchObject({ name: 'true' })
})

test('rules come and go, and comments stay', () => {
  const more = withRule(text, 'checks', { id: 'third', title: 'Third' })
  expect(objectOf(more)).toMatchObject({ checks: [{ id: 'ratio' }, { id: 'cel' }, { id: 'third' }] })
  const first = withRule(text, 'approvals', { id: 'one', role: 'validator' })
  expect(objectOf(first)).toMatchObject({ approvals: [{ id: 'one' }] })
  const less = without(more, ['checks', 1])
  expect(objectOf(less)).toMatchObject({ checks: [{ id: 'ratio' }, { id: 'third' }] })
  const longer = withValue(text, ['checks', 1, 'cel'], 'true')
  expect(objectOf(longer)).toMatchObject({ checks: [{}, { cel: 'true' }] })
  for (const each of [more, first, less, longer]) {
    for (const comment of ['# The four-fifths rule.', '# kept', '# Why 0.8', '# here, too'])
      expect(each).toContain(comment)
  }
  expect(objectOf('a: [')).toBeUndefined()
})

test('the difference of two texts is told line by line', () => {
  expect(lineDiff('a\nb\nc', 'a\nx\nc\nd')).toEqual([
    { kind: 'same', text: 'a' },
    { kind: 'gone', text: 'b' },
    { kind: 'added', text: 'x' },
    { kind: 'same', text: 'c' },
    { kind: 'added', text: 'd' },
  ])
})

test('a list of names is changed in one line, and comments beside it stay', () => {
  const waivable = `${text}waivers: # only figures
  - { id: late, requirements: [ratio], max_days: 30 } # agreed in March
`
  const next = withValue(waivable, ['waivers', 0, 'requirements'], ['ratio', 'cel'])
  expect(objectOf(next)).toMatchObject({ waivers: [{ requirements: ['ratio', 'cel'], max_days: 30 }] })
  for (const comment of ['# only figures', '# agreed in March', '# The four-fifths rule.', '# here, too']) {
    expect(next).toContain(comment)
  }
  const level = withValue(next, ['findings', 'block_from'], 'medium')
  expect(objectOf(level)).toMatchObject({ findings: { block_from: 'medium' } })
  expect(objectOf(without(level, ['findings']))).toEqual(objectOf(next))
})
