import { badRequest } from '../../../../lib/errors.ts'
import { biasAmplification, differentialFairness } from '../../metrics/differential.ts'
import { type Attribute, type AttributeFairness, groupFairness, none, ok } from '../../metrics/index.ts'
import { thresholdEffects } from '../../metrics/threshold-effects.ts'
import type { Differential, Protocol } from '../../schema.ts'
import { likeness } from '../likeness.ts'
import type { Said } from '../said.ts'
import type { Examined, Measured } from './examined.ts'

/** Labels and decisions as two classes, which is what groups are compared by. */
export type Decisions = {
  readonly y: Uint8Array
  readonly predicted: Uint8Array
  readonly score: Float64Array | undefined
  readonly labelled: boolean
}

export function measureFairness({ task: { protocol }, rows }: Examined): Measured {
  const attributes = rows.groups.map((group) => group.attribute())
  const { intersections, seed, bootstrap: rounds } = protocol
  const { labelled, y, predicted, score } = decisionsOf(protocol, rows.said)
  const parameters = { protected: protocol.protected, intersections }
  const individual = likeness(rows, predicted, protocol)
  if (!labelled) return { parameters, result: { ...selectionOnly(predicted, attributes, protocol), individual } }
  const given = score ? { score } : {}
  const measured = groupFairness({ y, predicted, ...given, attributes, intersections, seed, rounds })
  const threshold = score && thresholdOf(protocol)
  const { suppress_below: suppressBelow, flag_below: flagBelow } = measured.parameters
  const moved = (attribute: Attribute) =>
    score && threshold !== undefined
      ? thresholdEffects({ y, score, threshold, suppressBelow, flagBelow }, attribute)
      : null
  return {
    parameters,
    result: {
      ...measured,
      attributes: Object.fromEntries(
        attributes.map((attribute) => [
          attribute.name,
          { ...withDifferential(measured.attributes[attribute.name]), thresholds: moved(attribute) },
        ]),
      ),
      intersection: measured.intersection && withDifferential(measured.intersection),
      individual,
    },
  }
}

/** From where on a score is favourable; several classes are decided by the highest, and not by a cut. */
function thresholdOf(protocol: Protocol): number | undefined {
  return protocol.task === 'binary' || protocol.task === 'regression' ? protocol.threshold : undefined
}

/** Over the groups that are not withheld. */
function withDifferential<T extends AttributeFairness>(own: T | undefined) {
  const shown = own?.groups.filter(({ state }) => state !== 'suppressed') ?? []
  const decisions = shown.map(({ n, selected }) => ({ favourable: selected ?? 0, n }))
  const labels = shown.map(({ n, n_pos }) => ({ favourable: n_pos ?? 0, n }))
  const figure = (value: () => number) =>
    shown.length < 2 ? none('fewer than two groups are large enough to be shown') : ok(value())
  const differential: Differential = {
    decisions: figure(() => differentialFairness(decisions)),
    labels: figure(() => differentialFairness(labels)),
    amplification: figure(() => biasAmplification(decisions, labels)),
  }
  return { ...own, differential }
}

export function decisionsOf(protocol: Protocol, said: Said): Decisions {
  switch (said.task) {
    case 'binary':
      return { y: said.y, predicted: said.predicted, score: said.scored ? said.score : undefined, labelled: true }
    case 'scores':
      return { y: said.predicted, predicted: said.predicted, score: undefined, labelled: false }
    case 'multiclass': {
      const positive = protocol.task === 'multiclass' ? protocol.positive : undefined
      if (positive === undefined) {
        throw badRequest('the protocol names no favourable class (positive), so groups cannot be compared')
      }
      const own = said.labels.indexOf(String(positive))
      if (own < 0) throw badRequest(`the favourable class "${positive}" is neither in the data nor in the model`)
      const is = (codes: Int32Array) => Uint8Array.from(codes, (code) => (code === own ? 1 : 0))
      return { y: is(said.y), predicted: is(said.predicted), score: said.scores?.[own], labelled: true }
    }
    case 'regression': {
      const threshold = protocol.task === 'regression' ? protocol.threshold : undefined
      if (threshold === undefined) {
        throw badRequest(
          'the protocol says no threshold from which on a number is favourable, so groups cannot be compared',
        )
      }
      const reaches = (values: Float64Array) => Uint8Array.from(values, (value) => (value >= threshold ? 1 : 0))
      return { y: reaches(said.y), predicted: reaches(said.predicted), score: said.predicted, labelled: true }
    }
  }
}

/** Without labels only selection rates mean something; they do not depend on what stands in for the label. */
function selectionOnly(predicted: Uint8Array, attributes: readonly Attribute[], protocol: Protocol): object {
  const { intersections, seed, bootstrap: rounds } = protocol
  const whole = groupFairness({ y: predicted, predicted, attributes, intersections, seed, rounds })
  const narrowed = ({ groups, empty, empty_count, disparities, impact }: AttributeFairness) => ({
    groups: groups.map(({ group, n, share, selected, state, rates }) => ({
      group,
      n,
      share,
      selected,
      state,
      rates: { selection_rate: rates.selection_rate },
    })),
    empty,
    empty_count,
    disparities: { selection_rate: disparities.selection_rate },
    impact,
  })
  return {
    task: 'scores',
    n: whole.n,
    rates: { selection_rate: whole.rates.selection_rate },
    attributes: Object.fromEntries(Object.entries(whole.attributes).map(([name, own]) => [name, narrowed(own)])),
    intersection: whole.intersection && { name: whole.intersection.name, ...narrowed(whole.intersection) },
    parameters: whole.parameters,
  }
}
