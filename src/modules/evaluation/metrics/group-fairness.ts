import { badRequest } from '../../../lib/errors.ts'
import { attributeFairness, groupFigures, type Rules } from './attribute-fairness.ts'
import { confusion } from './confusion.ts'
import type { AttributeFairness, FairnessInput, GroupFairness } from './fairness-types.ts'
import {
  type Attribute,
  countCells,
  encodeIntersection,
  intersectionLabels,
  marginal,
  marginalScores,
  mergeSorted,
  splitScores,
} from './groups.ts'
import { generalisedEntropy, theil } from './inequality.ts'
import { requireBinary, requireFinite, requireLength } from './input.ts'
import { mergeSteps } from './ranking.ts'

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
  const together = intersected(input) ? splitTogether(attributes, input) : undefined
  const splits = attributes.map((attribute, i) => {
    if (!together) return { attribute, ...splitTogether([attribute], input) }
    const { cells, parts } = together
    return { attribute, cells: marginal(cells, attributes, i), parts: parts && marginalScores(parts, attributes, i) }
  })
  const byAttribute = splits.map(({ attribute: { name, labels }, cells, parts }): [string, AttributeFairness] => [
    name,
    attributeFairness(labels, cells, parts, rules, references[name]),
  ])
  const overall = confusion(y, predicted)
  const all = splits[0]?.parts
  const ofClass = (k: number) => mergeSorted((all ?? []).filter((_, part) => (part & 1) === k))
  return {
    n: y.length,
    counts: overall,
    rates: groupFigures(overall, score && mergeSteps(ofClass(1), ofClass(0)), rules.emptyRate),
    inequality: { theil: theil(overall), generalised_entropy_2: generalisedEntropy(overall, 2) },
    attributes: Object.fromEntries(byAttribute),
    intersection: together ? intersection(input, together, rules) : null,
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

type Split = { readonly cells: Float64Array; readonly parts: Float64Array[] | undefined }

/** Counts, and the sorted scores if there are any, by the intersection of the attributes. */
function splitTogether(attributes: readonly Attribute[], { y, predicted, score }: FairnessInput): Split {
  const { codes, size } = encodeIntersection(attributes, y.length)
  const cells = countCells(codes, size, y, predicted)
  return { cells, parts: score && splitScores(codes, cells, y, score) }
}

const intersected = ({ intersections, attributes }: FairnessInput) => intersections && attributes.length > 1
const joinedName = (attributes: readonly Attribute[]) => attributes.map(({ name }) => name).join('|')

function intersection({ attributes, options }: FairnessInput, { cells, parts }: Split, rules: Rules) {
  const name = joinedName(attributes)
  const reference = options?.references?.[name]
  return { name, ...attributeFairness(intersectionLabels(attributes), cells, parts, rules, reference) }
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
