import { readdir } from 'node:fs/promises'
import { z } from 'zod'

/** The parts of JSON Schema that the server's schemas use. */
export type Schema = {
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  format?: string
  pattern?: string
  default?: unknown
  $ref?: string
}

export type NamedTypes = { readonly names: ReadonlyMap<string, string>; readonly types: ReadonlyMap<string, Schema> }

/** Schemas that modules export under a name, found again inside the document by their shape. */
export async function namedTypes(): Promise<NamedTypes> {
  const folder = new URL('../../src/modules/', import.meta.url)
  const names = new Map<string, string>()
  const types = new Map<string, Schema>()
  for (const module of (await readdir(folder)).sort()) {
    const exported: Record<string, unknown> = await import(new URL(`${module}/schema.ts`, folder).href)
    for (const [name, value] of Object.entries(exported).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!(value instanceof z.ZodType)) continue
      for (const io of ['output', 'input'] as const) {
        const schema = z.toJSONSchema(value, { io, unrepresentable: 'any', reused: 'inline' }) as Schema
        const shape = shapeOf(schema)
        if (isPlain(schema) || names.has(shape)) continue
        names.set(shape, name)
        if (!types.has(name)) types.set(name, schema)
      }
    }
  }
  return { names, types }
}

/** Too small to deserve a name: text, numbers and short lists of words. */
function isPlain({ type, properties, anyOf, oneOf, enum: words }: Schema): boolean {
  return !properties && !anyOf && !oneOf && (words?.length ?? 0) < 4 && type !== undefined
}

/** Without what differs between two writings of the same schema: the only references are to JSON itself. */
function shapeOf(schema: Schema): string {
  return JSON.stringify(schema, (key, value) => {
    if (key === '$schema' || key === '$defs') return undefined
    if (key === '$ref') return 'json'
    if (typeof value !== 'object' || value === null || typeof value.const !== 'string') return value
    const { const: word, ...rest } = value
    return { ...rest, enum: [word] }
  })
}

export type Describe = (schema: Schema, indent?: string) => string

/** Writes schemas as TypeScript would; what has a name goes by it, and `seen` hears which names were used. */
export function describeWith({ names }: NamedTypes, seen: (name: string) => void): Describe {
  function describe(schema: Schema, indent = ''): string {
    const name = names.get(shapeOf(schema))
    if (name !== undefined) {
      seen(name)
      return name
    }
    return expand(schema, indent)
  }

  function expand(schema: Schema, indent: string): string {
    const { type, anyOf, oneOf, allOf, enum: words, items, $ref } = schema
    if ('const' in schema) return JSON.stringify(schema.const)
    if (words) return words.map((word) => JSON.stringify(word)).join(' | ')
    if (anyOf ?? oneOf) return union((anyOf ?? oneOf ?? []).map((each) => describe(each, indent)))
    if (allOf) return allOf.map((each) => describe(each, indent)).join(' & ')
    if ($ref) return 'json'
    if (Array.isArray(type)) return union(type.map((each) => describe({ ...schema, type: each }, indent)))
    switch (type) {
      case 'array': {
        const item = items ? describe(items, indent) : 'json'
        return / [|&] /.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`
      }
      case 'object':
        return objectText(schema, indent)
      case 'string':
        return wordFor(schema)
      case 'integer':
        return 'integer'
      default:
        return type ?? 'json'
    }
  }

  function objectText({ properties = {}, required = [], additionalProperties }: Schema, indent: string): string {
    const inner = `${indent}  `
    const lines = Object.entries(properties).map(([key, value]) => {
      const optional = required.includes(key) ? '' : '?'
      const fallback = value.default === undefined ? '' : ` = ${JSON.stringify(value.default)}`
      return `${inner}${key}${optional}: ${describe(value, inner)}${fallback}`
    })
    if (lines.length > 0) return `{\n${lines.join('\n')}\n${indent}}`
    const values = typeof additionalProperties === 'object' ? describe(additionalProperties, indent) : 'json'
    return `{ [name]: ${values} }`
  }

  return (schema, indent) => describe(schema, indent)
}

/** Writes a named type out once: its own name is not used for itself. */
export function definitionOf(types: NamedTypes, name: string, seen: (name: string) => void): string {
  const schema = types.types.get(name) ?? {}
  const names = new Map([...types.names].filter(([, each]) => each !== name))
  return describeWith({ names, types: types.types }, seen)(schema)
}

function wordFor({ pattern, format }: Schema): string {
  if (format === 'date-time') return 'moment'
  if (pattern?.startsWith('^sha256:')) return 'digest'
  const prefix = pattern && /^\^([a-z]{3}_)\[0-9a-z\]\{24\}\$$/.exec(pattern)?.[1]
  return prefix ? `"${prefix}…"` : 'string'
}

const union = (members: readonly string[]) => [...new Set(members)].join(' | ')
