/** A piece of a filter. Texts keep their quotes, so that messages show what was written. */
export type Token = {
  kind: 'name' | 'string' | 'number' | 'list' | 'comparator' | 'keyword' | 'comment' | 'other'
  text: string
}

const keywords = new Set(['AND', 'OR', 'NOT', 'LIKE', 'ILIKE', 'IN', 'IS', 'NULL', 'BETWEEN', 'ASC', 'DESC'])
const space = /\s+/y
const comment = /--[^\n]*/y
const quoted = /'(?:[^']|'')*'/y
const number = /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])/uy
const comparator = /[<>=!~]+/y
const part = '(?:[\\p{L}\\p{N}_$@#]+|`[^`]*`|"[^"]*")'
const keyPart = `(?:${part}|'[^']*')`
const name = new RegExp(`${part}(?:\\.${keyPart}?)*`, 'uy')

/** Cuts a filter into the pieces that MLflow's server sees, white space left out. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = []
  let at = 0

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(filter)?.[0]
    if (found !== undefined) at += found.length
    return found
  }

  while (at < filter.length) {
    if (take(space) !== undefined) continue
    const remark = take(comment)
    if (remark !== undefined) tokens.push({ kind: 'comment', text: remark })
    else tokens.push(next())
  }
  return tokens

  function next(): Token {
    const text = take(quoted)
    if (text !== undefined) return { kind: 'string', text }
    const digits = take(number)
    if (digits !== undefined) return { kind: 'number', text: digits }
    const word = take(name)
    if (word !== undefined) return { kind: keywords.has(word.toUpperCase()) ? 'keyword' : 'name', text: word }
    const sign = take(comparator)
    if (sign !== undefined) return { kind: 'comparator', text: sign }
    if (filter[at] === '(') return list()
    return { kind: 'other', text: filter[at++] ?? '' }
  }

  /** From an opening parenthesis to the one that closes it; without one, the rest is one strange piece. */
  function list(): Token {
    const from = at
    let depth = 0
    do {
      if (take(quoted) !== undefined) continue
      const char = filter[at++]
      if (char === '(') depth++
      else if (char === ')') depth--
    } while (depth > 0 && at < filter.length)
    return { kind: depth === 0 ? 'list' : 'other', text: filter.slice(from, at) }
  }
}
