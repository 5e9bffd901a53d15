import type { Tolerance } from './cases.ts'

/** Paths at which the actual value does not agree with the expected one; numbers within the tolerance, the rest equal. */
export function disagreements(actual: unknown, expected: unknown, tolerance: Tolerance, path = ''): string[] {
  if (typeof expected === 'number') {
    const allowed = Math.max(tolerance.abs, tolerance.rel * Math.abs(expected))
    const agrees = typeof actual === 'number' && Math.abs(actual - expected) <= allowed
    return agrees ? [] : [`${path}: ${String(actual)} against ${expected}`]
  }
  if (typeof expected === 'object' && expected !== null) {
    const held = (actual ?? {}) as Record<string, unknown>
    return Object.entries(expected).flatMap(([key, value]) =>
      disagreements(held[key], value, tolerance, path === '' ? key : `${path}.${key}`),
    )
  }
  return actual === expected ? [] : [`${path}: ${String(actual)} against ${String(expected)}`]
}
