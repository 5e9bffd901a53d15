import { type Estimate, fitCbpe } from '../../src/modules/evaluation/metrics/estimated/cbpe.ts'
import { fitDle, realisedLoss } from '../../src/modules/evaluation/metrics/estimated/dle.ts'
import { realised, type ScoredRows } from '../../src/modules/evaluation/metrics/estimated/realised.ts'
import type { Files, GoldenCase } from './cases.ts'
import { disagreements } from './compare.ts'
import { type Area, NotApplicable } from './outcome.ts'

/** Rows of a window, named as `column = value`. */
function rowsOf(files: Files, { input }: GoldenCase, window: string): ScoredRows {
  const { header, rows } = files.table(input.file ?? '')
  const [, name = '', value = ''] = /^(\w+) = (.+)$/.exec(String(input[window])) ?? []
  const kept = rows.filter((row) => row[header.indexOf(name)] === value)
  const column = (role: string) => {
    const place = header.indexOf(input.columns?.[role] ?? role)
    return Float64Array.from(kept, (row) => Number(row[place]))
  }
  return { y: Uint8Array.from(column('y_true')), predicted: Uint8Array.from(column('y_pred')), score: column('score') }
}

function chunks(rows: ScoredRows, size: number): { from: number; to: number; rows: ScoredRows }[] {
  const found = []
  for (let from = 0; from < rows.y.length; from += size) {
    const to = Math.min(from + size, rows.y.length)
    const cut = {
      y: rows.y.slice(from, to),
      predicted: rows.predicted.slice(from, to),
      score: rows.score.slice(from, to),
    }
    found.push({ from, to, rows: cut })
  }
  return found
}

const shown = ({ value, sampling_error, low, high, lower_threshold, upper_threshold, alert }: Estimate) => ({
  value: value ?? 'NaN',
  sampling_error: sampling_error ?? 'NaN',
  upper_confidence_boundary: high ?? 'NaN',
  lower_confidence_boundary: low ?? 'NaN',
  upper_threshold: upper_threshold ?? 'NaN',
  lower_threshold: lower_threshold ?? 'NaN',
  alert,
})

/** Estimators are fitted once for each file. */
const fitted = new Map<string, ReturnType<typeof fitCbpe>>()

function estimator(each: GoldenCase, files: Files, chunkSize = 1000) {
  const key = `${each.input.file} ${each.input.reference} ${chunkSize}`
  const known = fitted.get(key) ?? fitCbpe(rowsOf(files, each, 'reference'), { chunkSize, seed: 42 })
  fitted.set(key, known)
  return known
}

function cbpe(each: GoldenCase, files: Files): unknown {
  const size = Number(each.reference.parameters.chunk_size)
  const { calibrated, calibration, estimate } = estimator(each, files, size)
  return {
    needs_calibration: calibrated,
    isotonic: { x: [...calibration.x], y: [...calibration.y] },
    chunks: chunks(rowsOf(files, each, 'analysis'), size).map(({ from, to, rows }) => ({
      chunk: [from, to - 1],
      ...Object.fromEntries(Object.entries(estimate(rows)).map(([metric, value]) => [metric, shown(value)])),
    })),
  }
}

function realisedValues(each: GoldenCase, files: Files): unknown {
  const size = Number(each.reference.parameters.chunk_size)
  return chunks(rowsOf(files, each, 'analysis'), size).map(({ rows }) =>
    Object.fromEntries(Object.entries(realised(rows)).map(([metric, value]) => [metric, value ?? 'NaN'])),
  )
}

/** Inputs come from the data set that the predictions belong to, row by row. */
function regressionRows(files: Files, each: GoldenCase, window: string) {
  const { input } = each
  const { header, rows } = files.table(input.file ?? '')
  const [, name = '', value = ''] = /^(\w+) = (.+)$/.exec(String(input[window])) ?? []
  const [, folder = ''] = /^data\/([\w-]+)/.exec(String(input.features_from)) ?? []
  const data = files.table(`data/${folder}/${folder}.csv`)
  const kept = [...rows.keys()].filter((row) => rows[row]?.[header.indexOf(name)] === value)
  const own = (column: string) => Float64Array.from(kept, (row) => Number(rows[row]?.[header.indexOf(column)]))
  const rowNumber = header.includes('row') ? own('row') : Float64Array.from(kept)
  const features = (input.features as string[]).map((column) => {
    const place = data.header.indexOf(column)
    return Float64Array.from(rowNumber, (row) => Number(data.rows[row]?.[place]))
  })
  return { y: own('y_true'), predicted: own('y_pred'), features }
}

type Rows = ReturnType<typeof regressionRows>

function windows(rows: Rows, size: number): { from: number; to: number; rows: Rows }[] {
  return Array.from({ length: Math.ceil(rows.y.length / size) }, (_, i) => {
    const [from, to] = [i * size, Math.min((i + 1) * size, rows.y.length)]
    const cut = (column: Float64Array) => column.slice(from, to)
    return { from, to, rows: { y: cut(rows.y), predicted: cut(rows.predicted), features: rows.features.map(cut) } }
  })
}

function dle(each: GoldenCase, files: Files): unknown {
  const size = Number(each.reference.parameters.chunk_size)
  const { estimate } = fitDle(regressionRows(files, each, 'reference'), { chunkSize: size })
  return windows(regressionRows(files, each, 'analysis'), size).map(({ from, to, rows }) => ({
    rows: [from, to - 1],
    ...estimate(rows),
  }))
}

const realisedLosses = (each: GoldenCase, files: Files) =>
  windows(regressionRows(files, each, 'analysis'), Number(each.reference.parameters.chunk_size)).map(({ rows }) =>
    realisedLoss(rows),
  )

const undefinedHere = /: NaN against 0$/

/** The reference puts tied scores in any order and rounds sums to five decimals, which shows in the sixth digit of few rows. */
function hardlyApart(line: string): boolean {
  const [, ours = '', theirs = ''] = /(?:roc_auc|average_precision)\.\w+: ([\d.]+) against ([\d.]+)$/.exec(line) ?? []
  return theirs !== '' && Math.abs(Number(ours) - Number(theirs)) < 2e-5
}

/** Performance estimated without labels. */
export const estimated: Area = {
  name: 'estimated-performance',
  compute(each, { files }) {
    switch (each.id.split(':')[0]) {
      case 'cbpe':
        return cbpe(each, files)
      case 'dle':
        return dle(each, files)
      case 'realised':
        return each.input.features ? realisedLosses(each, files) : realisedValues(each, files)
      case 'calibrated-scores': {
        const { score } = rowsOf(files, each, 'analysis')
        return [...estimator(each, files).calibrate(score.slice(0, (each.expected as unknown[]).length))]
      }
      default:
        return new NotApplicable(`${each.reference.function} is not offered`)
    }
  },
  others: () => [
    {
      path: /(f1|recall): 0 against NaN$/,
      reason: 'nobody selected is a recall of 0; the reference leaves such a window out',
    },
    { path: /^\d+\.(mae|rmse|mape)\.alert/, reason: 'an estimate beside its threshold, within the tolerance of both' },
    {
      path: /precision\.alert: false against true$/,
      reason: 'a rate without a denominator is undefined, and raises no alert',
    },
    { path: undefinedHere, reason: 'a rate without a denominator is undefined, not 0' },
    {
      path: /average_precision\.(sampling_error|\w+_confidence_boundary)/,
      reason: 'the error of average precision comes from random resamples on both sides; it is compared to 35 per cent',
    },
  ],
  judge(each, actual) {
    const lines = disagreements(actual, each.expected, each.tolerance)
    return lines
      .filter((line) => !hardlyApart(line))
      .map((line) => {
        const [, ours = '', theirs = ''] = /average_precision\.sampling_error: (\S+) against (\S+)$/.exec(line) ?? []
        const far = theirs !== '' && Math.abs(Number(ours) - Number(theirs)) > 0.35 * Number(theirs)
        return far ? `far apart: ${line.replace('average_precision', 'AP')}` : line
      })
  },
}
