/** What is known of a value on a pickle's stack; null where nothing needs to be known. */
export type Value = string | number | Global | Made | Tuple | Fields | null

export type Global = { kind: 'global'; name: string }
/** A value that a global made of arguments. */
export type Made = { kind: 'made'; of: string; args: readonly Value[] }
export type Tuple = { kind: 'tuple'; items: readonly Value[] }
/** A dictionary's entries under short texts. */
export type Fields = { kind: 'fields'; entries: Map<string, Value> }

/** Longer texts name nothing that could be imported. */
export const longestName = 1024
const mostItems = 16
const mostEntries = 64

export const tupleOf = (items: readonly Value[]): Tuple => ({ kind: 'tuple', items: items.slice(0, mostItems) })
export const noFields = (): Fields => ({ kind: 'fields', entries: new Map() })

export function isKind<K extends 'global' | 'made' | 'tuple' | 'fields'>(
  value: Value | undefined,
  kind: K,
): value is Extract<Value, { kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind
}

/** Writes pairs of keys and values into a dictionary that is followed. */
export function setFields(into: Value | undefined, pairs: readonly Value[]): void {
  if (!isKind(into, 'fields')) return
  for (let i = 0; i + 1 < pairs.length && into.entries.size < mostEntries; i += 2) {
    const key = pairs[i]
    if (typeof key === 'string') into.entries.set(key, pairs[i + 1] ?? null)
  }
}

const itemSizes: Readonly<Record<string, number>> = { b1: 1, i1: 1, u1: 1, i2: 2, u2: 2, f2: 2, i4: 4, u4: 4, f4: 4 }

/**
 * How many bytes an array of joblib's takes that follow its wrapper in the stream: `objects` where it is another pickle,
 * undefined where it cannot be told. The fields are those of joblib's NumpyArrayWrapper.
 */
export function arrayBehind(state: Value | undefined): { bytes: number; aligned: boolean } | 'objects' | undefined {
  if (!isKind(state, 'fields')) return undefined
  const { entries } = state
  const dtype = entries.get('dtype')
  const shape = entries.get('shape')
  if (!isKind(dtype, 'made') || !isKind(shape, 'tuple')) return undefined
  const [code] = dtype.args
  if (typeof code !== 'string') return undefined
  if (code.startsWith('O')) return 'objects'
  const size = itemSizes[code] ?? Number(/^[a-zA-Z](\d+)$/.exec(code)?.[1]) * (code.startsWith('U') ? 4 : 1)
  const count = shape.items.reduce<number>((all, one) => all * (typeof one === 'number' ? one : Number.NaN), 1)
  const bytes = size * count
  const alignment = entries.get('numpy_array_alignment_bytes')
  return Number.isSafeInteger(bytes) && bytes >= 0 ? { bytes, aligned: typeof alignment === 'number' } : undefined
}
