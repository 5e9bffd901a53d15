import type { Column, Frame, Predict } from './frame.ts'

export type Counterfactual = {
  /** What has to change, in the order of the columns. */
  readonly changes: readonly { readonly feature: string; readonly from: unknown; readonly to: unknown }[]
  readonly prediction: number
  /** Sum over changed numbers of the distance in mean absolute deviations, and 1 for each changed word. */
  readonly distance: number
}

export type CounterfactualOptions = {
  /** The decision is favourable from here on. */
  readonly threshold: number
  /** Features that nobody can change, such as age or sex; they stay as they are. */
  readonly fixed?: readonly string[]
  readonly mostChanges?: number
  readonly wanted?: number
  readonly signal?: AbortSignal
}

/** Values tried for one feature, and combinations kept from one number of changes to the next. */
const triedValues = 24
const keptStates = 40

type State = { readonly changes: ReadonlyMap<number, unknown>; readonly prediction: number; readonly distance: number }

/**
 * The nearest rows on the other side of the threshold, by changes to values that occur in the data (Wachter, Mittelstadt
 * & Russell 2018, with their distance): a beam search over one, two and three changed features. Deterministic. None is
 * found where nothing within reach changes the decision. `row` counts in `frame`, which also supplies the values.
 */
export async function counterfactuals(
  frame: Frame,
  row: number,
  predict: Predict,
  { threshold, fixed = [], mostChanges = 3, wanted = 3, signal }: CounterfactualOptions,
): Promise<Counterfactual[]> {
  const candidates = frame.columns.map((column) => (fixed.includes(column.name) ? [] : valuesToTry(column, row)))
  const scales = frame.columns.map(absoluteDeviation)
  const original = frame.columns.map(({ values }) => values[row] ?? null)
  const [now = Number.NaN] = await predict(single(frame, [new Map()], row))
  const wantsUp = now < threshold
  const crosses = (prediction: number) => prediction >= threshold === wantsUp
  const found: State[] = []
  let beam: State[] = [{ changes: new Map(), prediction: now, distance: 0 }]
  for (let depth = 0; depth < mostChanges && found.length < wanted; depth++) {
    signal?.throwIfAborted()
    const steps = beam.flatMap((state) => next(state, candidates))
    if (steps.length === 0) break
    const predicted = await predict(single(frame, steps, row))
    const reached = steps.map((changes, i): State => {
      const distance = [...changes].reduce(
        (sum, [place, value]) => sum + costOf(original[place], value, scales[place] ?? 0),
        0,
      )
      return { changes, prediction: predicted[i] ?? Number.NaN, distance }
    })
    found.push(...reached.filter(({ prediction }) => crosses(prediction)))
    const open = reached.filter(({ prediction }) => !crosses(prediction))
    open.sort(
      (a, b) => Math.abs(threshold - a.prediction) - Math.abs(threshold - b.prediction) || a.distance - b.distance,
    )
    beam = open.slice(0, keptStates)
  }
  return nearest(found, wanted).map(({ changes, prediction, distance }) => ({
    changes: [...changes]
      .sort(([a], [b]) => a - b)
      .map(([place, to]) => ({ feature: frame.columns[place]?.name ?? '', from: original[place], to })),
    prediction,
    distance,
  }))
}

/** The nearest of each set of features, so that the answers differ in kind. */
function nearest(found: readonly State[], wanted: number): State[] {
  const bySet = new Map<string, State>()
  for (const state of [...found].sort((a, b) => a.distance - b.distance || a.changes.size - b.changes.size)) {
    const key = [...state.changes.keys()].sort((a, b) => a - b).join()
    if (!bySet.has(key)) bySet.set(key, state)
  }
  return [...bySet.values()].slice(0, wanted)
}

/** One more feature changed than in the state, with every value to try; features in ascending order, so that no set comes twice. */
function next({ changes }: State, candidates: readonly (readonly unknown[])[]): Map<number, unknown>[] {
  return candidates.flatMap((values, place) =>
    changes.has(place) ? [] : values.map((value) => new Map([...changes, [place, value]])),
  )
}

/** A row for each set of changes. */
function single({ columns }: Frame, states: readonly ReadonlyMap<number, unknown>[], row: number): Frame {
  return {
    rows: states.length,
    columns: columns.map(({ name, values }, place): Column => {
      const changed = states.map((changes) => (changes.has(place) ? changes.get(place) : (values[row] ?? null)))
      return { name, values: values instanceof Float64Array ? Float64Array.from(changed as number[]) : changed }
    }),
  }
}

/** Values that occur: all where they are few, else quantiles; words by how often they occur. */
function valuesToTry({ values }: Column, row: number): unknown[] {
  const own = values[row]
  if (!(values instanceof Float64Array)) {
    const counts = new Map<unknown, number>()
    for (const value of values) if (value !== null && value !== own) counts.set(value, (counts.get(value) ?? 0) + 1)
    const byCount = [...counts].sort(([a, n], [b, m]) => m - n || (String(a) < String(b) ? -1 : 1))
    return byCount.slice(0, triedValues).map(([value]) => value)
  }
  const distinct = [...new Set(values.filter((value) => Number.isFinite(value)).sort())].filter(
    (value) => value !== own,
  )
  if (distinct.length <= triedValues) return distinct
  return Array.from(
    { length: triedValues },
    (_, i) => distinct[Math.floor((i * (distinct.length - 1)) / (triedValues - 1))],
  )
}

/** Median distance from the median; 1 where that is 0, and undefined for words. */
function absoluteDeviation({ values }: Column): number {
  if (!(values instanceof Float64Array)) return 0
  const finite = values.filter((value) => Number.isFinite(value)).sort()
  const middle = finite[finite.length >> 1] ?? 0
  const away = finite.map((value) => Math.abs(value - middle)).sort()
  return away[away.length >> 1] || 1
}

function costOf(from: unknown, to: unknown, scale: number): number {
  if (typeof from === 'number' && typeof to === 'number') return Math.abs(to - from) / (scale || 1)
  return from === to ? 0 : 1
}
