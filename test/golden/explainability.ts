import { readOnnxParts } from '../../src/modules/evaluation/examination/onnx-parts.ts'
import {
  type Attribution,
  type Frame,
  importanceByOrders,
  linearShap,
  meanAbsolute,
  type PermutationImportance,
  type Predict,
  partialDependence,
  permutationImportance,
  type Score,
  shapleyValues,
  takeRows,
  treeShap,
} from '../../src/modules/evaluation/metrics/explanation/index.ts'
import { aucValue, scoreSteps } from '../../src/modules/evaluation/metrics/ranking.ts'
import type { Files, GoldenCase } from './cases.ts'
import { type Area, NotApplicable } from './outcome.ts'

type Model = {
  readonly predict: Predict
  readonly features: Frame
  readonly bytes: Uint8Array
  readonly y: Float64Array
}

const models = new Map<string, Promise<Model>>()

function modelOf({ input }: GoldenCase, files: Files): Promise<Model> {
  const path = String(input.model)
  const known = models.get(path) ?? open(files, path, String(input.features))
  models.set(path, known)
  return known
}

async function open(files: Files, path: string, featurePath: string): Promise<Model> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const bytes = files.bytes(path)
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 })
  const { header, rows } = files.table(featurePath)
  const numbers = header.slice(1).map((name, j) => ({
    name,
    values: Float64Array.from(rows, (row) => Number(row[j + 1])),
  }))
  const predictions = files.table(path.replace('model.onnx', 'predictions.csv.gz'))
  const label = predictions.header.indexOf('y_true')
  const y = Float64Array.from(rows, (row) => Number(predictions.rows[Number(row[0])]?.[label]))
  const input = session.inputNames[0] ?? 'X'
  const output = session.outputNames.at(-1) ?? ''

  const predict: Predict = async ({ rows: n, columns }) => {
    const data = new Float32Array(n * columns.length)
    for (const [j, { values }] of columns.entries()) {
      for (let i = 0; i < n; i++) data[i * columns.length + j] = Number(values[i])
    }
    const result = (await session.run({ [input]: new Tensor('float32', data, [n, columns.length]) }, [output]))[output]
    const found = result?.data as Float32Array
    const width = found.length / n
    return Float64Array.from({ length: n }, (_, i) => found[i * width + width - 1] ?? Number.NaN)
  }
  return { predict, features: { rows: rows.length, columns: numbers }, bytes, y }
}

const range = ([from, to]: readonly [number, number]) => Uint32Array.from({ length: to - from }, (_, i) => from + i)
const between = (value: unknown) => range(value as [number, number])
const matrix = ({ rows, columns }: Frame) =>
  Array.from({ length: rows }, (_, i) => columns.map(({ values }) => Number(values[i])))

async function attributions(each: GoldenCase, files: Files): Promise<{ found: Attribution[]; names: string[] }> {
  const { predict, features } = await modelOf(each, files)
  const [explained, background] = [each.input.explained_rows, each.input.background_rows].map((rows) =>
    takeRows(features, between(rows)),
  )
  if (!explained || !background) throw new Error('no rows')
  const found = await shapleyValues(explained, background, predict, { seed: 1 })
  return { found, names: features.columns.map(({ name }) => name) }
}

async function exactValues(each: GoldenCase, files: Files): Promise<unknown> {
  const { found, names } = await attributions(each, files)
  return {
    features: names,
    base_value: found[0]?.base,
    values: found.map(({ values }) => [...values]),
    predictions: found.map(({ prediction }) => prediction),
  }
}

async function globalMean(each: GoldenCase, files: Files): Promise<unknown> {
  const { found, names } = await attributions(each, files)
  const means = meanAbsolute(found)
  return Object.fromEntries(names.map((name, i) => [name, means[i]]))
}

async function additive(each: GoldenCase, files: Files): Promise<unknown> {
  if (each.reference.parameters.feature_perturbation === 'tree_path_dependent') {
    return new NotApplicable(
      'path-dependent values need the training cover of every node, which an ONNX file does not carry',
    )
  }
  const { features, bytes } = await modelOf(each, files)
  const parts = readOnnxParts(bytes)
  const names = features.columns.map(({ name }) => name)
  const rows = matrix(takeRows(features, between(each.input.explained_rows)))
  const background = matrix(takeRows(features, between(each.input.background_rows)))
  if (parts?.kind === 'trees') {
    const { base, values } = treeShap(parts.ensemble, rows, background)
    return { features: names, base_value: base, values: values.map((row) => [...row]) }
  }
  if (parts?.kind === 'linear') {
    const { base, values } = linearShap(parts.model, rows, background)
    const { coefficients, intercept } = parts.model
    return {
      features: names,
      base_value: base,
      values: values.map((row) => [...row]),
      coef: [...coefficients],
      intercept,
    }
  }
  return new NotApplicable('the file holds neither one tree ensemble nor one linear model')
}

/** Larger is better in all of them, as in the reference's scorers. */
const scores: Record<string, (y: Float64Array) => Score> = {
  roc_auc: (y) => (p) => aucValue(scoreSteps(Uint8Array.from(y), p)) ?? Number.NaN,
  accuracy: (y) => (p) =>
    y.reduce((sum, label, i) => sum + ((p[i] ?? 0) >= 0.5 === (label === 1) ? 1 : 0), 0) / y.length,
  neg_log_loss: (y) => (p) =>
    y.reduce((sum, label, i) => sum + Math.log(clip(label === 1 ? (p[i] ?? 0) : 1 - (p[i] ?? 0))), 0) / y.length,
  neg_mae: (y) => (p) => -y.reduce((sum, label, i) => sum + Math.abs(label - (p[i] ?? 0)), 0) / y.length,
  neg_rmse: (y) => (p) => -Math.sqrt(y.reduce((sum, label, i) => sum + (label - (p[i] ?? 0)) ** 2, 0) / y.length),
  r2: (y) => (p) => {
    const mean = y.reduce((sum, label) => sum + label, 0) / y.length
    const total = y.reduce((sum, label) => sum + (label - mean) ** 2, 0)
    return 1 - y.reduce((sum, label, i) => sum + (label - (p[i] ?? 0)) ** 2, 0) / total
  },
}

const clip = (value: number) => Math.min(1 - 2.220446049250313e-16, Math.max(2.220446049250313e-16, value))

async function fixedOrders(each: GoldenCase, files: Files): Promise<unknown> {
  const { predict, features, y } = await modelOf(each, files)
  const rows = between(each.input.rows)
  const [frame, labels] = [takeRows(features, rows), Float64Array.from(rows, (row) => y[row] ?? 0)]
  const orders = each.reference.parameters.orders as number[][]
  const found: Record<string, unknown> = {}
  for (const name of Object.keys(each.expected as object)) {
    const score = scores[name]?.(labels)
    if (!score) continue
    const importance = await importanceByOrders(frame, predict, score, orders)
    found[name] = { baseline: importance.baseline, drops: byFeature(importance, ({ drops }) => drops) }
  }
  return found
}

async function random(each: GoldenCase, files: Files): Promise<unknown> {
  const { predict, features, y } = await modelOf(each, files)
  const rows = between(each.input.rows)
  const { n_repeats, scoring } = each.reference.parameters as { n_repeats: number; scoring: string }
  const score = scores[scoring]?.(Float64Array.from(rows, (row) => y[row] ?? 0))
  if (!score) return new NotApplicable(`the score ${scoring} is not offered`)
  const found = await permutationImportance(takeRows(features, rows), predict, score, { repeats: n_repeats, seed: 1 })
  return byFeature(found, ({ mean, std }) => ({ mean, std_population: std }))
}

const byFeature = (
  { features }: PermutationImportance,
  of: (each: PermutationImportance['features'][number]) => unknown,
) => Object.fromEntries(features.map((each) => [each.feature, of(each)]))

async function dependence(each: GoldenCase, files: Files): Promise<unknown> {
  const { predict, features } = await modelOf(each, files)
  const frame = takeRows(features, between(each.input.rows))
  const place = frame.columns.findIndex(({ name }) => name === each.id.slice(each.id.indexOf(':') + 1))
  const { grid_resolution: resolution, percentiles } = each.reference.parameters as {
    grid_resolution: number
    percentiles: [number, number]
  }
  const found = await partialDependence(frame, place, predict, { resolution, between: percentiles, curves: 8 })
  return { grid: found.grid, average: found.average, ice_first_8_rows: found.ice }
}

/** Explanations of models that are scored here. */
export const explainability: Area = {
  name: 'explainability',
  compute(each, { files }) {
    switch (each.id.split(':')[0]) {
      case 'shapley-exact':
      case 'kernel-shap-full':
        return exactValues(each, files)
      case 'global-mean-abs':
        return globalMean(each, files)
      case 'tree-shap':
      case 'linear-shap':
        return additive(each, files)
      case 'permutation-fixed-orders':
        return fixedOrders(each, files)
      case 'permutation-importance':
        return random(each, files)
      case 'pdp-ice':
        return dependence(each, files)
      default:
        return new NotApplicable(`${each.reference.function} is not offered`)
    }
  },
}
