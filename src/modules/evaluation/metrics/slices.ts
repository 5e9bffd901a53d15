import {
  benjaminiHochberg,
  type Moments,
  moments,
  quantileSorted,
  tTest,
  tTestOfMoments,
} from '../../../lib/statistics/index.ts'

/** A column to cut rows by: a code for each row, -1 where it is missing, and a sentence for each code. */
export type SliceColumn = { readonly name: string; readonly codes: Int32Array; readonly labels: readonly string[] }

export type Slice = {
  /** What holds for its rows, one condition a column: `age 17 to 25`. */
  readonly conditions: readonly { readonly column: string; readonly label: string }[]
  readonly n: number
  readonly mean_loss: number
  readonly other_loss: number
  /** Difference of means in units of the pooled deviation (Chung et al. 2019). */
  readonly effect: number
  /** One-sided Welch test that the slice does worse, adjusted for all slices that were looked at. */
  readonly p: number
}

export type SliceSearch = {
  /** Worst first: largest share of all loss above the average. */
  readonly slices: readonly Slice[]
  /** How many were looked at, with enough rows; the family of the adjustment. */
  readonly looked_at: number
  readonly mean_loss: number
}

export type SliceOptions = {
  /** Smallest number of rows. */
  readonly fewest?: number
  /** Most conditions of a slice, 1 to 3. */
  readonly depth?: number
  readonly most?: number
  /** Largest adjusted p of a slice that is reported. */
  readonly level?: number
}

type Found = Slice & { readonly rows: Uint32Array; readonly key: readonly string[]; readonly excess: number }

/** A larger share of the rows is nearly everybody, and no sub-population. */
const nearlyAll = 0.8
/** From one depth to the next the search goes on below this many slices: those of largest excess. */
const beam = 60

/**
 * The sub-populations in which a model does worst (Slice Finder: Chung et al. 2019): combinations of attribute values by
 * mean loss, with support and significance. A combination is reported only where it is worse than each of its parts, and
 * a part only where the fault is not all in the combination, so that a fault is named once and as broadly as it holds. Losses are finite, one a row.
 */
export function findSlices(
  losses: Float64Array,
  columns: readonly SliceColumn[],
  { fewest = 30, depth = 2, most = 20, level = 0.05 }: SliceOptions = {},
): SliceSearch {
  const whole = moments(losses)
  const all: Found[] = []
  let open: Found[] = []
  for (let size = 1; size <= depth; size++) {
    const found =
      size === 1 ? singles({ losses, whole }, columns, fewest) : refined({ losses, whole }, columns, open, fewest)
    all.push(...found)
    open = [...found].sort((a, b) => b.excess - a.excess).slice(0, beam)
  }
  const adjusted = benjaminiHochberg(all.map(({ p }) => p))
  const significant = all
    .map((slice, i) => ({ ...slice, p: adjusted[i] ?? 1 }))
    .filter(({ p, effect }) => p <= level && effect > 0)
  const worst = significant.filter(
    (slice) => !significant.some((other) => isBroaderAndAsBad(other, slice) || holdsAllOfIt(other, slice, whole.mean)),
  )
  worst.sort((a, b) => b.excess - a.excess || b.n - a.n)
  return {
    slices: worst.slice(0, most).map(({ rows: _, key: __, excess: ___, ...slice }) => slice),
    looked_at: all.length,
    mean_loss: whole.mean,
  }
}

const isWithin = (narrow: Found, broad: Found) =>
  narrow.key.length > broad.key.length && broad.key.every((each) => narrow.key.includes(each))

const isBroaderAndAsBad = (part: Found, slice: Found) => isWithin(slice, part) && part.mean_loss >= slice.mean_loss

/** Without the narrower slice, nine tenths of what made the broader one bad are gone. */
function holdsAllOfIt(narrow: Found, broad: Found, average: number): boolean {
  if (!isWithin(narrow, broad) || narrow.n === broad.n) return false
  const rest = (broad.n * broad.mean_loss - narrow.n * narrow.mean_loss) / (broad.n - narrow.n)
  return rest - average <= (broad.mean_loss - average) / 10
}

function singles(losses: Whole, columns: readonly SliceColumn[], fewest: number): Found[] {
  return columns.flatMap((column) => {
    const rows = rowsByCode(column)
    return rows.flatMap((own, code) => {
      const condition = { column: column.name, label: column.labels[code] ?? '' }
      return own.length < fewest ? [] : (measured(losses, own, [condition]) ?? [])
    })
  })
}

function refined(losses: Whole, columns: readonly SliceColumn[], open: readonly Found[], fewest: number): Found[] {
  const seen = new Set<string>()
  return open.flatMap((slice) =>
    columns.flatMap((column) => {
      if (slice.conditions.some((condition) => condition.column === column.name)) return []
      const parts = new Map<number, number[]>()
      for (const row of slice.rows) {
        const code = column.codes[row] ?? -1
        if (code < 0) continue
        const part = parts.get(code)
        if (part) part.push(row)
        else parts.set(code, [row])
      }
      return [...parts].flatMap(([code, own]) => {
        const conditions = [...slice.conditions, { column: column.name, label: column.labels[code] ?? '' }]
        const key = keyOf(conditions).join('\n')
        if (own.length < fewest || seen.has(key)) return []
        seen.add(key)
        return measured(losses, Uint32Array.from(own), conditions) ?? []
      })
    }),
  )
}

function measured({ losses, whole }: Whole, rows: Uint32Array, conditions: Slice['conditions']): Found | undefined {
  if (rows.length < 2 || rows.length > nearlyAll * losses.length || losses.length - rows.length < 2) return undefined
  const [a, b] = apart(losses, rows, whole)
  const { t, p } = tTestOfMoments(a, b)
  const pooled = Math.sqrt((a.variance + b.variance) / 2)
  const effect = pooled > 0 ? (a.mean - b.mean) / pooled : 0
  return {
    conditions,
    key: keyOf(conditions),
    rows,
    n: rows.length,
    mean_loss: a.mean,
    other_loss: b.mean,
    effect,
    p: t > 0 ? p / 2 : 1 - p / 2,
    excess: (rows.length * (a.mean - b.mean)) / losses.length,
  }
}

type Whole = { readonly losses: Float64Array; readonly whole: Moments }

/** Moments of some rows and of all others, from sums of distances to the mean of all. */
function apart(losses: Float64Array, rows: Uint32Array, whole: Moments): [Moments, Moments] {
  let [sum, squares] = [0, 0]
  for (const row of rows) {
    const away = (losses[row] ?? 0) - whole.mean
    sum += away
    squares += away * away
  }
  const of = (n: number, s: number, q: number): Moments => ({
    n,
    mean: whole.mean + s / n,
    variance: Math.max(0, (q - (s * s) / n) / (n - 1)),
  })
  const all = whole.variance * (whole.n - 1)
  return [of(rows.length, sum, squares), of(whole.n - rows.length, -sum, all - squares)]
}

const keyOf = (conditions: Slice['conditions']) => conditions.map(({ column, label }) => `${column}=${label}`).sort()

function rowsByCode({ codes, labels }: SliceColumn): Uint32Array[] {
  const counts = new Uint32Array(labels.length)
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  const rows = Array.from(counts, (count) => new Uint32Array(count))
  const next = new Uint32Array(labels.length)
  for (const [row, code] of codes.entries()) {
    if (code < 0) continue
    const place = next[code] ?? 0
    const own = rows[code]
    if (own) own[place] = row
    next[code] = place + 1
  }
  return rows
}

/** Values of a numeric column in parts of about equal size; few distinct values stay as they are. */
export function cutNumbers(name: string, values: Float64Array, parts = 5): SliceColumn {
  const sorted = values.filter((value) => Number.isFinite(value)).sort()
  const distinct = [...new Set(sorted)]
  if (distinct.length <= 2 * parts) {
    const place = new Map(distinct.map((value, i) => [value, i]))
    return { name, labels: distinct.map(String), codes: Int32Array.from(values, (value) => place.get(value) ?? -1) }
  }
  const edges = [...new Set(Array.from({ length: parts + 1 }, (_, i) => quantileSorted(sorted, i / parts)))]
  const labels = edges.slice(1).map((edge, i) => `${shortNumber(edges[i] ?? 0)} to ${shortNumber(edge)}`)
  const codes = Int32Array.from(values, (value) => {
    if (!Number.isFinite(value)) return -1
    const place = edges.findIndex((edge, i) => i > 0 && value <= edge)
    return place < 0 ? labels.length - 1 : place - 1
  })
  return { name, labels, codes }
}

const shortNumber = (value: number) => String(Number(value.toPrecision(4)))

/** Values of a column of words; the rarest beyond the limit belong to no slice. */
export function cutWords(name: string, values: readonly (string | null)[], most = 30): SliceColumn {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  const labels = [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([label]) => label)
  const place = new Map(labels.map((label, i) => [label, i]))
  return { name, labels, codes: Int32Array.from(values, (value) => (value === null ? -1 : (place.get(value) ?? -1))) }
}

export type SliceChange = Slice['conditions'][number] & {
  readonly n: number
  readonly before: number
  readonly after: number
  /** After minus before; positive is worse. */
  readonly change: number
  /** Two-sided paired t test, adjusted for all slices. */
  readonly p: number
}

/** Where a version does worse than the one before, value by value of each column, on the same rows. */
export function compareSlices(
  before: Float64Array,
  after: Float64Array,
  columns: readonly SliceColumn[],
  fewest = 30,
): SliceChange[] {
  const differences = after.map((loss, i) => loss - (before[i] ?? 0))
  const changes = columns.flatMap((column) =>
    rowsByCode(column).flatMap((rows, code): SliceChange[] => {
      if (rows.length < fewest) return []
      const own = Float64Array.from(rows, (row) => differences[row] ?? 0)
      const mean = (of: Float64Array) => rows.reduce((sum, row) => sum + (of[row] ?? 0), 0) / rows.length
      const { p } = pairedTest(own)
      const [was, is] = [mean(before), mean(after)]
      return [
        {
          column: column.name,
          label: column.labels[code] ?? '',
          n: rows.length,
          before: was,
          after: is,
          change: is - was,
          p,
        },
      ]
    }),
  )
  const adjusted = benjaminiHochberg(changes.map(({ p }) => p))
  return changes
    .map((change, i) => ({ ...change, p: adjusted[i] ?? 1 }))
    .sort((a, b) => b.change * b.n - a.change * a.n)
}

/** One-sample t test against 0, as Welch's against a sample that does not vary. */
function pairedTest(differences: Float64Array): { readonly p: number } {
  const { p } = tTest(differences, new Float64Array(differences.length))
  return { p }
}
