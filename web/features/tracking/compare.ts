import type { Run } from '../../../src/modules/tracking/schema.ts'

export type CompareRow = { key: string; values: readonly (string | number | undefined)[] }

export function paramRows(runs: readonly Run[]): CompareRow[] {
  return rowsOf(runs, (run) => run.params)
}

export function metricRows(runs: readonly Run[]): CompareRow[] {
  return rowsOf(runs, (run) => run.metrics)
}

type Entries = readonly { key: string; value: string | number }[]

function rowsOf(runs: readonly Run[], entries: (run: Run) => Entries): CompareRow[] {
  const keys = [...new Set(runs.flatMap((run) => entries(run).map(({ key }) => key)))].toSorted((a, b) =>
    a.localeCompare(b),
  )
  return keys.map((key) => ({ key, values: runs.map((run) => entries(run).find((each) => each.key === key)?.value) }))
}

export const differs = ({ values }: CompareRow) => new Set(values).size > 1

/** A guess by the name, which people can turn around. */
export const lowerIsBetter = (key: string) =>
  /loss|error|rmse|mse|mae|mape|latency|duration|seconds|time|brier|perplexity|log_?loss|cost|fpr|fnr/i.test(key)

/** The best of a row, unless all are equal or nothing can be compared. */
export function bestOf({ values }: CompareRow, lower: boolean): number | undefined {
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length < 2 || new Set(numbers).size === 1) return undefined
  return lower ? Math.min(...numbers) : Math.max(...numbers)
}

/** What can stand on an axis: every metric, and parameters that are numbers. */
export function axes(runs: readonly Run[]): { value: string; label: string }[] {
  const metrics = metricRows(runs)
    .filter(differs)
    .filter(({ values }) => values.filter((value) => typeof value === 'number').length > 1)
    .map(({ key }) => ({ value: `m:${key}`, label: key }))
  const params = paramRows(runs)
    .filter(differs)
    .filter(({ values }) => values.filter((value) => isNumber(value)).length > 1)
    .map(({ key }) => ({ value: `p:${key}`, label: `${key} (parameter)` }))
  return [...metrics, ...params]
}

export function along(run: Run, axis: string): number | undefined {
  const entries: Entries = axis.startsWith('p:') ? run.params : run.metrics
  const value = entries.find(({ key }) => key === axis.slice(2))?.value
  return isNumber(value) ? Number(value) : undefined
}

const isNumber = (value: string | number | undefined) =>
  value !== undefined && value !== '' && Number.isFinite(Number(value))
