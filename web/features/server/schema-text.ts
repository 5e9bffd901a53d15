import type { Schema } from './openapi.ts'

type Schemas = Readonly<Record<string, Schema>>
type Field = { name: string; type: string; required: boolean }

const asSchema = (value: unknown): Schema | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Schema) : undefined

function resolve(schema: Schema | undefined, schemas: Schemas): Schema | undefined {
  const reference = schema?.$ref
  return typeof reference === 'string' ? schemas[reference.slice(reference.lastIndexOf('/') + 1)] : schema
}

/** A JSON Schema type in a few words. */
export function typeText(given: Schema | undefined, schemas: Schemas, depth = 0): string {
  const schema = resolve(given, schemas)
  if (!schema) return 'anything'
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const variants = [schema.anyOf, schema.oneOf].find(Array.isArray)
  if (variants && depth < 3) {
    return [...new Set(variants.map((each) => typeText(asSchema(each), schemas, depth + 1)))].join(' or ')
  }
  if (schema.type === 'array') return `list of ${typeText(asSchema(schema.items), schemas, depth + 1)}`
  if (schema.type === 'object') {
    const names = Object.keys(asSchema(schema.properties) ?? {})
    return names.length > 0 && depth > 0 ? `{ ${names.join(', ')} }` : 'object'
  }
  const format = typeof schema.format === 'string' ? ` (${schema.format})` : ''
  return typeof schema.type === 'string' ? `${schema.type}${format}` : 'anything'
}

/** The fields of an object, one level deep; a union shows the fields of all its variants. */
export function fieldsOf(given: Schema | undefined, schemas: Schemas): Field[] {
  const schema = resolve(given, schemas)
  if (!schema) return []
  const variants = [schema.anyOf, schema.oneOf, schema.allOf].find(Array.isArray)
  if (variants) {
    const fields = variants.flatMap((each) => fieldsOf(asSchema(each), schemas))
    return [...new Map(fields.map((field) => [field.name, field])).values()]
  }
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(asSchema(schema.properties) ?? {}).map(([name, each]) => ({
    name,
    type: typeText(asSchema(each), schemas, 1),
    required: required.includes(name),
  }))
}
