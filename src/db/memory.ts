/** How long a change by another process may go unseen, in milliseconds. */
const rememberedFor = 1000
const mostRemembered = 10_000

export type Memory = {
  /** What `read` gives, or gave less than a second ago. That there is nothing (undefined) is never remembered. */
  recall<T>(key: string, read: () => Promise<T>): Promise<T>
  /** Whoever changed what is remembered calls it, so that this process sees the change at once. */
  forget(): void
}

/**
 * Remembers what every request reads and hardly anybody changes. A read that began before `forget` is not remembered, so that
 * nothing old comes back after it.
 */
export function createMemory(): Memory {
  let known = new Map<string, { value: unknown; until: number }>()
  return {
    async recall<T>(key: string, read: () => Promise<T>): Promise<T> {
      const now = performance.now()
      const found = known.get(key)
      if (found && found.until > now) return found.value as T
      const into = known
      const value = await read()
      if (into.size >= mostRemembered) into.clear()
      if (value !== undefined) into.set(key, { value, until: now + rememberedFor })
      return value
    },
    forget() {
      known = new Map()
    },
  }
}
