import type { Document, LineCounter } from 'yaml'
import type { z } from 'zod'
import { yaml } from '../../lib/yaml.ts'

/** A mistake in a text: `path` in the document, and where it stands in the text. */
export type PolicyProblem = { path: string; message: string; line: number; column: number }
/** `lineOf` is the line where a part of the document begins. */
export type ReadText<T> =
  | { outcome: 'read'; value: T; lineOf: (path: Path) => number }
  | { outcome: 'refused'; problems: PolicyProblem[] }

export type Path = readonly PropertyKey[]
export type Found = { path: Path; message: string }

type Reader<T> = {
  schema: z.ZodType<T>
  /** What the schema cannot say. */
  problemsOf: (value: T) => Found[]
  /** The form that a value in a union evidently is, so that the mistakes named are those of that form. */
  formOf?: (value: unknown, path: Path) => z.ZodType | undefined
}

/** Repetition by aliases stays harmless: more than this many are a bomb, not a policy. */
const mostAliases = 50
const deepest = 20
const tooDeepText = 'the text is nested too deeply'

/** Reads a YAML text as what its schema says. Every mistake is named at its line, not only the first one. */
export function readText<T>(text: string, { schema, problemsOf, formOf }: Reader<T>): ReadText<T> {
  const lines = new (yaml().LineCounter)()
  const document = readYaml(text, lines)
  if (!document) return refused([{ path: '', message: tooDeepText, line: 1, column: 1 }])
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  if (document.errors.length > 0) {
    return refused(
      document.errors.map((error) => ({ path: '', message: firstLine(error.message), ...at(error.pos[0]) })),
    )
  }
  const tooDeep = depthProblem(document)
  if (tooDeep !== undefined) return refused([{ path: '', message: tooDeepText, ...at(tooDeep) }])

  const value = plainValue(document)
  if (value === undefined) return refused([{ path: '', message: 'too many aliases', line: 1, column: 1 }])
  const parsed = schema.safeParse(value)
  const found = parsed.success
    ? problemsOf(parsed.data)
    : parsed.error.issues.flatMap((issue) => plain(issue, value, formOf))
  if (parsed.success && found.length === 0) {
    return { outcome: 'read', value: parsed.data, lineOf: (path) => at(offsetOf(document, path)).line }
  }
  return refused(found.map(({ path, message }) => ({ path: path.join('.'), message, ...at(offsetOf(document, path)) })))
}

function refused(problems: PolicyProblem[]): { outcome: 'refused'; problems: PolicyProblem[] } {
  return { outcome: 'refused', problems }
}

function readYaml(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    const document = yaml().parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      strict: true,
      uniqueKeys: true,
      version: '1.2',
    })
    // The reader reports a stack that is too deep as a mistake of the text.
    return document.errors.some(({ message }) => message.includes('call stack')) ? undefined : document
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function depthProblem(document: Document.Parsed): number | undefined {
  let offset: number | undefined
  yaml().visit(document, {
    Collection(_, node, ancestors) {
      if (ancestors.length <= deepest * 2) return undefined
      offset = node.range?.[0] ?? 0
      return yaml().visit.BREAK
    },
  })
  return offset
}

function plainValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases })
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

/** A mistake in a union is one of the form that the value evidently is. */
function plain(issue: z.core.$ZodIssue, root: unknown, formOf: Reader<unknown>['formOf']): Found[] {
  if (issue.code === 'invalid_union') {
    const value = valueAt(root, issue.path)
    const inner = formOf?.(value, issue.path)?.safeParse(value).error?.issues ?? []
    if (inner.length > 0) {
      return inner.flatMap((each) => plain({ ...each, path: [...issue.path, ...each.path] }, root, formOf))
    }
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `there is no ${key} here` }))
  }
  if (issue.code === 'invalid_type' && valueAt(root, issue.path) === undefined) {
    return [{ path: issue.path, message: `${String(issue.path.at(-1) ?? 'the document')} is missing` }]
  }
  return [{ path: issue.path, message: issue.message }]
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  )
}

/** Where the deepest part of the path that exists begins; a key's own place rather than that of its value. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true) ?? document.contents
    const key = path[length - 1]
    if (yaml().isNode(parent) && 'items' in parent) {
      const item = parent.items.find(
        (each) => yaml().isPair(each) && yaml().isScalar(each.key) && each.key.value === key,
      )
      if (yaml().isPair(item) && yaml().isScalar(item.key) && item.key.range) return item.key.range[0]
    }
    const node = document.getIn(path.slice(0, length), true)
    if (yaml().isNode(node) && node.range) return node.range[0]
  }
  return document.contents?.range?.[0] ?? 0
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message
}
