import type { JsonObject } from './json.ts'

/** One number found in an evidence result, or why there is none. `of` names what a `*` stood for. */
export type FoundFigure = {
  readonly of: string | null
  readonly reading: Reading
}

export type Reading =
  | { state: 'ok'; value: number; low: number | null; high: number | null; note: string | null }
  /** The evidence says why it gives no number. */
  | { state: 'withheld'; reason: string }
  /** There is nothing at this path. */
  | { state: 'missing'; reason: string }

/** Splits `attributes.sex.disparities.selection_rate.ratio`; a part in [brackets] may hold dots. */
export function parsePath(path: string): string[] | undefined {
  const parts: string[] = []
  const part = /(?:^|\.)(?:\[([^\]]+)\]|([^.[\]]+))/y
  while (part.lastIndex < path.length) {
    const found = part.exec(path)
    const name = found?.[1] ?? found?.[2]
    if (name === undefined) return undefined
    parts.push(name)
  }
  return parts.length === 0 ? undefined : parts
}

/** Every figure at a path; `*` stands for each key at its place, or for each entry of a list, which its own words name. */
export function findFigures(result: JsonObject, path: string): FoundFigure[] {
  const parts = parsePath(path)
  if (!parts) return [missing(null, path)]
  const found = walk(result, parts, [], path)
  return found.length === 0 ? [missing(null, path)] : found
}

function walk(node: unknown, parts: readonly string[], stars: readonly string[], path: string): FoundFigure[] {
  const of = stars.length === 0 ? null : stars.join(', ')
  const [part, ...rest] = parts
  if (part === '*' && Array.isArray(node) && rest.length > 0) {
    return node.flatMap((entry, place) => walk(entry, rest, [...stars, entryName(entry, place)], path))
  }
  if (part === undefined || !isObject(node)) return [missing(of, path)]
  if (part === '*') {
    if (rest.length === 0) return [missing(of, path)]
    return Object.keys(node).flatMap((key) => walk(node[key], rest, [...stars, key], path))
  }
  if (!Object.hasOwn(node, part)) return [missing(of, path)]
  if (rest.length > 0) return walk(node[part], rest, stars, path)
  return [{ of, reading: readingIn(node, part, path) }]
}

/**
 * Small groups do not decide alone: where a comparison of groups rests on small ones, the same comparison over the
 * groups that are large enough takes its place.
 */
function readingIn(node: Readonly<Record<string, unknown>>, part: string, path: string): Reading {
  const { rests_on_small: restsOnSmall, established } = node
  if (restsOnSmall !== true || !isObject(established) || !Object.hasOwn(established, part)) {
    return read(node[part], path)
  }
  const reading = read(established[part], path)
  return reading.state === 'ok'
    ? { ...reading, note: 'small groups left out' }
    : { ...reading, reason: `it would rest on small groups alone: ${reading.reason}` }
}

function read(value: unknown, path: string): Reading {
  if (typeof value === 'number') return { state: 'ok', value, low: null, high: null, note: null }
  if (!isObject(value)) return missing(null, path).reading
  if (value.state === 'ok' && typeof value.value === 'number' && Number.isFinite(value.value)) {
    return { state: 'ok', value: value.value, low: numberOr(value.low), high: numberOr(value.high), note: null }
  }
  if (value.state === 'undefined' || value.state === 'suppressed') {
    const reason = typeof value.reason === 'string' ? value.reason : 'no reason is given'
    return { state: 'withheld', reason: value.state === 'suppressed' ? `withheld: ${reason}` : reason }
  }
  return missing(null, path).reading
}

function entryName(entry: unknown, place: number): string {
  const words = isObject(entry) ? Object.values(entry).filter((value) => typeof value === 'string') : []
  return words.length === 0 ? String(place) : words.join(' ')
}

function missing(of: string | null, path: string): FoundFigure {
  return { of, reading: { state: 'missing', reason: `the evidence has no figure ${path}` } }
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
