import {
  type Evidence,
  ExplanationResult,
  MitigationResult,
  MulticlassResult,
  PrivacyResult,
  RegressionResult,
  RobustnessResult,
  SlicesResult,
} from '../../../src/modules/evaluation/schema.ts'
import { counted, figureText, signed } from '../../ui/Voice.tsx'
import { figureBrief, groupLabel } from './fairness-rows.ts'
import { attributesOf, disparityOf, Fairness, Performance } from './results.ts'

/** What each kind of evidence asks. */
export const kindTitles: Record<Evidence['kind'], string> = {
  performance: 'How well it separates and predicts',
  fairness: 'Who is treated differently, and how sure that is',
  mitigation: 'What could be done about differences',
  slices: 'Where it does worst',
  explanation: 'What it goes by',
  robustness: 'How it holds up',
  privacy: 'What it gives away',
}

/** The one sentence of a result; a result of another shape says only how many rows it rests on. */
export function findingOf(item: Evidence): string {
  return sentences[item.kind](item.result) ?? plain(item.result)
}

const sentences: Record<Evidence['kind'], (result: Evidence['result']) => string | undefined> = {
  performance: performanceFinding,
  fairness: fairnessFinding,
  mitigation: mitigationFinding,
  slices: slicesFinding,
  explanation: explanationFinding,
  robustness: robustnessFinding,
  privacy: privacyFinding,
}

function plain({ n }: Evidence['result']): string {
  return typeof n === 'number'
    ? `Measured on ${counted(n, 'row')}.`
    : 'Measured, in a form that this page does not know.'
}

function performanceFinding(result: unknown): string | undefined {
  const several = MulticlassResult.safeParse(result).data
  if (several) {
    const { accuracy, f1_macro } = several.figures
    const f1 = f1_macro ? `, macro F1 ${figureBrief(f1_macro, 3)}` : ''
    return `Accuracy ${figureBrief(accuracy, 3)}${f1}, over ${counted(several.labels.length, 'class', 'classes')}.`
  }
  const number = RegressionResult.safeParse(result).data
  if (number) {
    const { rmse, r2 } = number.figures
    return `Root mean square error ${figureBrief(rmse)}; explained share of the variance ${figureBrief(r2, 3)}.`
  }
  const two = Performance.safeParse(result).data
  if (!two) return undefined
  const { roc_auc, accuracy } = two.figures
  const cut = two.threshold === undefined ? '' : `, decided at ${figureText(two.threshold, 2)}`
  const ranking = roc_auc?.state === 'ok' ? `ROC AUC ${figureBrief(roc_auc, 3)}; accuracy` : 'Accuracy'
  return `${ranking} ${figureBrief(accuracy, 3)}${cut}.`
}

/** The lowest selection ratio of any attribute, over groups large enough to say it of. */
function fairnessFinding(result: unknown): string | undefined {
  const fairness = Fairness.safeParse(result).data
  if (!fairness) return undefined
  const ratios = attributesOf(fairness)
    .filter(({ key }) => key !== 'intersection')
    .flatMap(({ name, fairness: own }) => {
      const disparity = disparityOf(own, 'selection_rate')
      const gap = disparity?.rests_on_small ? disparity.established : disparity
      return gap?.ratio.state === 'ok' && gap.lowest && gap.highest
        ? [{ name, lowest: gap.lowest, highest: gap.highest, ratio: gap.ratio }]
        : []
    })
    .toSorted((a, b) => a.ratio.value - b.ratio.value)
  const worst = ratios[0]
  if (!worst) return 'No two groups are large enough to compare.'
  const { name, lowest, highest, ratio } = worst
  return `Widest by ${name}: ${groupLabel(lowest)} are selected ${figureBrief(ratio)} times as often as ${groupLabel(highest)}.`
}

function mitigationFinding(result: unknown): string | undefined {
  const mitigation = MitigationResult.safeParse(result).data
  if (!mitigation) return undefined
  const parts = Object.entries(mitigation.attributes).flatMap(([name, { plans, now }]) => {
    const best = plans
      .filter(({ objective }) => objective === 'accuracy')
      .toSorted((a, b) => b.accuracy - a.accuracy)[0]
    return best
      ? [
          `by ${name}, ${constraintWords(best.constraint)} would change accuracy by ${signed(best.accuracy - now.accuracy)}`,
        ]
      : []
  })
  return parts.length === 0
    ? 'Weights for training again; no thresholds, because no two groups are large enough or there are no scores.'
    : `With a threshold for each group, ${parts.join('; ')}.`
}

export function constraintWords(constraint: string): string {
  const words: Record<string, string> = {
    demographic_parity: 'equal selection rates',
    true_positive_rate_parity: 'equal true positive rates',
    false_positive_rate_parity: 'equal false positive rates',
    true_negative_rate_parity: 'equal true negative rates',
    false_negative_rate_parity: 'equal false negative rates',
    equalized_odds: 'equal true and false positive rates',
  }
  return words[constraint] ?? constraint.replaceAll('_', ' ')
}

function slicesFinding(result: unknown): string | undefined {
  const found = SlicesResult.safeParse(result).data
  if (!found) return undefined
  const worst = found.slices[0]
  const worse = found.regressions?.changes.filter(({ change, p }) => change > 0 && p < 0.05).length ?? 0
  const against = found.regressions
    ? ` ${worse === 0 ? 'No slice got' : `${counted(worse, 'slice')} got`} worse than in version ${found.regressions.version}.`
    : ''
  if (!worst)
    return `No slice of ${counted(found.looked_at, 'slice')} looked at does worse than chance explains.${against}`
  const where = worst.conditions.map(({ column, label }) => `${column} ${label}`).join(' and ')
  return `Worst where ${where}: loss ${figureText(worst.mean_loss)} on ${counted(worst.n, 'row')}, against ${figureText(worst.other_loss)} elsewhere.${against}`
}

function explanationFinding(result: unknown): string | undefined {
  const found = ExplanationResult.safeParse(result).data
  const [first, ...others] = found?.shapley.features ?? []
  if (!found || !first) return undefined
  const next = others.slice(0, 2).map(({ feature }) => feature)
  const then = next.length === 0 ? '' : `, then by ${next.join(' and ')}`
  return `It goes by ${first.feature} most${then}: Shapley values over ${counted(found.shapley.rows, 'row')}.`
}

function robustnessFinding(result: unknown): string | undefined {
  const found = RobustnessResult.safeParse(result).data
  if (!found) return undefined
  const broken = found.rules.filter(({ violated }) => violated.state === 'ok' && violated.value > 0).length
  const rules =
    found.rules.length === 0 ? '' : ` ${broken} of ${counted(found.rules.length, 'rule')} broken by some row.`
  const worst = found.disturbances
    .flatMap(({ column, disturbance, flipped }) => (flipped.state === 'ok' ? [{ column, disturbance, flipped }] : []))
    .toSorted((a, b) => b.flipped.value - a.flipped.value)[0]
  if (!worst) return `Disturbed ${counted(found.disturbances.length, 'way')} on ${counted(found.rows, 'row')}.${rules}`
  return `${disturbanceWords[worst.disturbance]} in ${worst.column} turns the decision of a share of ${figureBrief(worst.flipped)} of rows, the most of ${counted(found.disturbances.length, 'disturbance')}.${rules}`
}

const disturbanceWords: Record<RobustnessResult['disturbances'][number]['disturbance'], string> = {
  noise: 'Noise',
  missing: 'A missing value',
  out_of_range: 'A value out of range',
  swapped: "Another row's value",
}

function privacyFinding(result: unknown): string | undefined {
  const found = PrivacyResult.safeParse(result).data
  if (!found) return undefined
  const leaks =
    found.leaks.length === 0
      ? 'No column gives away the label or a name'
      : `${counted(found.leaks.length, 'column')} may give away the label or a name`
  const membership = found.membership
    ? `; an attacker's advantage in telling training rows is ${figureBrief(found.membership.advantage)}`
    : ''
  return `${leaks}${membership}.`
}
