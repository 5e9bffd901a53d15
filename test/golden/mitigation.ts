import { confusion } from '../../src/modules/evaluation/metrics/index.ts'
import {
  type Constraint,
  equalizeOdds,
  type Objective,
  optimizeThresholds,
  removeCorrelation,
  reweighing,
} from '../../src/modules/evaluation/metrics/mitigation/index.ts'
import type { Files, GoldenCase } from './cases.ts'
import { disagreements } from './compare.ts'
import { type Area, NotApplicable } from './outcome.ts'
import { columnsOf, scored } from './table.ts'

/** The privileged value stands in the id: `…:attribute=value`. */
function sides({ id, input }: GoldenCase, files: Files) {
  const [, attribute = '', value = ''] = /:([^=:]+)=(.*)$/.exec(id) ?? []
  const data = scored(files, input)
  return { ...data, isPrivileged: data.columns.text(attribute).map((text) => text === value) }
}

function weights(each: GoldenCase, files: Files): unknown {
  const { y, isPrivileged } = sides(each, files)
  const codes = Int32Array.from(isPrivileged, (privileged) => (privileged ? 1 : 0))
  const { cells } = reweighing(y, codes, ['unprivileged', 'privileged'])
  return Object.fromEntries(
    cells.map(({ group, label, weight }) => [
      `${group}_${label === 1 ? 'favorable' : 'unfavorable'}`,
      weight.state === 'ok' ? weight.value : 'NaN',
    ]),
  )
}

function odds(each: GoldenCase, files: Files): unknown {
  const { y, predicted, isPrivileged } = sides(each, files)
  const of = (side: boolean) =>
    confusion(
      y.filter((_, i) => isPrivileged[i] === side),
      predicted.filter((_, i) => isPrivileged[i] === side),
    )
  const found = equalizeOdds(of(true), of(false))
  return (
    found && {
      sp2p: found.privileged.keep,
      sn2p: found.privileged.add,
      op2p: found.unprivileged.keep,
      on2p: found.unprivileged.add,
    }
  )
}

/** Values with few rows together; a group of one class is left out, as the reference does. */
function groupsOf(each: GoldenCase, files: Files): Record<string, { y: Uint8Array; score: Float64Array }> {
  const { columns, y, score } = scored(files, each.input)
  const [name = ''] = each.input.sensitive as string[]
  const texts = columns.text(name)
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  const merged = texts.map((text) => ((counts.get(text) ?? 0) < 100 ? 'Other-small' : text))
  const groups = [...new Set(merged)].map((group) => {
    const rows = [...merged.keys()].filter((row) => merged[row] === group)
    return [
      group,
      { y: Uint8Array.from(rows, (row) => y[row] ?? 0), score: Float64Array.from(rows, (row) => score[row] ?? 0) },
    ] as const
  })
  return Object.fromEntries(groups.filter(([, rows]) => new Set(rows.y).size === 2))
}

const objectiveNames: Record<string, Objective> = {
  accuracy_score: 'accuracy',
  balanced_accuracy_score: 'balanced_accuracy',
  selection_rate: 'selection_rate',
  true_positive_rate: 'true_positive_rate',
  true_negative_rate: 'true_negative_rate',
}

const shown = (value: number) => (Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity')

function thresholds(each: GoldenCase, files: Files): unknown {
  const { constraints, objective, flip } = each.reference.parameters as Record<string, unknown>
  const known = objectiveNames[String(objective)]
  if (!known || flip)
    return new NotApplicable(`thresholds for ${String(objective)}${flip ? ' with flips' : ''} are not offered`)
  const plan = optimizeThresholds(groupsOf(each, files), constraints as Constraint, known)
  if (!plan) return new NotApplicable('a group of one class only')
  const rates = (rate: 'selection_rate' | 'tpr' | 'fpr') =>
    Object.fromEntries(Object.entries(plan.effects).map(([group, effect]) => [group, effect[rate]]))
  return {
    rules: Object.fromEntries(
      Object.entries(plan.rules).map(([group, rule]) => [
        group,
        {
          p_ignore: rule.p_ignore,
          prediction_constant: rule.constant,
          p0: rule.p0,
          operation0: { operator: '>', threshold: shown(rule.threshold0) },
          p1: rule.p1,
          operation1: { operator: '>', threshold: shown(rule.threshold1) },
        },
      ]),
    ),
    expected_selection_rate: rates('selection_rate'),
    expected_tpr: rates('tpr'),
    expected_fpr: rates('fpr'),
    expected_accuracy: plan.accuracy,
  }
}

function correlation(each: GoldenCase, files: Files): unknown {
  const { header } = files.table(each.input.file ?? '')
  const columns = columnsOf(files, each.input)
  const names = header.filter((name) => name !== 'row' && name !== 'index').slice(0, 3)
  const predictions = files.table((each.input.file ?? '').replace('features', 'predictions'))
  const place = predictions.header.indexOf('sex')
  const sex = Float64Array.from(
    columns.text('row').map((row) => (predictions.rows[Number(row)]?.[place] === 'male' ? 1 : 0)),
  )
  const result = removeCorrelation(names.map(columns.numbers), [sex], Number(each.reference.parameters.alpha))
  return {
    first_10_rows: Array.from({ length: 10 }, (_, row) => result.map((column) => column[row])),
    column_means: result.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length),
  }
}

/** Pre-processing and post-processing against unfair outcomes. */
export const mitigation: Area = {
  name: 'mitigation',
  compute(each, { files }) {
    switch (each.id.split(':')[0]) {
      case 'reweighing':
        return weights(each, files)
      case 'eq-odds-lp':
        return odds(each, files)
      case 'threshold-optimizer':
        return thresholds(each, files)
      case 'correlation-remover':
        return correlation(each, files)
      default:
        return new NotApplicable(`${each.reference.function} is not offered`)
    }
  },
  /** Other thresholds are as good when the rates that they lead to agree to a thousandth. */
  judge(each, actual) {
    const lines = disagreements(actual, each.expected, each.tolerance)
    if (lines.length === 0 || !each.id.startsWith('threshold-optimizer')) return lines
    const { rules: _, ...rates } = each.expected as Record<string, unknown>
    return disagreements(actual, rates, { rel: 0, abs: 1e-3 })
  },
}
