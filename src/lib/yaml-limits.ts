import { yaml } from './yaml.ts'

const maxTokens = 60_000
const maxFlowDepth = 32
const maxMarkersPerLine = 16
const maxIndent = 200

/**
 * The lexer is linear; what comes after it is not (200,000 nested `?` keep the parser busy for minutes). Documents that no
 * person or program writes are therefore refused by their tokens, before they are parsed: the reason, or undefined.
 */
export function hostileYaml(text: string): string | undefined {
  let tokens = 0
  let depth = 0
  let markers = 0
  let lineStart = true
  for (const token of new (yaml().Lexer)().lex(text)) {
    if (++tokens > maxTokens) return 'it has too many parts'
    switch (token) {
      case '?':
        return 'it has a key that is not plain text'
      case '[':
      case '{':
        if (++depth > maxFlowDepth) return `it is nested deeper than ${maxFlowDepth}`
        break
      case ']':
      case '}':
        depth--
        break
      case '-':
      case ':':
        if (++markers > maxMarkersPerLine && depth === 0) return 'it nests too much in one line'
        break
      case '\n':
      case '\r\n':
        markers = 0
        break
      default:
        if (lineStart && /^ +$/.test(token) && token.length > maxIndent) return 'it is nested too deep'
    }
    lineStart = token === '\n' || token === '\r\n'
  }
  return undefined
}
