import type { Json } from '../../lib/json.ts'

export type Difference = { path: string; recorded: Json; recomputed: Json }

const longest = 200

/** Where two JSON values differ, as paths to the single figures; what one side lacks is null there. */
export function differences(recorded: Json, recomputed: Json, path = ''): Difference[] {
  if (isBranch(recorded) && isBranch(recomputed) && Array.isArray(recorded) === Array.isArray(recomputed)) {
    const [left, right] = [new Map(Object.entries(recorded)), new Map(Object.entries(recomputed))]
    const found: Difference[] = []
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      found.push(...differences(left.get(key) ?? null, right.get(key) ?? null, path ? `${path}.${key}` : key))
      if (found.length >= longest) return found.slice(0, longest)
    }
    return found
  }
  return JSON.stringify(recorded) === JSON.stringify(recomputed) ? [] : [{ path, recorded, recomputed }]
}

const isBranch = (value: Json): value is Json[] | { [key: string]: Json } => typeof value === 'object' && value !== null
