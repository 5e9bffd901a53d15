import { badRequest } from '../../../../lib/errors.ts'
import { type Frame, partialDependence, permutationImportance, takeRows } from '../../metrics/explanation/index.ts'
import { aucValue, scoreSteps } from '../../metrics/ranking.ts'
import { ExplanationSettings } from '../../protocol-schema.ts'
import type { ExplanationResult } from '../../schema.ts'
import { attribute } from '../attribution.ts'
import { correlatedColumns } from '../correlated.ts'
import { logLossOf, type Said } from '../said.ts'
import { sampleRows, takeSaid } from '../sample.ts'
import { keptDecisions } from './decisions.ts'
import { type Examined, frameOf, type Measured } from './examined.ts'

/** Rows that are scored for importance, and for Shapley values: some seconds of an ordinary model each. */
const importanceBudget = 10_000_000
const shapleyBudget = 2_000_000
/** Values that go through the model for importance. */
const valuesBudget = 2_000_000_000
const fewestRows = 50
const mostFeatures = 2000
const dependenceRows = 300
const resolution = 20

/** What the model goes by: importance, Shapley values, and how predictions follow the features that matter most. */
export async function measureExplanation(examined: Examined): Promise<Measured> {
  const { task, rows, asked, report } = examined
  const { protocol } = task
  if (!asked) {
    throw badRequest('a table of predictions cannot be asked what it goes by: an explanation needs the model itself')
  }
  if (rows.said.task === 'scores') throw badRequest('importance needs labels, and the protocol is for scores without')
  const { scorer, model } = asked
  const settings = ExplanationSettings.parse(protocol.explanation ?? {})
  const names = scorer.columns.map(({ column }) => column)
  if (names.length > mostFeatures) {
    throw badRequest(`the model takes ${names.length} columns, and at most ${mostFeatures} can be explained one by one`)
  }
  const { seed } = protocol
  const scored = settings.repeats * names.length
  const affordable = Math.floor(
    Math.min((importanceBudget * asked.effort) / scored, valuesBudget / (scored * names.length)),
  )
  const chosen = sampleRows(rows.n, Math.max(fewestRows, Math.min(settings.rows, affordable)), seed)
  const [frame, said] = [takeRows(frameOf(rows, names), chosen), takeSaid(rows.said, chosen)]

  const { name, score } = scoreOf(said)
  const measured = await permutationImportance(
    frame,
    async (some, which) =>
      said.task === 'multiclass'
        ? (await scorer.losses(some, takeSaid(said, which))).map((loss) => -loss)
        : scorer.predict(some),
    score,
    { repeats: settings.repeats, seed, report: (share) => report(share * 0.5) },
  )
  const features = [...measured.features].sort((a, b) => b.mean - a.mean || (a.feature < b.feature ? -1 : 1))

  const background = takeRows(frame, sampleRows(frame.rows, settings.background, seed + 1))
  const explained = takeRows(frame, sampleRows(frame.rows, settings.explained, seed + 2))
  const given = await attribute(explained, background, {
    model,
    path: asked.path,
    said: rows.said,
    predict: scorer.predict,
    seed,
    budget: shapleyBudget * asked.effort,
    report: (share) => report(0.5 + share * 0.3),
  })
  const mean = (of: readonly Float64Array[], i: number) =>
    of.reduce((sum, values) => sum + Math.abs(values[i] ?? 0), 0) / of.length
  const correlated = correlatedColumns(frame)
  const dependence = await dependences(
    frame,
    features.slice(0, settings.dependence).map(({ feature }) => feature),
  )

  async function dependences(of: Frame, wanted: readonly string[]): Promise<ExplanationResult['dependence']> {
    const few = takeRows(of, sampleRows(of.rows, dependenceRows, seed + 3))
    const curves: ExplanationResult['dependence'] = []
    for (const [i, feature] of wanted.entries()) {
      const place = few.columns.findIndex((column) => column.name === feature)
      if (few.columns[place]?.values.every((value) => value === null || Number.isNaN(value))) continue
      const curve = await partialDependence(few, place, scorer.predict, { resolution, curves: settings.curves })
      curves.push({
        feature,
        grid: [...curve.grid],
        average: [...curve.average],
        ice: curve.ice.map((each) => [...each]),
      })
      report(0.85 + (0.15 * (i + 1)) / wanted.length)
    }
    return curves
  }

  const { holds } = given
  const kept = await keptDecisions({ ...examined, report: () => {} }, settings)
  const result: ExplanationResult = {
    n: rows.n,
    explains: scorer.explains,
    importance: {
      rows: frame.rows,
      repeats: settings.repeats,
      score: name,
      baseline: measured.baseline,
      features: features.map((each) => ({ ...each, drops: [...each.drops] })),
    },
    shapley: {
      method: given.method,
      scale: given.scale,
      rows: given.rows,
      background: background.rows,
      base: given.base,
      features: names
        .map((feature, i) => ({ feature, mean_absolute: mean(given.values, i), error: mean(given.errors, i) }))
        .sort((a, b) => b.mean_absolute - a.mean_absolute || (a.feature < b.feature ? -1 : 1)),
      additivity: { largest: given.additivity, holds },
    },
    dependence,
    correlated,
    ...(kept ? { decisions: kept.summary } : {}),
    warnings: [
      ...correlated.map(
        ({ columns: [first, second], rho }) =>
          `${first} and ${second} move together (rank correlation ${rho.toFixed(2)}): they share their importance, and curves of one leave the data`,
      ),
      ...(holds ? [] : ['the Shapley values do not add up to the prediction: do not rest anything on them']),
    ],
  }
  const { decisions: _, ...ofAll } = settings
  return {
    parameters: { explanation: kept ? settings : ofAll },
    result,
    ...(kept ? { decisions: kept.decisions } : {}),
  }
}

/** Larger is better. Of several classes the given numbers are log likelihoods of the true one. */
function scoreOf(said: Said): { readonly name: string; readonly score: (predicted: Float64Array) => number } {
  switch (said.task) {
    case 'binary':
      return { name: 'roc_auc', score: (predicted) => aucOrLikelihood(said.y, predicted) }
    case 'regression': {
      const mean = said.y.reduce((sum, value) => sum + value, 0) / said.y.length
      const total = said.y.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      return total > 0
        ? { name: 'r2', score: (predicted) => 1 - squares(said.y, predicted) / total }
        : { name: 'negative_mse', score: (predicted) => -squares(said.y, predicted) / said.y.length }
    }
    case 'multiclass':
    case 'scores':
      return {
        name: 'log_likelihood',
        score: (likelihoods) => likelihoods.reduce((sum, value) => sum + value, 0) / likelihoods.length,
      }
  }
}

const squares = (y: Float64Array, predicted: Float64Array) =>
  y.reduce((sum, value, i) => sum + (value - (predicted[i] ?? 0)) ** 2, 0)

/** A sample with one class only has no AUC. */
function aucOrLikelihood(y: Uint8Array, predicted: Float64Array): number {
  const area = aucValue(scoreSteps(y, predicted))
  if (area !== undefined) return area
  return (
    -y.reduce((sum, label, i) => sum + logLossOf(label === 1 ? (predicted[i] ?? 0) : 1 - (predicted[i] ?? 0)), 0) /
    y.length
  )
}
