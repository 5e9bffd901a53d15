import { badRequest } from '../../../lib/errors.ts'
import { splitName } from './clauses.ts'
import { attributeOf, entityOf, type TextColumn } from './run-filter.ts'

export type RunOrder =
  | { on: 'metric' | 'param' | 'tag'; key: string; descending: boolean }
  | { on: 'attribute'; column: TextColumn | 'start_time' | 'end_time'; descending: boolean }

const part = '(?:[\\p{L}\\p{N}_$@#]+|`[^`]*`|"[^"]*")'
const clause = new RegExp(`^(${part}(?:\\.${part}?)*)(?:\\s+(\\S+))?$`, 'u')

/** `name`, `name ASC` or `name DESC`. */
export function readOrder(text: string): { name: string; descending: boolean } {
  const [, name, direction] = clause.exec(text) ?? []
  if (name === undefined || /^(asc|desc)$/i.test(name)) {
    throw badRequest(`Invalid order_by clause '${text}'. Could not be parsed.`)
  }
  switch (direction?.toLowerCase()) {
    case undefined:
    case 'asc':
      return { name, descending: false }
    case 'desc':
      return { name, descending: true }
    default:
      throw badRequest(`Invalid ordering key in order_by clause '${text}'.`)
  }
}

export const parseRunOrder = (texts: readonly string[]): RunOrder[] => texts.map(orderOf)

function orderOf(text: string): RunOrder {
  const { name, descending } = readOrder(text)
  const { entity, key } = splitName(name)
  const on = entityOf(entity)
  switch (on) {
    case 'attribute':
      return { on, column: attributeOf(key, 'order'), descending }
    case 'metric':
    case 'tag':
      return { on, key, descending }
    case 'parameter':
      return { on: 'param', key, descending }
    case 'dataset':
      throw badRequest("Invalid identifier type 'dataset'")
  }
}
