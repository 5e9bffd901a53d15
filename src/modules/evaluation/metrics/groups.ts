import { badRequest } from '../../../lib/errors.ts'
import { requireLength } from './input.ts'

export type Attribute = {
  readonly name: string
  /** Index into labels, one per row. */
  readonly codes: Uint8Array | Uint16Array | Int32Array
  readonly labels: readonly string[]
}

/** Cells of an intersection are counted in one dense table; more than this many is a mistake, not a question. */
const maxCells = 262_144

/**
 * One code per row for the intersection of all attributes, the last attribute running fastest.
 * Throws bad_request on a code without a label and on too many cells.
 */
export function encodeIntersection(
  attributes: readonly Attribute[],
  rows: number,
): { codes: Int32Array; size: number } {
  const codes = new Int32Array(rows)
  let size = 1
  for (const attribute of attributes) {
    requireLength(attribute.name, attribute.codes.length, rows)
    const labels = attribute.labels.length
    size *= labels
    if (size > maxCells) throw badRequest(`the attributes have more than ${maxCells} intersections`)
    const own = attribute.codes
    for (let i = 0; i < rows; i++) {
      const code = own[i] ?? -1
      if (code < 0 || code >= labels) throw badRequest(`${attribute.name} has no label for the code in row ${i}`)
      codes[i] = (codes[i] ?? 0) * labels + code
    }
  }
  return { codes, size }
}

/** Labels of all intersections in code order, parts joined by `|`. */
export function intersectionLabels(attributes: readonly Attribute[]): string[] {
  return attributes.reduce<string[]>(
    (joined, { labels }, i) =>
      i === 0 ? [...labels] : joined.flatMap((left) => labels.map((right) => `${left}|${right}`)),
    [],
  )
}

/** Four confusion cells per group (index 4 group + 2 label + prediction), one pass over the rows. */
export function countCells(codes: ArrayLike<number>, size: number, y: Uint8Array, predicted: Uint8Array): Float64Array {
  const counts = new Uint32Array(4 * size)
  for (let i = 0; i < y.length; i++) {
    const cell = ((codes[i] ?? 0) << 2) | ((y[i] ?? 0) << 1) | (predicted[i] ?? 0)
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  return Float64Array.from(counts)
}

/** Counts of one attribute from the counts of the intersection. */
export function marginal(counts: Float64Array, attributes: readonly Attribute[], index: number): Float64Array {
  const own = attributes[index]?.labels.length ?? 0
  const inner = attributes.slice(index + 1).reduce((size, { labels }) => size * labels.length, 1)
  const result = new Float64Array(4 * own)
  for (let cell = 0; cell < counts.length; cell++) {
    const group = Math.floor((cell >> 2) / inner) % own
    const into = 4 * group + (cell & 3)
    result[into] = (result[into] ?? 0) + (counts[cell] ?? 0)
  }
  return result
}

/** Scores of each group and label, ascending: part 2 group + label. One counting pass, then a sort per part. */
export function splitScores(
  codes: ArrayLike<number>,
  counts: Float64Array,
  y: Uint8Array,
  score: Float64Array,
): Float64Array[] {
  const parts: Float64Array[] = []
  const all = new Float64Array(y.length)
  const next = new Float64Array(counts.length / 2)
  let offset = 0
  for (let part = 0; part < next.length; part++) {
    const size = (counts[2 * part] ?? 0) + (counts[2 * part + 1] ?? 0)
    next[part] = offset
    parts.push(all.subarray(offset, offset + size))
    offset += size
  }
  for (let i = 0; i < y.length; i++) {
    const part = ((codes[i] ?? 0) << 1) | (y[i] ?? 0)
    const at = next[part] ?? 0
    all[at] = score[i] ?? 0
    next[part] = at + 1
  }
  for (const part of parts) part.sort()
  return parts
}

/** Scores per label of one attribute (part 2 label + class) from the sorted parts of the intersection, by merging. */
export function marginalScores(
  parts: readonly Float64Array[],
  attributes: readonly Attribute[],
  index: number,
): Float64Array[] {
  const own = attributes[index]?.labels.length ?? 0
  const inner = attributes.slice(index + 1).reduce((size, { labels }) => size * labels.length, 1)
  const runs: Float64Array[][] = Array.from({ length: 2 * own }, () => [])
  for (const [part, scores] of parts.entries()) {
    const group = Math.floor((part >> 1) / inner) % own
    if (scores.length > 0) runs[2 * group + (part & 1)]?.push(scores)
  }
  return runs.map(mergeSorted)
}

/** One ascending array from ascending runs, two at a time. */
export function mergeSorted(runs: readonly Float64Array[]): Float64Array {
  let level = [...runs]
  while (level.length > 1) {
    const next: Float64Array[] = []
    for (let i = 0; i < level.length; i += 2) {
      const [first, second] = [level[i], level[i + 1]]
      if (first) next.push(second ? mergeTwo(first, second) : first)
    }
    level = next
  }
  return level[0] ?? new Float64Array()
}

function mergeTwo(first: Float64Array, second: Float64Array): Float64Array {
  const merged = new Float64Array(first.length + second.length)
  let i = 0
  let j = 0
  for (let k = 0; k < merged.length; k++) {
    const a = i < first.length ? (first[i] ?? 0) : Number.POSITIVE_INFINITY
    const b = j < second.length ? (second[j] ?? 0) : Number.POSITIVE_INFINITY
    if (a <= b) {
      merged[k] = a
      i++
    } else {
      merged[k] = b
      j++
    }
  }
  return merged
}
