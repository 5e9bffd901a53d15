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
 * nothing old comes back after it. Requests that ask while it is read wait for the one read.
 */
export function createMemory(): Memory {
  let known = new Map<string, { value: Promise<unknown>; until: number }>()
  return {
    recall<T>(key: string, read: () => Promise<T>): Promise<T> {
      const now = performance.now()
      const found = known.get(key)
      if (found && found.until > now) return found.value as Promise<T>
      const into = known
      const value = read()
      if (into.size >= mostRemembered) into.clear()
      const entry = { value, until: now + rememberedFor }
      into.set(key, entry)
      const drop = () => {
        if (into.get(key) === entry) into.delete(key)
      }
      value.then((read) => read === undefined && drop(), drop)
      return value
    },
    forget() {
      known = new Map()
    },
  }
}
