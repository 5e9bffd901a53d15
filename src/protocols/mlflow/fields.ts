import type { FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import { invalidParameter, missingParameter } from './errors.ts'

type Source = Readonly<Record<string, unknown>>
export type Fields = ReturnType<typeof fieldsOf>

/** The fields of a request as MLflow's server reads them: a GET carries them in its query, or else in its body. */
export function fieldsIn(req: FastifyRequest): Fields {
  const body = isRecord(req.body) ? req.body : {}
  const query = isRecord(req.query) ? req.query : {}
  const isRead = req.method === 'GET' || req.method === 'HEAD'
  if (!isRead || (Object.keys(query).length === 0 && Object.keys(body).length > 0)) return fieldsOf(body)
  return fieldsOf(query, '', true)
}

/**
 * Reads a message leniently, as protobuf's JSON form is: unknown fields are ignored, null is unset, 64-bit integers may be
 * text, and a wrong type is the client's error. `inQuery`: a repeated key is an array, a single one may be either.
 */
export function fieldsOf(source: Source, path = '', inQuery = false) {
  const nameOf = (key: string) => `${path}${key}`

  function raw(key: string): unknown {
    const value = source[key]
    return value === null ? undefined : value
  }

  function text(key: string): string | undefined {
    const found = raw(key)
    const value = inQuery && Array.isArray(found) ? found[0] : found
    if (value === undefined) return undefined
    if (typeof value !== 'string') throw invalidParameter(nameOf(key), value)
    refuseUnstorable(value, nameOf(key))
    return value
  }

  function requiredText(key: string): string {
    const value = text(key)
    if (value === undefined || value === '') throw missingParameter(nameOf(key))
    return value
  }

  function number(key: string): number | undefined {
    const found = raw(key)
    const value = inQuery && Array.isArray(found) ? found[0] : found
    if (value === undefined) return undefined
    if (typeof value === 'number') return value
    if (typeof value === 'boolean') return Number(value)
    if (typeof value !== 'string') throw invalidParameter(nameOf(key), value)
    const parsed = namedNumbers.get(value) ?? (numeric.test(value) ? Number(value) : undefined)
    if (parsed === undefined) throw invalidParameter(nameOf(key), value)
    return parsed
  }

  /** Fractions are cut, as MLflow's server does. */
  function integer(key: string): number | undefined {
    const value = number(key)
    if (value !== undefined && !(Math.abs(value) < 2 ** 63)) throw invalidParameter(nameOf(key), raw(key))
    return value === undefined ? undefined : Math.trunc(value) + 0
  }

  function texts(key: string): string[] {
    const value = raw(key)
    if (value === undefined) return []
    if (inQuery && typeof value === 'string') return [value]
    if (!Array.isArray(value)) throw invalidParameter(nameOf(key), value)
    for (const item of value) {
      if (typeof item !== 'string') throw invalidParameter(nameOf(key), value)
      refuseUnstorable(item, nameOf(key))
    }
    return value as string[]
  }

  function list<T>(key: string, read: (item: Fields, index: number) => T): T[] {
    const value = raw(key)
    if (value === undefined) return []
    if (!Array.isArray(value)) throw invalidParameter(nameOf(key), value)
    return value.map((item, index) => {
      if (!isRecord(item)) throw invalidParameter(nameOf(key), value)
      return read(fieldsOf(item, `${nameOf(key)}[${index}].`), index)
    })
  }

  function message(key: string): Fields | undefined {
    const value = raw(key)
    if (value === undefined) return undefined
    if (!isRecord(value)) throw invalidParameter(nameOf(key), value)
    return fieldsOf(value, `${nameOf(key)}.`)
  }

  /** An enum by name or, as protobuf allows, by number; an unknown name is unset. */
  function choice<const T extends string>(key: string, names: Readonly<Record<T, number>>): T | undefined {
    const value = raw(key)
    if (value === undefined) return undefined
    const entries = Object.entries(names) as [T, number][]
    if (typeof value === 'string') return entries.find(([name]) => name === value)?.[0]
    const named = entries.find(([, number]) => number === value)?.[0]
    if (named === undefined) throw invalidParameter(nameOf(key), value)
    return named
  }

  return { raw, text, requiredText, number, integer, texts, list, message, choice }
}

function refuseUnstorable(text: string, parameter: string) {
  if (text.includes('\0')) throw badRequest(`Parameter '${parameter}' contains a NUL character.`)
  if (!text.isWellFormed()) throw badRequest(`Parameter '${parameter}' contains half of a surrogate pair.`)
}

const numeric = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/
const namedNumbers = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
