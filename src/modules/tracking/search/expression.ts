import { sql } from 'kysely'
import { badRequest } from '../../../lib/errors.ts'
import { type Clause, clauseAt, readClauses } from './clauses.ts'
import { and, type Fragment } from './sql.ts'
import { type Token, tokenize } from './tokens.ts'

/** A filter: comparisons, and what AND, OR, NOT and parentheses make of them. */
export type Expression<T> =
  | { kind: 'is'; value: T }
  | { kind: 'not'; of: Expression<T> }
  | { kind: 'and' | 'or'; of: readonly Expression<T>[] }

const deepest = 32
const mostClauses = 200

/**
 * MLflow's grammar joins comparisons by AND, and is read with MLflow's leniency and messages. What has OR, NOT or parentheses
 * is ours, and read strictly: NOT binds closest, then AND, then OR.
 */
export function readExpression(filter: string): Expression<Clause> {
  const tokens = tokenize(filter)
  if (!tokens.some((token, index) => isLogic(tokens, token, index))) {
    return { kind: 'and', of: readClauses(filter).map((value) => ({ kind: 'is', value })) }
  }
  const read = anyOf(tokens, 0)
  if (read.at < tokens.length) throw strange(tokens[read.at])
  const { expression } = read
  if (clausesIn(expression).length > mostClauses) throw badRequest(`A filter has at most ${mostClauses} comparisons.`)
  return expression
}

function isLogic(tokens: readonly Token[], token: Token, index: number): boolean {
  const next = tokens[index + 1]
  const before = tokens[index - 1]
  if (is(token, 'OR')) return true
  // As a part of a comparison, NOT follows a name: `x NOT IN …`, `x IS NOT NULL`.
  const opens = before === undefined || is(before, 'AND') || is(before, 'NOT')
  if (is(token, 'NOT')) return opens && next !== undefined
  return token.kind === 'list' && opens
}

type Read = { expression: Expression<Clause>; at: number }

const anyOf = (tokens: readonly Token[], at: number, depth = 0): Read => joined('or', 'OR', allOf, tokens, at, depth)
const allOf = (tokens: readonly Token[], at: number, depth: number): Read =>
  joined('and', 'AND', oneOf, tokens, at, depth)

function joined(
  kind: 'and' | 'or',
  word: string,
  part: (tokens: readonly Token[], at: number, depth: number) => Read,
  tokens: readonly Token[],
  from: number,
  depth: number,
): Read {
  let { expression, at } = part(tokens, from, depth)
  const parts = [expression]
  while (is(tokens[at], word)) {
    ;({ expression, at } = part(tokens, at + 1, depth))
    parts.push(expression)
  }
  const [only] = parts
  return { expression: parts.length === 1 && only ? only : { kind, of: parts }, at }
}

function oneOf(tokens: readonly Token[], at: number, depth: number): Read {
  if (depth > deepest) throw badRequest(`A filter is nested deeper than ${deepest} levels.`)
  const token = tokens[at]
  if (is(token, 'NOT')) {
    const { expression, at: end } = oneOf(tokens, at + 1, depth + 1)
    return { expression: { kind: 'not', of: expression }, at: end }
  }
  if (token?.kind === 'list') {
    const inner = tokenize(token.text.slice(1, -1))
    const read = anyOf(inner, 0, depth + 1)
    if (read.at < inner.length) throw strange(inner[read.at])
    return { expression: read.expression, at: at + 1 }
  }
  const found = clauseAt(tokens, at)
  if (!found) throw strange(token)
  return { expression: { kind: 'is', value: found.clause }, at: at + found.length }
}

const is = (token: Token | undefined, word: string) => token?.kind === 'keyword' && token.text.toUpperCase() === word

const strange = (token: Token | undefined) =>
  badRequest(token ? `Invalid clause(s) in filter string: '${token.text}'` : 'A filter ends in the middle.')

/** The same expression over other things. */
export function mapExpression<T, U>(expression: Expression<T>, map: (value: T) => U): Expression<U> {
  switch (expression.kind) {
    case 'is':
      return { kind: 'is', value: map(expression.value) }
    case 'not':
      return { kind: 'not', of: mapExpression(expression.of, map) }
    default:
      return { kind: expression.kind, of: expression.of.map((part) => mapExpression(part, map)) }
  }
}

/** Everything that is compared, from left to right. */
export function clausesIn<T>(expression: Expression<T>): T[] {
  switch (expression.kind) {
    case 'is':
      return [expression.value]
    case 'not':
      return clausesIn(expression.of)
    default:
      return expression.of.flatMap(clausesIn)
  }
}

/** What must all hold: the parts of an AND, or the expression itself. */
export const conjuncts = <T>(expression: Expression<T>): readonly Expression<T>[] =>
  expression.kind === 'and' ? expression.of.flatMap(conjuncts) : [expression]

/** As one condition. NOT holds wherever the comparison does not, also where there is nothing to compare. */
export function sqlOf<T>(expression: Expression<T>, condition: (value: T) => Fragment): Fragment {
  switch (expression.kind) {
    case 'is':
      return sql`(${condition(expression.value)})`
    case 'not':
      return sql`(${sqlOf(expression.of, condition)} is not true)`
    case 'and':
      return sql`(${and(expression.of.map((part) => sqlOf(part, condition)))})`
    case 'or':
      return sql`(${sql.join(
        expression.of.map((part) => sqlOf(part, condition)),
        sql` or `,
      )})`
  }
}

/** A whole filter as one condition. */
export const filterSql = (filter: string, condition: (clause: Clause) => Fragment): Fragment =>
  sqlOf(readExpression(filter), condition)
