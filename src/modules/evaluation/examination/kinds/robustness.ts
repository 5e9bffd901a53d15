import { badRequest } from '../../../../lib/errors.ts'
import { percentileInterval, seeded } from '../../../../lib/statistics/index.ts'
import { shuffle, takeRows } from '../../metrics/explanation/index.ts'
import { none } from '../../metrics/index.ts'
import { aucValue, scoreSteps } from '../../metrics/ranking.ts'
import { checkRules, disturb } from '../../metrics/robustness.ts'
import { RobustnessSettings } from '../../protocol-schema.ts'
import type { RobustnessResult } from '../../schema.ts'
import { lossesOf, type Said } from '../said.ts'
import { sampleRows, takeSaid } from '../sample.ts'
import { type Examined, frameOf, type Measured } from './examined.ts'

const mostColumns = 300

/** How predictions hold up when inputs are disturbed, under the rules that were stated, and from sample to sample. */
export async function measureRobustness({ task, rows, asked, report }: Examined): Promise<Measured> {
  const { protocol } = task
  if (!asked) {
    throw badRequest('a table of predictions cannot be disturbed: robustness needs the model itself')
  }
  const { scorer } = asked
  const settings = RobustnessSettings.parse(protocol.robustness ?? {})
  const names = scorer.columns.map(({ column }) => column)
  const chosen = sampleRows(rows.n, settings.rows, protocol.seed)
  const frame = takeRows(frameOf(rows, names), chosen)
  for (const { column } of settings.rules) {
    const values = frame.columns.find(({ name }) => name === column)?.values
    if (!values) throw badRequest(`a rule is about the column "${column}", which the model does not take`)
    if (!(values instanceof Float64Array)) throw badRequest(`a rule is about the column "${column}", which holds words`)
  }
  const threshold = thresholdOf(task.protocol)
  const tried = { ...frame, columns: frame.columns.slice(0, mostColumns) }
  const disturbances = await disturb(
    tried,
    (some) => scorer.predict({ rows: some.rows, columns: [...some.columns, ...frame.columns.slice(mostColumns)] }),
    {
      threshold: threshold ?? Number.POSITIVE_INFINITY,
      seed: protocol.seed,
      kinds: settings.kinds,
      report: (share) => report(share * 0.7),
    },
  )
  const rules = await checkRules(frame, scorer.predict, settings.rules)
  report(0.9)
  const whole = asked.model.inputs.filter(({ type }) => type.startsWith('int')).flatMap(({ columns }) => columns)
  const result: RobustnessResult = {
    n: rows.n,
    rows: frame.rows,
    disturbances: disturbances
      .filter(({ mean_change }) => Number.isFinite(mean_change))
      .map((each) => (threshold === null ? { ...each, flipped: none('a number is no decision') } : each)),
    rules: rules.map(({ worst, ...rule }) => ({
      ...rule,
      worst: worst.map((each) => ({ ...each, row: chosen[each.row] ?? each.row })),
    })),
    stability: stabilityOf(rows.said, settings.resamples, protocol.seed),
    warnings: [
      ...(names.length > mostColumns ? [`of ${names.length} columns the first ${mostColumns} were disturbed`] : []),
      ...disturbances
        .filter(({ mean_change }) => !Number.isFinite(mean_change))
        .map(({ column, disturbance }) => `the model gives no number when ${column} is disturbed (${disturbance})`),
      ...(whole.length > 0
        ? [`${whole.join(', ')}: the model takes whole numbers there, so a missing value is 0 and noise is rounded`]
        : []),
    ],
  }
  return { parameters: { robustness: settings }, result }
}

function thresholdOf(protocol: Examined['task']['protocol']): number | null {
  switch (protocol.task) {
    case 'binary':
    case 'scores':
      return protocol.threshold
    case 'multiclass':
      return 0.5
    case 'regression':
      return protocol.threshold ?? null
  }
}

/** The main figure of performance on random halves of the rows. */
function stabilityOf(said: Said, resamples: number, seed: number): RobustnessResult['stability'] {
  const random = seeded(seed)
  const n = sizeOf(said)
  const figure = figureOf(said)
  const values = Float64Array.from({ length: resamples }, () => {
    const half = shuffle(n, random.below).slice(0, Math.max(1, n >> 1))
    return figure.value(takeSaid(said, half))
  }).filter((value) => Number.isFinite(value))
  if (values.length === 0) values.fill(0)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  const { low, high } = percentileInterval(values) ?? { low: mean, high: mean }
  return { figure: figure.name, resamples: values.length, mean, std: Math.sqrt(variance), low, high }
}

function sizeOf(said: Said): number {
  return said.predicted.length
}

function figureOf(said: Said): { readonly name: string; value(some: Said): number } {
  switch (said.task) {
    case 'binary':
      return {
        name: 'roc_auc',
        value: (some) =>
          some.task === 'binary' ? (aucValue(scoreSteps(some.y, some.score)) ?? Number.NaN) : Number.NaN,
      }
    case 'scores':
      return { name: 'selection_rate', value: (some) => meanOf(some.predicted) }
    case 'multiclass':
      return {
        name: 'accuracy',
        value: (some) =>
          some.task === 'multiclass'
            ? meanOf(some.y.map((label, i) => (label === some.predicted[i] ? 1 : 0)))
            : Number.NaN,
      }
    case 'regression':
      return { name: 'mae', value: (some) => meanOf(lossesOf(some)?.losses ?? new Float64Array()) }
  }
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum / values.length
}
