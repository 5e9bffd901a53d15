import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenExamined } from '../../testing/examined.ts'

const rows = Array.from({ length: 40 }, (_, at) => `${at % 2},${at % 3 === 0 ? '' : 'a'},${at / 40}`)
const table = ['label,group,score', ...rows].join('\n')

test('a protocol pins its tables by digest or by what they must cover, and refuses every other with what it misses', async () => {
  const app = await testApp()
  const { developer, dataset, protocol } = await givenExamined(app, {
    files: { 'model/model.onnx': 'x', 'p.csv': table },
  })
  const digest = await dataset(table)
  const other = await dataset(`${table}\n1,b,0.5`)
  const base = { task: 'binary', label: 'label', positive: 1, prediction: { score: 'score' }, bootstrap: 0 }
  const ask = async (input: object) => {
    const reply = await developer.post('/evaluations', {
      model: 'examined',
      version: 1,
      source: { kind: 'predictions' },
      kinds: ['performance'],
      ...input,
    })
    return reply.status === 202 ? reply.json().dataset : reply.json().detail
  }

  await protocol({ ...base, datasets: [{ digest }] })
  expect(await ask({})).toBe(digest)
  expect(await ask({ dataset: other })).toBe(`the protocol admits no such table: it is not ${digest}`)

  await protocol({
    ...base,
    datasets: [{ name: 'table', rows: 41, columns: ['label', 'group'], distinct: { group: 2 } }],
  })
  expect(await ask({})).toBe('name the dataset by its digest')
  expect(await ask({ dataset: other })).toBe(other)
  expect(await ask({ dataset: digest })).toBe(
    'the protocol admits no such table: it has 40 rows, not 41; group has 1 distinct values, not 2',
  )
  expect(await ask({ source: { kind: 'predictions', artifact: 'p.csv' } })).toContain('its coverage is not known')

  await protocol({ ...base, datasets: [{ digest: other }, { missing: { group: 0.1, age: 0 } }] })
  expect(await ask({ dataset: digest })).toBe(
    `the protocol admits no such table: rule 1 misses: it is not ${other}. rule 2 misses: it has no column age; 35 % of group is missing, more than 10 %`,
  )
})
