import { expect, test } from 'vitest'
import { cellsOf } from './sheet-text.ts'
import { readSpreadsheet } from './spreadsheet.ts'

const known = { names: { model: new Set(['churn']), system: new Set<string>() }, logins: new Set(['ada']) }

test('cells are read as spreadsheets save them, whatever separates and quotes them', () => {
  expect(cellsOf('\uFEFFa;b\r\n"1;2";"say ""no"""\r\n\r\n;\r\n')).toEqual([
    ['a', 'b'],
    ['1;2', 'say "no"'],
  ])
  expect(cellsOf('a,b\n"two\nlines",3')).toEqual([
    ['a', 'b'],
    ['two\nlines', '3'],
  ])
  expect(cellsOf('a\tb\n1\t2')).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ])
})

test('a spreadsheet says of each row what it would bring, and of what it would not, why', () => {
  const text = [
    'Model name,Type,Risk,Purpose,Owner',
    'wage,,High,"Ranks, roughly",Ada',
    'churn,model,,,',
    'Hiring,use case,low,,',
    'a/b,,,,',
    'x,robot,,,',
    'y,,severe,,',
    'z,,,,bob',
    'wage,,,,',
    ',,high,,',
  ].join('\n')
  const read = readSpreadsheet(text, known)
  if (read.outcome !== 'read') throw new Error(read.why)
  expect(read.lines.map(({ line, verdict, why }) => [line, verdict, why])).toEqual([
    [2, 'new', ''],
    [3, 'there', 'It is there already.'],
    [4, 'new', ''],
    [5, 'problem', 'The name of a model has no / and no :.'],
    [6, 'problem', '“robot” is neither model nor system.'],
    [7, 'problem', 'The tier “severe” is not high, medium or low.'],
    [8, 'problem', 'Nobody signs in as bob.'],
    [9, 'problem', 'The name stands there twice.'],
    [10, 'problem', 'The name is empty.'],
  ])
  expect(read.lines[0]?.entry).toEqual({
    kind: 'model',
    name: 'wage',
    purpose: 'Ranks, roughly',
    tier: 'high',
    owner: 'ada',
  })
  expect(readSpreadsheet('', known)).toMatchObject({ outcome: 'refused' })
  expect(readSpreadsheet('colour\nred', known)).toMatchObject({ why: 'No column is called name; there are colour.' })
  expect(readSpreadsheet('name', known)).toMatchObject({ outcome: 'refused' })
})
