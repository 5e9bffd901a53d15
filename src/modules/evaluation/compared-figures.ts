import type { JsonObject } from '../../lib/json.ts'
import { Figure } from './figure-schema.ts'
import type { EvidenceKind } from './schema.ts'

export type NamedFigure = { readonly figure: string; readonly value: Figure }

const comparedRates = ['selection_rate', 'tpr', 'fpr', 'ppv', 'accuracy'] as const
const groupRates = ['selection_rate', 'tpr', 'fpr'] as const

/** The figures of a result that another version of the same model has too. */
export function figuresOf(kind: EvidenceKind, result: JsonObject): NamedFigure[] {
  switch (kind) {
    case 'performance':
      return [...ownFigures(result), ...listed(result.classes, 'classes', ['label'], ['precision', 'recall', 'f1'])]
    case 'fairness':
      return fairnessFigures(result)
    case 'robustness':
      return [
        ...stability(result.stability),
        ...listed(result.disturbances, 'disturbances', ['column', 'disturbance'], ['flipped']),
        ...listed(result.rules, 'rules', ['sentence'], ['violated']),
      ]
    case 'privacy':
      return ['auc', 'advantage', 'tpr_at_1_percent'].flatMap((name) =>
        named(`membership.${name}`, at(result.membership, name)),
      )
    case 'mitigation':
    case 'slices':
    case 'explanation':
      return []
  }
}

const ownFigures = ({ figures }: JsonObject) =>
  entries(figures).flatMap(([name, value]) => named(`figures.${part(name)}`, value))

function fairnessFigures({ attributes, intersection, individual }: JsonObject): NamedFigure[] {
  const own = entries(attributes).map(([name, held]) => ({ path: `attributes.${part(name)}`, held }))
  const all = isRecord(intersection) ? [...own, { path: 'intersection', held: intersection }] : own
  return [
    ...all.flatMap(({ path, held }) => disparities(path, at(held, 'disparities'))),
    ...all.flatMap(({ path, held }) =>
      records(at(held, 'groups')).flatMap((group) =>
        groupRates.flatMap((rate) =>
          named(`${path}.groups.${part(String(group.group))}.rates.${rate}`, at(group.rates, rate)),
        ),
      ),
    ),
    ...named('individual.consistency', at(individual, 'consistency')),
  ]
}

/** Where a gap rests on small groups, the one over groups that are large enough stands for it. */
function disparities(path: string, held: unknown): NamedFigure[] {
  return [...comparedRates, 'equalized_odds'].flatMap((rate) => {
    const disparity = at(held, rate)
    const gap = at(disparity, 'rests_on_small') === true ? at(disparity, 'established') : disparity
    return ['ratio', 'difference'].flatMap((name) => named(`${path}.disparities.${rate}.${name}`, at(gap, name)))
  })
}

function stability(held: unknown): NamedFigure[] {
  const [value, low, high] = ['mean', 'low', 'high'].map((name) => at(held, name))
  if (typeof value !== 'number' || typeof low !== 'number' || typeof high !== 'number') return []
  return [{ figure: 'stability.mean', value: { state: 'ok', value, low, high } }]
}

/** Figures of the entries of a list, each named by some of its fields. */
function listed(list: unknown, path: string, keys: readonly string[], names: readonly string[]): NamedFigure[] {
  return records(list).flatMap((entry) => {
    const key = keys.map((name) => String(entry[name])).join(' ')
    return names.flatMap((name) => named(`${path}.${part(key)}.${name}`, entry[name]))
  })
}

function named(figure: string, held: unknown): NamedFigure[] {
  const { data } = Figure.safeParse(held)
  return data ? [{ figure, value: data }] : []
}

const part = (name: string) => (/[.[\] ]/.test(name) ? `[${name.replaceAll(']', '')}]` : name)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const entries = (value: unknown) => (isRecord(value) ? Object.entries(value) : [])
const records = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : [])
const at = (value: unknown, name: string) => (isRecord(value) ? value[name] : undefined)
