import type { IntervalRow } from '../../ui/IntervalPlot.tsx'
import { figureText } from '../../ui/Voice.tsx'
import type { AttributeFairness, Figure } from './results.ts'

export function groupLabel(group: string): string {
  return group.split('|').join(', ')
}

export function intervalRows(attribute: AttributeFairness, rate: string): IntervalRow[] {
  return attribute.groups.map((group) => {
    const figure = group.rates[rate]
    const base = { label: groupLabel(group.group), n: group.n, small: group.state !== 'ok' }
    if (group.state === 'suppressed') return { ...base, ...nothing, reason: 'withheld, too few people' }
    if (!figure) return { ...base, ...nothing, reason: 'not computed' }
    if (figure.state !== 'ok') return { ...base, ...nothing, reason: figure.reason }
    return { ...base, value: figure.value, low: figure.low ?? null, high: figure.high ?? null }
  })
}

const nothing = { value: null, low: null, high: null }

type Limit = { kind: 'ratio' | 'difference'; value: number }

/** Where the limit of a ratio or difference lies on the axis of the rates: measured from the highest group. */
export function limitLine(
  attribute: AttributeFairness,
  rate: string,
  limit: Limit,
): { value: number; label: string } | undefined {
  const known = intervalRows(attribute, rate).filter((row) => !row.small)
  const highest = Math.max(...known.map((row) => row.value ?? Number.NEGATIVE_INFINITY))
  if (!Number.isFinite(highest)) return undefined
  if (limit.kind === 'ratio') {
    return { value: highest * limit.value, label: `limit ${figureText(limit.value, 2)} of highest` }
  }
  return { value: highest - limit.value, label: `limit ${figureText(limit.value, 2)} below highest` }
}

export function figureSentence(figure: Figure | undefined, digits = 2): string {
  if (!figure) return 'not computed'
  if (figure.state !== 'ok') return figure.reason
  const interval =
    figure.low === undefined || figure.high === undefined
      ? ''
      : `, interval ${figureText(figure.low, digits)} to ${figureText(figure.high, digits)}`
  return `${figureText(figure.value, digits)}${interval}`
}

/** The same where a sentence goes on: "0.842 (0.812 to 0.872)". */
export function figureBrief(figure: Figure | undefined, digits = 2): string {
  if (figure?.state !== 'ok' || figure.low === undefined || figure.high === undefined)
    return figureSentence(figure, digits)
  return `${figureText(figure.value, digits)} (${figureText(figure.low, digits)} to ${figureText(figure.high, digits)})`
}

/** A policy's figure path, read as what a plot can show: "attributes.sex.disparities.selection_rate.ratio". */
export function plottable(path: string): { attribute: string; rate: string; kind: 'ratio' | 'difference' } | undefined {
  const parts = [...path.matchAll(/\[([^\]]+)\]|([^.[\]]+)/g)].map((match) => match[1] ?? match[2] ?? '')
  const at = parts.indexOf('disparities')
  if (at < 1) return undefined
  const attribute = parts[at - 1]
  const rate = parts[at + 1]
  const kind = parts.at(-1)
  if (!attribute || !rate || (kind !== 'ratio' && kind !== 'difference')) return undefined
  return { attribute, rate, kind }
}
