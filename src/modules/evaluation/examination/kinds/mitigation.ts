import { badRequest } from '../../../../lib/errors.ts'
import type { Attribute } from '../../metrics/index.ts'
import {
  constraints,
  type objectives,
  optimizeThresholds,
  reweighing,
  type ThresholdPlan,
} from '../../metrics/mitigation/index.ts'
import type { MitigationResult } from '../../schema.ts'
import type { Examined, Measured } from './examined.ts'
import { type Decisions, decisionsOf } from './fairness.ts'

/** Smaller groups get no threshold of their own: it would follow chance. */
const fewest = 30

/** What could be done about differences between groups: weights for training again, and thresholds by group. */
export function measureMitigation({ task: { protocol }, rows, report }: Examined): Measured {
  const decisions = decisionsOf(protocol, rows.said)
  if (!decisions.labelled)
    throw badRequest('weights and thresholds need labels, and the protocol is for scores without')
  const attributes = rows.groups.map((group) => group.attribute())
  const result: MitigationResult = {
    n: rows.n,
    attributes: Object.fromEntries(
      attributes.map((attribute, i) => {
        const found = mitigated(attribute, decisions)
        report((i + 1) / attributes.length)
        return [attribute.name, found]
      }),
    ),
  }
  return { parameters: { protected: protocol.protected, fewest, constraints, objectives: planned }, result }
}

const planned = ['accuracy', 'balanced_accuracy'] as const satisfies readonly (typeof objectives)[number][]

function mitigated(
  { codes, labels }: Attribute,
  { y, predicted, score }: Decisions,
): MitigationResult['attributes'][string] {
  const { cells } = reweighing(y, Int32Array.from(codes), labels)
  const groups = labels.map((label, code) => ({ label, ...rowsOf(code, codes, y, score ?? new Float64Array()) }))
  const usable = groups.filter(({ y: own }) => own.length >= fewest && own.includes(0) && own.includes(1))
  const named = Object.fromEntries(usable.map(({ label, y: own, score: scores }) => [label, { y: own, score: scores }]))
  const plans = score
    ? constraints.flatMap((constraint) =>
        planned.flatMap((objective) => {
          const plan = optimizeThresholds(named, constraint, objective)
          return plan ? [written(plan)] : []
        }),
      )
    : []
  return {
    reweighing: cells.map((cell) => ({ ...cell })),
    now: { accuracy: agreement(y, predicted), groups: effectsNow(codes, labels, y, predicted) },
    plans,
    left_out: groups.filter((group) => !usable.includes(group)).map(({ label }) => label),
  }
}

function rowsOf(code: number, codes: ArrayLike<number>, y: Uint8Array, score: Float64Array) {
  const own = y.keys().filter((row) => codes[row] === code)
  const rows = Uint32Array.from(own)
  return { y: Uint8Array.from(rows, (row) => y[row] ?? 0), score: Float64Array.from(rows, (row) => score[row] ?? 0) }
}

const agreement = (y: Uint8Array, predicted: Uint8Array) =>
  y.reduce((right, label, i) => right + (label === predicted[i] ? 1 : 0), 0) / y.length

function effectsNow(codes: ArrayLike<number>, labels: readonly string[], y: Uint8Array, predicted: Uint8Array) {
  const counts = labels.map(() => ({ n: 0, positives: 0, tp: 0, fp: 0, right: 0 }))
  for (const [row, label] of y.entries()) {
    const own = counts[codes[row] ?? -1]
    if (!own) continue
    const selected = predicted[row] ?? 0
    own.n++
    own.positives += label
    own.tp += label & selected
    own.fp += (1 - label) & selected
    own.right += label === selected ? 1 : 0
  }
  const share = (part: number, of: number) => (of === 0 ? 0 : part / of)
  return Object.fromEntries(
    counts.flatMap(({ n, positives, tp, fp, right }, code) =>
      n < fewest
        ? []
        : [
            [
              labels[code] ?? '',
              {
                selection_rate: share(tp + fp, n),
                tpr: share(tp, positives),
                fpr: share(fp, n - positives),
                accuracy: share(right, n),
              },
            ],
          ],
    ),
  )
}

function written({ rules, effects, ...plan }: ThresholdPlan): MitigationResult['attributes'][string]['plans'][number] {
  return {
    ...plan,
    rules: Object.fromEntries(
      Object.entries(rules).map(([group, rule]) => [
        group,
        { ...rule, threshold0: cut(rule.threshold0), threshold1: cut(rule.threshold1) },
      ]),
    ),
    effects: { ...effects },
  }
}

const cut = (threshold: number) =>
  Number.isFinite(threshold) ? threshold : threshold > 0 ? ('nobody' as const) : ('everybody' as const)
