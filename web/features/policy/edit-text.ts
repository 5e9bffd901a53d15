import { isScalar, parseDocument } from 'yaml'

type Path = readonly (string | number)[]
type Plain = string | number | boolean
type Value = Plain | readonly string[]

/** The object that a text says, or undefined while it cannot be read. */
export function objectOf(text: string): unknown {
  const document = parseDocument(text)
  if (document.errors.length > 0) return undefined
  try {
    return document.toJS({ maxAliasCount: 50 })
  } catch {
    return undefined
  }
}

/** One value changed. Where it stands in the text already, not one other character moves; comments stay in any case. */
export function withValue(text: string, path: Path, value: Value): string {
  const document = parseDocument(text)
  const node = document.getIn(path, true)
  if (
    !isList(value) &&
    isScalar(node) &&
    node.range &&
    (node.type === 'PLAIN' || node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE')
  ) {
    const [start, end] = node.range
    return `${text.slice(0, start)}${written(value)}${text.slice(end)}`
  }
  document.setIn(path, isList(value) ? listNode(document, value) : value)
  return document.toString({ lineWidth: 0 })
}

export function without(text: string, path: Path): string {
  const document = parseDocument(text)
  document.deleteIn(path)
  return document.toString({ lineWidth: 0 })
}

/** A rule at the end of a list, which is made where there is none. */
export function withRule(text: string, list: string, rule: Readonly<Record<string, Value>>): string {
  const document = parseDocument(text)
  if (document.hasIn([list])) document.addIn([list], document.createNode(rule))
  else document.setIn([list], document.createNode([rule]))
  return document.toString({ lineWidth: 0 })
}

const isList = (value: Value): value is readonly string[] => typeof value === 'object'

/** Short lists stand on one line. */
function listNode(document: ReturnType<typeof parseDocument>, value: readonly string[]) {
  return document.createNode([...value], { flow: true })
}

/** On one line, and read back as the same value. JSON strings are YAML strings. */
function written(value: Plain): string {
  if (typeof value !== 'string') return String(value)
  const plain = /^[A-Za-z][\w .'’/-]*$/.test(value) && value.trim() === value && parseDocument(value).toJS() === value
  return plain ? value : JSON.stringify(value)
}
