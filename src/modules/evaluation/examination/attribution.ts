import { readFile } from 'node:fs/promises'
import {
  type Frame,
  linearShap,
  mostExact,
  type Predict,
  shapleyValues,
  takeRows,
  treeShap,
} from '../metrics/explanation/index.ts'
import type { ExplanationResult } from '../schema.ts'
import type { Model } from './model.ts'
import { type OnnxParts, readOnnxParts } from './onnx-parts.ts'
import type { Said } from './said.ts'

type Method = ExplanationResult['shapley']['method']
type Scale = ExplanationResult['shapley']['scale']

export type Attributions = {
  readonly method: Method
  readonly scale: Scale
  readonly base: number
  /** By row, then feature. */
  readonly values: readonly Float64Array[]
  readonly errors: readonly Float64Array[]
  readonly predictions: Float64Array
  /** Largest |base + values - prediction| on the scale of the model's output, and whether that is rounding only. */
  readonly additivity: number
  readonly holds: boolean
  /** Rows that were explained; fewer than were asked for where each takes long. */
  readonly rows: number
}

export type AttributionOptions = {
  readonly model: Model
  /** The model's file; null where there is none to look into. */
  readonly path: string | null
  readonly said: Said
  readonly predict: Predict
  readonly seed: number
  /** Rows that may be scored in all. */
  readonly budget: number
  readonly report: (share: number) => void
}

/** Rounding of a file in single precision, summed over many trees, as a share of the largest prediction. */
const rounding = 1e-4
const mostPairs = 64
const fewestPairs = 8

/**
 * Shapley values of single rows. Exact from the file where it holds one tree ensemble or one linear model, and only if
 * these values add up to what the runtime predicts; otherwise by asking the model about coalitions, within the budget.
 */
export async function attribute(
  explained: Frame,
  background: Frame,
  options: AttributionOptions,
): Promise<Attributions> {
  return (await fromParts(explained, background, options)) ?? byAsking(explained, background, options)
}

async function fromParts(
  explained: Frame,
  background: Frame,
  { model, path, said, predict }: AttributionOptions,
): Promise<Attributions | undefined> {
  const [input] = model.inputs
  const place = said.task === 'binary' || said.task === 'scores' ? said.place : said.task === 'regression' ? 1 : 0
  if (!input || path === null || model.inputs.length > 1 || place === 0 || input.type === 'string') return undefined
  const parts = readOnnxParts(await readFile(path))
  if (!parts) return undefined
  const single = input.type === 'float32'
  const [rows, others] = [matrix(explained, input.columns, single), matrix(background, input.columns, single)]
  const width = parts.kind === 'linear' ? parts.model.coefficients.length : input.columns.length
  if (width !== input.columns.length) return undefined
  const { base, values } = valuesOf(parts, rows, others)
  const predictions = await predict(explained)
  const additivity = largestGap(base, values, predictions, parts.scale)
  if (!isRounding(additivity, predictions)) return undefined
  return {
    method: parts.kind === 'trees' ? 'exact_trees' : 'exact_linear',
    scale: parts.scale,
    base,
    values,
    errors: values.map((each) => new Float64Array(each.length)),
    predictions,
    additivity,
    holds: true,
    rows: rows.length,
  }
}

const valuesOf = (parts: OnnxParts, rows: number[][], background: number[][]) =>
  parts.kind === 'trees' ? treeShap(parts.ensemble, rows, background) : linearShap(parts.model, rows, background)

function largestGap(base: number, values: readonly Float64Array[], predictions: Float64Array, scale: Scale): number {
  return values.reduce((largest, each, row) => {
    const total = each.reduce((sum, value) => sum + value, base)
    const said = scale === 'log_odds' ? 1 / (1 + Math.exp(-total)) : total
    const gap = Math.abs(said - (predictions[row] ?? Number.NaN))
    return Number.isNaN(gap) ? Number.NaN : Math.max(largest, gap)
  }, 0)
}

const isRounding = (gap: number, predictions: Float64Array) =>
  gap <= rounding * predictions.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)

/** Rows as the model gets them: a file in single precision compares single-precision numbers. */
function matrix({ rows, columns }: Frame, names: readonly string[], single: boolean): number[][] {
  const named = new Map(columns.map(({ name, values }) => [name, values]))
  const round = single ? Math.fround : (value: number) => value
  const sources = names.map((name) => named.get(name) ?? [])
  return Array.from({ length: rows }, (_, row) => sources.map((values) => round(Number(values[row] ?? Number.NaN))))
}

async function byAsking(
  explained: Frame,
  background: Frame,
  { predict, seed, budget, report }: AttributionOptions,
): Promise<Attributions> {
  const features = explained.columns.length
  const isExact = features <= mostExact
  const perPair = 2 * (features + 1) * background.rows
  const pairs = Math.max(fewestPairs, Math.min(mostPairs, Math.floor(budget / (explained.rows * perPair))))
  const perRow = isExact ? 2 ** features * background.rows : pairs * perPair
  const rows = Math.max(1, Math.min(explained.rows, Math.floor(budget / perRow)))
  const some = takeRows(
    explained,
    Uint32Array.from({ length: rows }, (_, i) => i),
  )
  const found = await shapleyValues(some, background, predict, { seed, pairs, report })
  const predictions = Float64Array.from(found, ({ prediction }) => prediction)
  const additivity = found.reduce((largest, each) => Math.max(largest, each.additivity), 0)
  return {
    method: isExact ? 'exact_coalitions' : 'sampled_orders',
    scale: 'output',
    base: found[0]?.base ?? Number.NaN,
    values: found.map(({ values }) => values),
    errors: found.map(({ errors }) => errors),
    predictions,
    additivity,
    holds: isRounding(additivity, predictions),
    rows,
  }
}
