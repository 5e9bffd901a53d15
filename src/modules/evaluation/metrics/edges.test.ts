import { describe, expect, test } from 'vitest'
import { multiclassPerformance, regressionPerformance } from './index.ts'

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
