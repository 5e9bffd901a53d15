import { badRequest } from '../../../lib/errors.ts'
import { type Token, tokenize } from './tokens.ts'

/** One comparison of a filter. `IS NULL` and `IS NOT NULL` have no value. */
export type Clause = { left: Token; comparator: string; value: Token | undefined }

/** Reads a filter: comparisons joined by AND. What is not a comparison is named in the error. */
export function readClauses(filter: string): Clause[] {
  const tokens = tokenize(filter)
  const end = tokens.findIndex(({ text }) => text === ';')
  if (end >= 0 && end < tokens.length - 1) {
    throw badRequest(`Search filter contained multiple expression '${filter}'. Provide AND-ed expression list.`)
  }
  const clauses: Clause[] = []
  const strange: Token[] = []
  let at = 0
  while (at < tokens.length) {
    const found = clauseAt(tokens, at)
    if (found) {
      clauses.push(found.clause)
      at += found.length
      continue
    }
    const token = tokens[at++]
    if (token && !isKeyword(token, 'AND')) strange.push(token)
  }
  if (strange.length > 0) {
    throw badRequest(`Invalid clause(s) in filter string: ${strange.map(({ text }) => `'${text}'`).join(', ')}`)
  }
  return clauses
}

export function clauseAt(tokens: readonly Token[], at: number): { clause: Clause; length: number } | undefined {
  const [left, second, third, fourth] = tokens.slice(at, at + 4)
  if (!left || !second || !isOperand(left)) return undefined
  if (second.kind === 'comparator' && third && isValue(third)) {
    return { clause: { left, comparator: second.text, value: third }, length: 3 }
  }
  const words = [second, third, fourth].map((token) => (token?.kind === 'keyword' ? token.text.toUpperCase() : ''))
  const [first, next, last] = words
  if (first === 'IS' && next === 'NULL') return { clause: { left, comparator: 'IS NULL', value: undefined }, length: 3 }
  if (first === 'IS' && next === 'NOT' && last === 'NULL') {
    return { clause: { left, comparator: 'IS NOT NULL', value: undefined }, length: 4 }
  }
  if ((first === 'LIKE' || first === 'ILIKE') && third && isValue(third)) {
    return { clause: { left, comparator: first, value: third }, length: 3 }
  }
  if (first === 'IN' && third?.kind === 'list') return { clause: { left, comparator: 'IN', value: third }, length: 3 }
  if (first === 'NOT' && (next === 'LIKE' || next === 'ILIKE') && fourth && isValue(fourth)) {
    return { clause: { left, comparator: `NOT ${next}`, value: fourth }, length: 4 }
  }
  if (first === 'NOT' && next === 'IN' && fourth?.kind === 'list') {
    return { clause: { left, comparator: 'NOT IN', value: fourth }, length: 4 }
  }
  return undefined
}

const isKeyword = (token: Token, word: string) => token.kind === 'keyword' && token.text.toUpperCase() === word
const isOperand = ({ kind }: Token) => kind === 'name' || kind === 'string' || kind === 'number'
const isValue = (token: Token) => isOperand(token) || token.kind === 'list' || isKeyword(token, 'NULL')

/** What a comparison is about: `entity.key`, or a key alone, which is an attribute. */
export function readName(token: Token): { entity: string | undefined; key: string } {
  if (token.kind !== 'name') {
    throw badRequest(`Invalid comparison clause. Expected 'Identifier' found '${token.text}'`)
  }
  return splitName(token.text)
}

export function splitName(text: string): { entity: string | undefined; key: string } {
  const dot = /^[`"]/.test(text) ? -1 : text.indexOf('.')
  if (dot < 0) return { entity: undefined, key: unquote(text) }
  return { entity: text.slice(0, dot), key: unquote(text.slice(dot + 1)) }
}

export function unquote(text: string): string {
  const quote = text[0]
  const isQuoted = text.length >= 2 && (quote === '`' || quote === '"' || quote === "'") && text.at(-1) === quote
  return isQuoted ? text.slice(1, -1) : text
}

/** A quoted value; `what` names its kind in the error. */
export function textValue(token: Token | undefined, what: string): string {
  if (token?.kind === 'string' || (token?.kind === 'name' && token.text.startsWith('"'))) return unquote(token.text)
  if (token?.kind === 'name') {
    throw badRequest(
      `Parameter value is either not quoted or unidentified quote types used for string value ${token.text}. Use either single or double quotes.`,
    )
  }
  throw badRequest(`Expected a quoted string value for ${what}. Got value ${token?.text ?? 'None'}`)
}

/** A number; `what` names in the error what needs one. */
export function numberValue(token: Token | undefined, what: string): number {
  if (token?.kind !== 'number') {
    throw badRequest(`Expected numeric value type for ${what}. Found ${token?.text ?? 'None'}`)
  }
  return Number(token.text)
}

/** `('a', 'b')` as its texts. */
export function listValue(token: Token): string[] {
  const items = tokenize(token.text.slice(1, -1)).filter(({ text }) => text !== ',')
  if (items.length === 0) {
    throw badRequest(
      'While parsing a list in the query, expected a non-empty list of string values, but got empty list',
    )
  }
  return items.map((item) => {
    if (item.kind === 'string' || (item.kind === 'name' && item.text.startsWith('"'))) return unquote(item.text)
    const shown = items.map(({ text }) => text).join(', ')
    throw badRequest(
      `While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: (${shown}${items.length === 1 ? ',' : ''})`,
    )
  })
}

export function checkComparator(comparator: string, allowed: readonly string[]): void {
  if (!allowed.includes(comparator)) {
    throw badRequest(
      `Invalid comparator '${comparator}' not one of '{${allowed.map((name) => `'${name}'`).join(', ')}}'`,
    )
  }
}

export const comparators = {
  number: ['>', '>=', '!=', '=', '<', '<='],
  text: ['=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'],
  attribute: ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'],
}
