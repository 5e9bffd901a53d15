import { expect, test } from 'vitest'
import { Protocol } from '../../../../src/modules/evaluation/schema.ts'
import { guess } from '../../../testing/fixtures/upload.ts'
import { draftOf, kindsFor, protocolOf, rolesOf } from './protocol-draft.ts'
import { tableFile } from './table-file.ts'
import { whyOf } from './why.ts'

const said = (draft: Parameters<typeof protocolOf>[0], known?: Protocol) => {
  const filled = protocolOf(draft, guess.columns, known)
  return filled.outcome === 'complete' ? Protocol.parse(filled.protocol) : filled.missing
}

test('a guess that is confirmed unchanged is the guessed protocol', () => {
  const draft = draftOf(guess, undefined)
  expect(said(draft)).toEqual(guess.protocol)
  expect(draft.kinds).toEqual(['performance', 'fairness'])
  expect(Object.fromEntries(rolesOf(draft))).toEqual({
    case_id: 'id',
    sex: 'protected',
    ethnicity: 'protected',
    score: 'score',
    high_wage: 'truth',
  })
})

test('what the model’s protocol says already goes before the guess, and what the form does not ask stays', () => {
  const known = Protocol.parse({ task: 'binary', label: 'union', positive: 'yes', protected: ['sex'], bootstrap: 50 })
  const draft = draftOf(guess, known)
  expect(said(draft, known)).toMatchObject({ label: 'union', positive: 'yes', protected: ['sex'], bootstrap: 50 })
  expect(whyOf('label', draft, guess, known)?.text).toBe('as the model’s protocol has it')
  expect(whyOf('label', { ...draft, label: 'high_wage' }, guess, known)?.text).toBe('as you say')
  const strange = Protocol.parse({ task: 'binary', label: 'churned', positive: 1 })
  expect(draftOf(guess, strange).label).toBe('high_wage')
  expect(whyOf('label', draftOf(guess, strange), guess, strange)).toMatchObject({ tone: 'attention' })
})

test('a form says what is missing, and offers only what a table can answer', () => {
  const draft = draftOf(guess, undefined)
  expect(said({ ...draft, label: '' })).toHaveProperty('label')
  expect(said({ ...draft, score: '' })).toHaveProperty('score')
  expect(said({ ...draft, threshold: '1.5' })).toHaveProperty('threshold')
  expect(said({ ...draft, kinds: [] })).toHaveProperty('kinds')
  expect(said({ ...draft, task: 'regression' })).toHaveProperty('value')
  expect(kindsFor(draft)).toEqual(['performance', 'fairness', 'mitigation', 'slices'])
  expect(kindsFor({ ...draft, protected: [] })).toEqual(['performance', 'slices'])
  expect(kindsFor({ ...draft, task: 'scores' })).toEqual(['performance', 'fairness'])
})

test('a file is a table by its ending', () => {
  expect(tableFile({ name: 'März 2026.CSV', size: 3 })).toEqual({ outcome: 'table', name: 'M-rz 2026', format: 'csv' })
  expect(tableFile({ name: 'notes.xlsx', size: 3 })).toMatchObject({ outcome: 'refused' })
  expect(tableFile({ name: 'empty.json', size: 0 })).toMatchObject({ outcome: 'refused' })
})
