import { expect, test } from 'vitest'
import type { ModelVersion } from '../registry/schema.ts'
import type { ColumnFacts } from './examination/index.ts'
import { guessProtocol } from './guess.ts'

/** A column of a table with a hundred rows; numbers where values are numbers. */
function column(name: string, values: readonly (string | number)[], distinct = values.length): ColumnFacts {
  const numbers = values.filter((value) => typeof value === 'number')
  const numeric = numbers.length === values.length
  return {
    name,
    numeric,
    rows: 100,
    distinct,
    missing: 0,
    low: numeric ? Math.min(...numbers) : null,
    high: numeric ? Math.max(...numbers) : null,
    whole: numeric && numbers.every((value) => Number.isInteger(value)),
    values: distinct <= 20 ? values.map(String) : [],
  }
}

/** A version whose signature takes these columns. */
const taking = (inputs: string[], outputs: string[] = []) =>
  ({
    manifest: {
      signature: { inputs: inputs.map((name) => ({ name })), outputs: outputs.map((name) => ({ name })), params: null },
    },
    facts: { onnx: null, mlmodel: null },
  }) as unknown as ModelVersion

test('the only column that the model does not take is the label', () => {
  const columns = [column('income', [1.5, 2.5], 90), column('years', [1, 2, 3]), column('granted', ['no', 'yes'])]
  const { protocol, source, reasons } = guessProtocol(columns, taking(['income', 'years']))
  expect(source).toBe('model')
  expect(protocol).toMatchObject({ task: 'binary', label: 'granted', positive: 'yes' })
  expect(reasons.find(({ field }) => field === 'label')).toMatchObject({ sure: 'yes' })
})

test('the signature’s output goes before every name, and many numbers are a regression', () => {
  const columns = [
    column('a', [1.5, 2.5], 90),
    column('b', [1, 2]),
    column('label', [0, 1]),
    column('price', [10.5, 99.9], 80),
  ]
  expect(guessProtocol(columns, taking(['a', 'b'], ['price'])).protocol).toMatchObject({
    task: 'regression',
    label: 'price',
  })
})

test('a table of class probabilities is told by its names', () => {
  const columns = [
    column('id', ['x1', 'x2'], 100),
    column('y_true', ['cat', 'dog', 'owl']),
    column('y_pred', ['cat', 'dog', 'owl']),
    ...['cat', 'dog', 'owl'].map((name) => column(`prob_${name}`, [0.1, 0.9], 90)),
  ]
  expect(guessProtocol(columns, undefined)).toMatchObject({
    source: 'predictions',
    protocol: {
      task: 'multiclass',
      label: 'y_true',
      id: 'id',
      prediction: { label: 'y_pred', scores: { cat: 'prob_cat', dog: 'prob_dog', owl: 'prob_owl' } },
    },
  })
})

test('scores without a label can still be compared by group, and an age in years is no group', () => {
  const columns = [column('sex', ['f', 'm']), column('age', [18, 99], 60), column('score', [0.1, 0.9], 100)]
  const { protocol, reasons } = guessProtocol(columns, undefined)
  expect(protocol).toMatchObject({ task: 'scores', protected: ['sex'], prediction: { score: 'score' } })
  expect(reasons.find(({ value }) => value === 'age')?.reason).toContain('put them into a few groups first')
})

test('where nothing can be told, there is no protocol', () => {
  expect(guessProtocol([column('a', [1.5, 2.5], 90)], undefined)).toMatchObject({ protocol: null, source: 'model' })
})
