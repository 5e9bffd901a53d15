import type { InjectOptions } from 'fastify'
import {
  contentTypes,
  fields,
  hostilePaths,
  hostileQueries,
  hostileTexts,
  hostileValues,
  type Random,
  rawBodies,
} from './fuzz-values.ts'
import type { World } from './fuzz-world.ts'

function bodyOf(random: Random, { texts }: World): string {
  const count = 1 + random.below(7)
  const body: Record<string, unknown> = {}
  for (let i = 0; i < count; i++) {
    const key = random.below(20) === 0 ? random.one(hostileTexts) : random.one(fields)
    const honest = texts[key]
    body[key] = honest && random.below(3) > 0 ? random.one(honest) : random.one(hostileValues)
  }
  return JSON.stringify(body)
}

/** A body for one route: all that it knows honest but one field, or anything. */
function nearlyRight(random: Random, world: World, known: readonly string[]): string {
  if (known.length === 0 || random.below(3) === 0) return bodyOf(random, world)
  const bad = random.one(known)
  const body: Record<string, unknown> = {}
  for (const key of known) {
    const honest = world.texts[key]
    if (key === bad) body[key] = random.one(hostileValues)
    else if (honest) body[key] = random.one(honest)
  }
  return JSON.stringify(body)
}

export function requestFor(
  random: Random,
  world: World,
  method: string,
  url: string,
  known: readonly string[],
): InjectOptions {
  const path = url.replaceAll(/:\w+|\*/g, () => random.one(random.below(2) ? world.segments : hostilePaths))
  const query = random.below(2)
    ? `?${random.one(hostileQueries)}`
    : random.below(2)
      ? `?${new URLSearchParams(Object.entries(JSON.parse(bodyOf(random, world))).map(([k, v]) => [k, String(v).slice(0, 4000)]))}`
      : ''
  const options: InjectOptions = { method: method as 'GET', url: `${path}${query}` }
  if (method === 'GET') return options
  const isRaw = random.below(4) === 0
  return {
    ...options,
    headers: { 'content-type': isRaw ? random.one(contentTypes) : 'application/json' },
    payload: isRaw ? random.one(rawBodies) : nearlyRight(random, world, known),
  }
}

/** Whether an error has the form of the protocol that was spoken to. */
export function isInForm(url: string, type: string, text: string): boolean {
  if (url.startsWith('/v1/')) {
    if (type.startsWith('application/x-protobuf')) return true
    return type.startsWith('application/json') && typeof JSON.parse(text).message === 'string'
  }
  if (!/^\/((ajax-)?api\/[23]\.0|get-artifact|model-versions\/|health|version)/.test(url)) {
    if (!type.startsWith('application/problem+json') && !type.startsWith('application/json')) return false
    const problem = JSON.parse(text)
    return typeof problem.status === 'number' || problem.outcome === 'refused'
  }
  if (type.startsWith('text/html')) return true
  if (!type.startsWith('application/json')) return type.startsWith('text/plain')
  const error = JSON.parse(text)
  return typeof error.error_code === 'string' && typeof error.message === 'string'
}

/** The path as it arrives: a client folds `..` away, so it may be another protocol's than the route's. */
export function pathOf(url: unknown): string | undefined {
  return URL.canParse(String(url), 'http://localhost') ? new URL(String(url), 'http://localhost').pathname : undefined
}
