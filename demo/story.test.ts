import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { logRatio } from '../src/lib/statistics/index.ts'
import { readOnnxFacts } from '../src/modules/artifacts/facts/onnx.ts'
import { exportOnnx, modelInputs } from './onnx.ts'
import { demoSeed, scoreRow, trainModel, type WageModel } from './train.ts'
import { datasetCsv, loadWages, splitWages, type WageRow } from './wages.ts'

const { training, evaluation } = splitWages(loadWages())
const plain = trainModel({ rows: training, mitigated: false, seed: demoSeed })
const mitigated = trainModel({ rows: training, mitigated: true, seed: demoSeed })

function selectionBySex(model: WageModel) {
  const of = (sex: string) => {
    const group = evaluation.filter((row) => row.sex === sex)
    return { rows: group.length, selected: group.filter((row) => scoreRow(model, row) >= model.threshold).length }
  }
  const [women, men] = [of('female'), of('male')]
  return { women, men, ratio: women.selected / women.rows / (men.selected / men.rows) }
}

/** The share of (high, low) pairs that the score orders rightly: the area under the ROC curve. */
function areaUnderCurve(model: WageModel): number {
  const scores = (high: number) => evaluation.filter((row) => row.high_wage === high).map((row) => scoreRow(model, row))
  const [highs, lows] = [scores(1), scores(0)]
  const won = highs.flatMap((high) => lows.map((low) => (high > low ? 1 : high === low ? 0.5 : 0)))
  return won.reduce((sum: number, value) => sum + value, 0) / won.length
}

describe('the survey', () => {
  test('is split into two halves with over 100 rows of each sex, the same bytes every time', () => {
    expect([training.length, evaluation.length]).toEqual([267, 267])
    for (const half of [training, evaluation]) {
      for (const sex of ['female', 'male']) expect(half.filter((row) => row.sex === sex).length).toBeGreaterThan(100)
    }
    expect(training.filter((row) => evaluation.includes(row))).toEqual([])
    expect(datasetCsv(evaluation)).toBe(datasetCsv(splitWages(loadWages()).evaluation))
    expect(datasetCsv(evaluation).split('\n')[0]).toMatch(/sex,ethnicity,wage,high_wage$/)
  })

  test('has the union members and married people the survey has', () => {
    const rows = loadWages()
    expect(rows.filter((row) => row.union_member === 1).length).toBe(96)
    expect(rows.filter((row) => row.married === 1).length).toBe(350)
  })
})

describe('the story', () => {
  test('the plain model selects women far less often than men: below four fifths even at the upper bound', () => {
    const { women, men, ratio } = selectionBySex(plain)
    expect(ratio).toBeCloseTo(0.47, 2)
    const interval = logRatio(women.selected, women.rows, men.selected, men.rows)
    expect(interval.high).toBeLessThan(0.8)
    expect(areaUnderCurve(plain)).toBeGreaterThan(0.7)
  })

  test('the mitigated model meets four fifths and still ranks well', () => {
    const { women, men, ratio } = selectionBySex(mitigated)
    expect(ratio).toBeCloseTo(0.951, 2)
    const interval = logRatio(women.selected, women.rows, men.selected, men.rows)
    expect(interval.low).toBeCloseTo(0.736, 2)
    expect(areaUnderCurve(mitigated)).toBeGreaterThan(0.72)
  })

  test('the mitigation does not hang on one seed', () => {
    for (const seed of [1, 2]) {
      expect(selectionBySex(trainModel({ rows: training, mitigated: true, seed })).ratio).toBeGreaterThan(0.85)
    }
  })

  test('training reports a falling loss, step by step', () => {
    const losses = plain.history.map((point) => point.loss)
    expect(losses.length).toBeGreaterThanOrEqual(20)
    expect(losses).toEqual(losses.toSorted((a, b) => b - a))
  })
})

describe('the ONNX file', () => {
  test.each([
    ['plain', plain],
    ['mitigated', mitigated],
  ])('of the %s model scores as the model itself, to 1e-6', async (_, model) => {
    const session = await InferenceSession.create(exportOnnx(model))
    const feeds = Object.fromEntries(
      modelInputs(model).map(({ name, type }) => [name, tensorOf(evaluation, name, type)]),
    )
    const { probabilities, label } = await session.run(feeds)
    expect(probabilities?.dims).toEqual([evaluation.length, 2])
    expect(label?.dims).toEqual([evaluation.length])
    evaluation.forEach((row, i) => {
      const score = scoreRow(model, row)
      expect(Math.abs(Number(probabilities?.data[i * 2 + 1]) - score)).toBeLessThan(1e-6)
      expect(Number(label?.data[i])).toBe(score >= model.threshold ? 1 : 0)
    })
  })

  test("tells its inputs and operators to the server's reader", async () => {
    expect(await readOnnxFacts(exportOnnx(mitigated))).toMatchObject({
      outcome: 'read',
      facts: {
        inputs: modelInputs(mitigated).map(({ name, type }) => ({ name, type, shape: ['N', 1] })),
        operators: { 'ai.onnx.ml.OneHotEncoder': 2, Sigmoid: 1 },
      },
    })
  })

  test('is the same bytes every time', () => {
    expect(exportOnnx(mitigated)).toEqual(exportOnnx(trainModel({ rows: training, mitigated: true, seed: demoSeed })))
  })
})

function tensorOf(rows: readonly WageRow[], name: string, type: 'float32' | 'string'): Tensor {
  const values = rows.map((row) => Object.entries(row).find(([column]) => column === name)?.[1])
  return type === 'string'
    ? new Tensor('string', values.map(String), [rows.length, 1])
    : new Tensor('float32', Float32Array.from(values.map(Number)), [rows.length, 1])
}
