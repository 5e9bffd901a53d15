import type { VersionFacts } from '../../../src/modules/registry/schema.ts'

/** The format in a few words, from what was read out of the files. */
export function formatOf(facts: VersionFacts): string {
  const parts = facts.flavors.map((flavor) => (flavor === 'python_function' ? undefined : flavor)).filter(Boolean)
  const onnx = facts.onnx
  const opset = onnx && Array.isArray(onnx.opsets) ? onnx.opsets[0] : undefined
  const version = opset && typeof opset === 'object' && !Array.isArray(opset) ? opset.version : undefined
  const named = parts.map((part) => (part === 'onnx' ? `ONNX${version ? ` opset ${String(version)}` : ''}` : part))
  if (onnx && !parts.includes('onnx')) named.push('ONNX')
  return named.length > 0 ? named.join(', ') : 'not recognised'
}

/** A fact of any shape as rows of path and value, for a table. What has a name goes by it: "inputs.age: float32, N by 1". */
export function flatten(value: unknown, path = ''): { path: string; value: string }[] {
  if (value === null || typeof value !== 'object') return [{ path, value: value === null ? 'none' : String(value) }]
  if (Array.isArray(value) && value.every(isPlain)) return [{ path, value: value.join(' by ') || 'none' }]
  return Object.entries(value).flatMap(([key, each]) => {
    const name = isNamed(each) ? each.name : key
    const below = path ? `${path}.${name}` : name
    if (!isNamed(each)) return flatten(each, below)
    const { name: _, ...rest } = each
    return [{ path: below, value: describe(rest) }]
  })
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value !== 'object'
}

function isNamed(value: unknown): value is { name: string } {
  return value !== null && typeof value === 'object' && 'name' in value && typeof value.name === 'string'
}

/** "float32, 1 by 9, required": kinds and shapes as they are, yes and no by their names. */
function describe(fields: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(fields).flatMap(([key, value]) => {
    if (value === null || value === false) return []
    if (value === true) return [key]
    if (Array.isArray(value) && value.every(isPlain)) return [value.join(' by ')]
    return [typeof value === 'object' ? JSON.stringify(value) : String(value)]
  })
  return words.join(', ')
}
