/**
 * Keeps the storing and the removing of the same content apart inside one process: a put waits until a removal is over, and a
 * removal does not begin while a put is under way.
 */
export function createKeepGuard() {
  const keeping = new Map<string, number>()
  const removing = new Map<string, Promise<unknown>>()

  async function keep<T>(name: string, work: () => Promise<T>): Promise<T> {
    while (removing.has(name)) await removing.get(name)?.catch(() => {})
    keeping.set(name, (keeping.get(name) ?? 0) + 1)
    try {
      return await work()
    } finally {
      const left = (keeping.get(name) ?? 1) - 1
      if (left === 0) keeping.delete(name)
      else keeping.set(name, left)
    }
  }

  /** False, and nothing done, while somebody keeps or removes it. */
  async function remove(name: string, work: () => Promise<boolean>): Promise<boolean> {
    if (keeping.has(name) || removing.has(name)) return false
    const done = work()
    removing.set(name, done)
    try {
      return await done
    } finally {
      removing.delete(name)
    }
  }

  return { keep, remove }
}
