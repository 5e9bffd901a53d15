import type { Json } from './json.ts'

/** Texts that are kept take so many characters at the most. */
const mostKept = 16_000_000

/**
 * Parses JSON, and gives the same value for the same text as long as it is among those used last. Nobody can change what
 * it gives.
 */
export function createParsedOnce(most = mostKept) {
  const known = new Map<string, Json>()
  let kept = 0

  return (text: string): Json => {
    const found = known.get(text)
    if (found !== undefined) {
      known.delete(text)
      known.set(text, found)
      return found
    }
    const value = frozen(JSON.parse(text) as Json)
    known.set(text, value)
    kept += text.length
    for (const oldest of known.keys()) {
      if (kept <= most) break
      known.delete(oldest)
      kept -= oldest.length
    }
    return value
  }
}

function frozen(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) frozen(part)
  Object.freeze(value)
  return value
}
