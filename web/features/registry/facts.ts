import type { VersionFacts } from '../../../src/modules/registry/schema.ts'

/** The format in a few words, from what was read out of the files. */
export function formatOf(facts: VersionFacts): string {
  const parts = facts.flavors.map((flavor) => (flavor === 'python_function' ? undefined : flavor)).filter(Boolean)
  const onnx = facts.onnx
  const opset = onnx && Array.isArray(onnx.opset_import) ? onnx.opset_import[0] : undefined
  const version = opset && typeof opset === 'object' && !Array.isArray(opset) ? opset.version : undefined
  const named = parts.map((part) => (part === 'onnx' ? `ONNX${version ? ` opset ${String(version)}` : ''}` : part))
  if (onnx && !parts.includes('onnx')) named.push('ONNX')
  return named.length > 0 ? named.join(', ') : 'not recognised'
}

/** A fact of any shape as rows of path and value, for a table. */
export function flatten(value: unknown, path = ''): { path: string; value: string }[] {
  if (value === null || typeof value !== 'object') return [{ path, value: String(value) }]
  const simple = Array.isArray(value) && value.every((each) => each === null || typeof each !== 'object')
  if (simple) return [{ path, value: value.join(', ') }]
  return Object.entries(value).flatMap(([key, each]) => flatten(each, path ? `${path}.${key}` : key))
}
