import { sha256 } from '../../lib/digest.ts'
import { badRequest } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import { canonicalJson, type Json, type JsonObject } from '../../lib/json.ts'
import { limits } from './rules.ts'
import type { DatasetShape, RecordContent } from './schema.ts'

/** By what two records are the same: their inputs, in whatever order the fields come. */
export function inputDigest({ inputs }: RecordContent): Digest {
  try {
    return sha256(canonicalJson(inputs))
  } catch {
    throw badRequest('The inputs of a record hold half of a surrogate pair.')
  }
}

/** Of a dataset: every record counts, and their order does not. */
export function digestOfRecords(contents: readonly string[]): Digest {
  return sha256(
    contents
      .map((content) => sha256(content))
      .sort()
      .join('\n'),
  )
}

/** What a record says after it was sent again: outputs and source are replaced, expectations and tags are added to. */
export function merged(before: RecordContent, next: RecordContent): RecordContent {
  const content: RecordContent = { ...before, ...next }
  if (before.expectations && next.expectations) content.expectations = { ...before.expectations, ...next.expectations }
  if (before.tags && next.tags) content.tags = { ...before.tags, ...next.tags }
  return content
}

export function textOf(content: RecordContent): string {
  const text = JSON.stringify(content)
  if (text.length > limits.record) throw badRequest(`A record may have at most ${limits.record} characters.`)
  return text
}

export function shapeWith(shape: DatasetShape, contents: readonly RecordContent[]): DatasetShape {
  const next: DatasetShape = { ...shape }
  for (const content of contents) {
    for (const part of ['inputs', 'outputs', 'expectations'] as const) {
      const value = content[part]
      if (!isObject(value)) continue
      const known = { ...next[part] }
      for (const [name, field] of Object.entries(value)) known[name] ??= typeOf(field)
      next[part] = known
    }
  }
  return next
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A number that keeps the form in which it was sent. */
const isRawNumber = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null && 'rawJSON' in value

function typeOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (isRawNumber(value)) return /[.eE]/.test(String(value.rawJSON)) ? 'float' : 'integer'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'boolean'
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'float'
    default:
      return 'object'
  }
}
