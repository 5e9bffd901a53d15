/** Reads for many values with at most so many in one `in (…)`. The answers come one after the other, unsorted between parts. */
export async function inParts<V, T>(
  values: readonly V[],
  read: (part: readonly V[]) => Promise<readonly T[]>,
  size = 500,
): Promise<T[]> {
  const found: T[] = []
  for (let from = 0; from < values.length; from += size) found.push(...(await read(values.slice(from, from + size))))
  return found
}
