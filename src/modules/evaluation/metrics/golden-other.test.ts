import { describe, expect, test } from 'vitest'
import {
  disagreements,
  type GoldenCase,
  goldenCases,
  goldenNumbers,
  goldenTable,
  type Table,
} from '../../../testing/golden.ts'
import { describeShared } from '../../../testing/shared.ts'
import { type Figure, multiclassPerformance, numberOf, regressionPerformance } from './index.ts'

const value = (figure: Figure) => numberOf(figure) ?? 'NaN'

/** One computation per group value, or one for all rows. */
function byGroup(each: GoldenCase, compute: (table: Table) => unknown): unknown {
  const { group } = each.input as { group?: string }
  if (!group) return compute(goldenTable(each.input))
  return Object.fromEntries(
    Object.keys(each.expected as object).map((label) => [
      label,
      compute(goldenTable({ ...each.input, where: { ...each.input.where, [group]: label } })),
    ]),
  )
}

function regression(table: Table): unknown {
  const result = regressionPerformance(goldenNumbers(table, 'y_true'), goldenNumbers(table, 'y_pred'))
  const numbers = Object.fromEntries(Object.entries(result.figures).map(([name, figure]) => [name, value(figure)]))
  return {
    ...numbers,
    n: result.n,
    mean_error: numbers.bias,
    error_std_ddof1: numbers.error_std,
    zero_targets: result.zero_targets,
    quantiles: result.residual_quantiles.map((each) => each.value),
  }
}

describeShared('regression against reference libraries', ['golden', 'performance', 'lsac-gbr.json'], () => {
  const cases = ['lsac-gbr.json', 'bike-gbr.json'].flatMap((file) =>
    goldenCases('performance', file).map((each) => ({ file, each })),
  )
  test.each(cases)('$file $each.id', ({ each }) => {
    const actual = byGroup(each, (table) => {
      const result = regression(table) as { quantiles: number[] }
      return each.id === 'residual-quantiles' ? result.quantiles : result
    })
    // The reference divides a zero target by epsilon; here such rows are left out of MAPE.
    const wrong = disagreements(actual, each.expected, each.tolerance)
    expect(wrong.filter((line) => !/mape: .* against \d{9,}/.test(line))).toEqual([])
  })
})

function multiclass(table: Table) {
  const labels = ['Adelie', 'Chinstrap', 'Gentoo']
  const codes = (name: string) => Uint8Array.from(table.column(name), (label) => labels.indexOf(label))
  const scores = labels.map((label) => goldenNumbers(table, `score_${label}`))
  return multiclassPerformance({ labels, y: codes('y_true'), predicted: codes('y_pred'), scores })
}

function classValues(table: Table): unknown {
  return Object.fromEntries(
    multiclass(table).classes.map(({ label, support, ...figures }) => [
      label,
      { support, ...Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, value(figure)])) },
    ]),
  )
}

function overall(table: Table): unknown {
  const { n, labels, confusion, figures } = multiclass(table)
  const numbers = Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, value(figure)]))
  return { n, labels, confusion_matrix: confusion, ...numbers }
}

/** Means of the reference count an undefined class as 0; micro means are the accuracy; top-2 accuracy is not offered. */
const otherDefinition = (group: boolean) =>
  group
    ? /_micro|(precision|recall|f1)_(macro|weighted)|: NaN against 0$/
    : /_micro|top2_accuracy|precision_|: NaN against 0$/

describeShared('multiclass against reference libraries', ['golden', 'performance', 'penguins-multinomial.json'], () => {
  test.each(goldenCases('performance', 'penguins-multinomial.json'))('$id', (each) => {
    const actual = byGroup(each, each.id === 'per-class' ? classValues : overall)
    const wrong = disagreements(actual, each.expected, each.tolerance)
    expect(wrong.filter((line) => !otherDefinition('group' in each.input).test(line))).toEqual([])
  })
})

describe('edges', () => {
  test('a constant target has R2 1 when perfect, else none; zero targets leave MAPE', () => {
    const constant = Float64Array.of(2, 2, 2)
    expect(regressionPerformance(constant, constant).figures.r2).toMatchObject({ value: 1 })
    expect(regressionPerformance(constant, Float64Array.of(2, 2.5, 1.5)).figures.r2.state).toBe('undefined')
    const zero = regressionPerformance(Float64Array.of(0, 1, 2), Float64Array.of(1, 1, 1))
    expect(zero.zero_targets).toBe(1)
    expect(zero.figures.mape).toMatchObject({ value: 0.25, n: 2 })
  })
  test('a class that never occurs leaves the means and is named', () => {
    const y = Uint8Array.of(0, 0, 1, 1)
    const result = multiclassPerformance({ labels: ['a', 'b', 'c'], y, predicted: Uint8Array.of(0, 1, 1, 1) })
    expect(result.left_out.recall).toEqual(['c'])
    expect(result.figures.recall_macro).toMatchObject({ value: 0.75 })
  })
  test('a class that occurs and is never predicted leaves no mean precision', () => {
    const y = Uint8Array.of(0, 0, 1, 2)
    const { figures } = multiclassPerformance({ labels: ['a', 'b', 'c'], y, predicted: Uint8Array.of(0, 0, 1, 1) })
    expect(figures.precision_macro).toEqual({ state: 'undefined', reason: 'undefined for c' })
    expect(figures.f1_macro?.state).toBe('ok')
  })
  test('no rows and unknown classes are refused', () => {
    const refused = expect.objectContaining({ code: 'bad_request' })
    expect(() => regressionPerformance(new Float64Array(), new Float64Array())).toThrow(refused)
    const one = Uint8Array.of(0)
    expect(() => multiclassPerformance({ labels: ['a'], y: one, predicted: Uint8Array.of(1) })).toThrow(refused)
    expect(() => multiclassPerformance({ labels: ['a'], y: one, predicted: new Uint8Array() })).toThrow(refused)
  })
})
