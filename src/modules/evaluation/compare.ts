import { parsePath } from '../../lib/figures.ts'
import { betterWay } from './better.ts'
import type { ComparedFigure, ComparedKind, VersionComparison } from './compare-schema.ts'
import { figuresOf } from './compared-figures.ts'
import { type Evidence, EvidenceKind, type Figure, LimitOutcome, SlicesResult } from './schema.ts'

export type Side = { readonly version: number; readonly evidence: readonly Evidence[] }

/**
 * What two versions of a model have in common, figure by figure, b against a. Where evidence of b was computed on the rows of
 * a (slices), differences are paired. Everything else is judged from the two intervals as if the rows were others (MOVER, Zou
 * and Donner 2008; Newcombe's interval for rates): where the rows are the same, that is on the safe side.
 */
export function compareVersions(model: string, a: Side, b: Side): VersionComparison {
  const kinds: ComparedKind[] = []
  const figures: ComparedFigure[] = []
  for (const kind of EvidenceKind.options) {
    const pair = pairOf(kind, a.evidence, b.evidence)
    if (!pair) continue
    const { left, right } = pair
    kinds.push({
      kind,
      a: left?.id ?? null,
      b: right?.id ?? null,
      differs: left && right ? differences(left, right) : [],
    })
    if (left && right) figures.push(...compareEvidence(left, right))
    if (right) figures.push(...pairedSlices(right, a.version))
  }
  return { model, a: a.version, b: b.version, kinds, figures: figures.sort(byWeight) }
}

/** The newest of b, with the newest of a on the same ground, or else with the newest of a. */
function pairOf(kind: EvidenceKind, a: readonly Evidence[], b: readonly Evidence[]) {
  const lefts = a.filter((one) => one.kind === kind)
  const right = b.find((one) => one.kind === kind)
  const left = lefts.find((one) => right && differences(one, right).length === 0) ?? lefts[0]
  return left || right ? { left, right } : undefined
}

function differences(left: Evidence, right: Evidence): ComparedKind['differs'] {
  const said = ({ method, inputs }: Evidence) => ({
    method: `${method.name} ${method.version}`,
    settings: JSON.stringify(method.parameters),
    dataset: digestsOf(inputs, ['dataset', 'predictions']),
    protocol: digestsOf(inputs, ['protocol']),
  })
  const [one, other] = [said(left), said(right)]
  return (['method', 'settings', 'dataset', 'protocol'] as const).filter((name) => one[name] !== other[name])
}

const digestsOf = (inputs: Evidence['inputs'], roles: readonly string[]) =>
  inputs.flatMap(({ role, digest }) => (roles.includes(role) ? [digest] : [])).join(' ')

function compareEvidence(left: Evidence, right: Evidence): ComparedFigure[] {
  const before = new Map(figuresOf(left.kind, left.result).map(({ figure, value }) => [figure, value]))
  const limits = LimitOutcome.array().safeParse(right.result.limits).data ?? []
  return figuresOf(right.kind, right.result).flatMap(({ figure, value: b }) => {
    const a = before.get(figure)
    if (!a) return []
    const difference = differenceOf(a, b)
    const known = difference !== null && difference.low !== null && difference.high !== null
    return [
      {
        kind: right.kind,
        figure,
        a,
        b,
        difference,
        basis: known ? 'intervals' : 'none',
        p: null,
        decisive: known && (Number(difference.low) > 0 || Number(difference.high) < 0),
        better: betterWay(figure),
        limit: limitOn(figure, limits, a, b),
      } satisfies ComparedFigure,
    ]
  })
}

function differenceOf(a: Figure, b: Figure): ComparedFigure['difference'] {
  if (a.state !== 'ok' || b.state !== 'ok') return null
  const value = b.value - a.value
  if (a.low === undefined || a.high === undefined || b.low === undefined || b.high === undefined) {
    return { value, low: null, high: null }
  }
  return {
    value,
    low: value - Math.hypot(b.value - b.low, a.high - a.value),
    high: value + Math.hypot(b.high - b.value, a.value - a.low),
  }
}

/** The strictest of the limits on this figure; a star stands for any one part of a path. */
function limitOn(figure: string, limits: readonly LimitOutcome[], a: Figure, b: Figure): ComparedFigure['limit'] {
  const parts = parsePath(figure) ?? []
  const own = limits
    .filter((limit) => matches(parsePath(limit.figure) ?? [], parts))
    .sort((one, other) => (one.is === 'at_least' ? other.limit - one.limit : one.limit - other.limit))[0]
  if (!own) return null
  const keeps = (value: Figure) =>
    value.state !== 'ok' ? null : own.is === 'at_least' ? value.value >= own.limit : value.value <= own.limit
  const [left, right] = [keeps(a), keeps(b)]
  return { is: own.is, limit: own.limit, a: left, b: right, crossed: left !== right }
}

const matches = (pattern: readonly string[], parts: readonly string[]) =>
  pattern.length === parts.length && pattern.every((each, i) => each === '*' || each === parts[i])

/** Losses of the same rows under both versions, where the evidence of b looked at a. */
function pairedSlices({ kind, result }: Evidence, a: number): ComparedFigure[] {
  const found = kind === 'slices' ? SlicesResult.safeParse(result).data?.regressions : undefined
  if (!found || found.version !== a) return []
  return found.changes.map(({ column, label, n, before, after, change, p }) => ({
    kind,
    figure: `regressions.[${column} ${label}].loss`,
    a: { state: 'ok', value: before, n },
    b: { state: 'ok', value: after, n },
    difference: { value: change, low: null, high: null },
    basis: 'paired',
    p,
    decisive: p < 0.05,
    better: 'lower',
    limit: null,
  }))
}

function byWeight(one: ComparedFigure, other: ComparedFigure): number {
  return rank(one) - rank(other) || weight(other) - weight(one)
}

const rank = ({ limit, decisive, difference }: ComparedFigure) =>
  limit?.crossed ? 0 : decisive ? 1 : difference ? 2 : 3

/** A difference in half-widths of its interval, so that figures of any unit stand in one order. */
function weight({ difference, p }: ComparedFigure): number {
  if (p !== null) return -Math.log10(Math.max(p, 1e-12))
  if (!difference || difference.low === null || difference.high === null) return 0
  const half = (difference.high - difference.low) / 2
  return half > 0 ? Math.abs(difference.value) / half : 0
}
