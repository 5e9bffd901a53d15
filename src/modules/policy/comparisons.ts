import { type FoundFigure, findFigures, parsePath, type Reading } from '../../lib/figures.ts'
import type { ComparisonRule, EvidenceRule, Requirement, Snapshot } from './schema.ts'
import { capitalised, comparisonWords, listed, numberText, spoken } from './words.ts'

type Finding = Pick<Requirement, 'state' | 'explanation' | 'figure' | 'evidence_id'>
/** Evidence as a policy asks for it: what there is, and why it does not count, if it does not. */
export type AskedEvidence = {
  readonly rule: EvidenceRule
  readonly item: Snapshot['evidence'][number] | undefined
  readonly problem: string | null
}

type Known = Extract<Reading, { state: 'ok' }>
type Decided = { of: string | null; reading: Known; compared: number }
type Undecided = { of: string | null; reason: string; missing: boolean }

/**
 * A declared comparison on one figure, or on each that a `*` stands for: then the worst one decides. A figure that is
 * missing, undefined or withheld is never met: it makes the answer unknown, or, where others under the same `*` could be
 * compared, a met answer one that asks for attention. So does an estimate past a limit that its interval's end keeps.
 */
export function assessComparison(rule: ComparisonRule, asked: AskedEvidence | undefined): Finding {
  const item = asked?.item
  if (!item) {
    const explanation = `Waits for ${spoken(asked?.rule.kind ?? rule.evidence)} evidence; ${limitText(rule)}.`
    return { state: 'waiting', explanation, figure: emptyFigure(rule), evidence_id: null }
  }
  const evidence_id = item.id
  if (asked.problem) return { state: 'unknown', explanation: asked.problem, figure: emptyFigure(rule), evidence_id }

  const found = findFigures(item.result, rule.figure).map((each) => decide(rule, each))
  const decided = found.filter((each) => 'compared' in each)
  const undecided = found.filter((each) => 'reason' in each)
  const worst = decided.toSorted((a, b) => margin(rule, a.compared) - margin(rule, b.compared))[0]
  const name = spoken(parsePath(rule.figure)?.at(-1) ?? rule.figure)
  if (!worst) {
    const reasons = undecided.map(({ of, reason }) => (of === null ? reason : `${of}: ${reason}`))
    const explanation = `${capitalised(name)} is unknown: ${reasons.join('; ')}; ${limitText(rule)}.`
    return { state: 'unknown', explanation, figure: emptyFigure(rule), evidence_id }
  }

  const { value, low, high } = worst.reading
  const figure = { ...emptyFigure(rule), value, low, high }
  const passes = satisfies(rule, worst.compared)
  const open = passes ? decided.filter(({ reading }) => !satisfies(rule, reading.value)) : []
  const notes = [
    comparisonText(rule, name, worst, decided.length),
    ...open.map((each) => openText(rule, each)),
    ...undecided.map(undecidedText),
  ]
  if (!passes && rule.reason) notes.push(ended(rule.reason))
  const state = !passes
    ? 'blocked'
    : undecided.some(({ missing }) => missing)
      ? 'unknown'
      : undecided.length + open.length > 0
        ? 'attention'
        : 'met'
  return { state, explanation: notes.join(' '), figure, evidence_id }
}

function decide(rule: ComparisonRule, { of, reading }: FoundFigure): Decided | Undecided {
  if (reading.state !== 'ok') return { of, reason: reading.reason, missing: reading.state === 'missing' }
  const compared = { estimate: reading.value, lower: reading.low, upper: reading.high }[rule.use]
  return compared === null
    ? { of, reason: 'the figure has no interval to judge by', missing: true }
    : { of, reading, compared }
}

/** How far on the good side of the limit a value is; negative on the other side. */
function margin({ is, limit }: ComparisonRule, value: number): number {
  switch (is) {
    case 'at_least':
    case 'above':
      return value - limit
    case 'at_most':
    case 'below':
      return limit - value
    case 'equal':
      return -Math.abs(value - limit)
  }
}

function satisfies(rule: ComparisonRule, value: number): boolean {
  const distance = margin(rule, value)
  return rule.is === 'above' || rule.is === 'below' ? distance > 0 : distance >= 0
}

/** For instance "Ratio 0.62, interval 0.47 to 0.81, limit at least 0.80." */
function comparisonText(rule: ComparisonRule, name: string, { of, reading }: Decided, among: number): string {
  const { value, low, high, note } = reading
  const whose = of === null ? '' : ` for ${of}`
  const parts = [
    `${capitalised(name)}${whose} ${numberText(value, rule.limit)}`,
    ...(low === null || high === null
      ? []
      : [`interval ${numberText(low, rule.limit)} to ${numberText(high, rule.limit)}`]),
    limitText(rule),
    ...(among > 1 ? [`the worst of ${among}`] : []),
    ...(note === null ? [] : [note]),
  ]
  return ended(parts.join(', '))
}

function limitText({ is, limit, use }: ComparisonRule): string {
  const end = use === 'estimate' ? '' : ` for the ${use} end of the interval`
  return `limit ${comparisonWords[is]} ${numberText(limit)}${end}`
}

/** Met by the end of the interval that the rule compares, though the estimate itself is on the other side. */
function openText(rule: ComparisonRule, { of, reading }: Decided): string {
  const whose = of === null ? '' : ` for ${of}`
  return `The estimate${whose}, ${numberText(reading.value, rule.limit)}, is past the limit, which its interval leaves open.`
}

function undecidedText({ of, reason }: Undecided): string {
  return ended(`Not decided for ${listed([of ?? 'it'])}: ${reason}`)
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function emptyFigure({ is, limit, use }: ComparisonRule) {
  return { value: null, low: null, high: null, limit, is, use }
}
