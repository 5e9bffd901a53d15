import { badRequest } from '../../../lib/errors.ts'
import { attributeFairness, groupFigures, type Rules } from './attribute-fairness.ts'
import { confusion } from './confusion.ts'
import type { AttributeFairness, FairnessInput, GroupFairness } from './fairness-types.ts'
import { type Attribute, countCells, encodeIntersection, intersectionLabels, marginal, splitScores } from './groups.ts'
import { generalisedEntropy, theil } from './inequality.ts'
import { requireBinary, requireFinite, requireLength } from './input.ts'
import { scoreSteps } from './ranking.ts'

/**
 * Group fairness of binary predictions, by attribute and (with two or more) by intersection. One pass counts the cells of
 * the intersection; the counts of each attribute are sums of these. The result is plain JSON without NaN or infinity, and
 * the same input and seed give the same bytes, whatever the order of the rows.
 *
 * Throws bad_request on lengths that differ, values other than 0 and 1, scores that are not finite, codes without a
 * label, repeated attribute names, no attribute at all, labels that repeat, and a reference that is no label.
 */
export function groupFairness(input: FairnessInput): GroupFairness {
  const { y, predicted, score, attributes } = input
  check(input)
  const rules = rulesOf(input)
  const references = input.options?.references ?? {}
  const together = intersected(input) ? countTogether(attributes, input) : undefined
  const byAttribute: [string, AttributeFairness][] = attributes.map((attribute, i) => {
    const own = together ? marginal(together.cells, attributes, i) : countTogether([attribute], input).cells
    const scores = score && splitScores(attribute.codes, own, y, score)
    return [attribute.name, attributeFairness(attribute.labels, own, scores, rules, references[attribute.name])]
  })
  const overall = confusion(y, predicted)
  return {
    n: y.length,
    counts: overall,
    rates: groupFigures(overall, score && scoreSteps(y, score), rules.emptyRate),
    inequality: { theil: theil(overall), generalised_entropy_2: generalisedEntropy(overall, 2) },
    attributes: Object.fromEntries(byAttribute),
    intersection: together ? intersection(input, together.codes, together.cells, rules) : null,
    parameters: {
      seed: rules.seed,
      rounds: rules.rounds,
      suppress_below: rules.suppressBelow,
      flag_below: rules.flagBelow,
      empty_rate: rules.emptyRate,
      adjustment: rules.adjustment,
      confidence: 0.95,
    },
  }
}

function countTogether(attributes: readonly Attribute[], { y, predicted }: FairnessInput) {
  const { codes, size } = encodeIntersection(attributes, y.length)
  return { codes, cells: countCells(codes, size, y, predicted) }
}

const intersected = ({ intersections, attributes }: FairnessInput) => intersections && attributes.length > 1
const joinedName = (attributes: readonly Attribute[]) => attributes.map(({ name }) => name).join('|')

function intersection(input: FairnessInput, codes: Int32Array, cells: Float64Array, rules: Rules) {
  const { attributes, score, y } = input
  const name = joinedName(attributes)
  const scores = score && splitScores(codes, cells, y, score)
  const reference = input.options?.references?.[name]
  return { name, ...attributeFairness(intersectionLabels(attributes), cells, scores, rules, reference) }
}

function rulesOf({ seed, rounds, options = {} }: FairnessInput): Rules {
  return {
    seed,
    rounds,
    suppressBelow: options.suppressBelow ?? 10,
    flagBelow: options.flagBelow ?? 30,
    emptyRate: options.emptyRate ?? 'undefined',
    adjustment: options.adjustment ?? 'holm',
  }
}

function check({ y, predicted, score, attributes, intersections, options }: FairnessInput): void {
  requireLength('predicted', predicted.length, y.length)
  requireBinary('y', y)
  requireBinary('predicted', predicted)
  if (score) {
    requireLength('score', score.length, y.length)
    requireFinite('score', score)
  }
  if (attributes.length === 0) throw badRequest('group fairness needs at least one attribute')
  const names = new Set(attributes.map(({ name }) => name))
  if (names.size < attributes.length) throw badRequest('an attribute is named twice')
  for (const { name, labels } of attributes) requireDistinct(name, labels)
  if (intersections && attributes.length > 1) requireDistinct(joinedName(attributes), intersectionLabels(attributes))
  for (const [name, label] of Object.entries(options?.references ?? {})) {
    const labels =
      name === joinedName(attributes)
        ? intersectionLabels(attributes)
        : attributes.find((attribute) => attribute.name === name)?.labels
    if (!labels?.includes(label)) throw badRequest(`${label} is no group of ${name}`)
  }
}

function requireDistinct(name: string, labels: readonly string[]): void {
  if (new Set(labels).size < labels.length) throw badRequest(`two groups of ${name} have the same label`)
}
