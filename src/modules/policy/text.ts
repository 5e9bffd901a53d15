import type { Document, LineCounter } from 'yaml'
import { z } from 'zod'
import { yaml } from '../../lib/yaml.ts'
import { problemsOf } from './document.ts'
import { ComparisonRule, ExpressionRule, PolicyDocument } from './schema.ts'

/** A mistake in a policy text: `path` in the document, and where it stands in the text. */
export type PolicyProblem = { path: string; message: string; line: number; column: number }
export type ParsedPolicy =
  | { outcome: 'parsed'; document: PolicyDocument }
  | { outcome: 'refused'; problems: PolicyProblem[] }

type Path = readonly PropertyKey[]
type Found = { path: Path; message: string }

/** Repetition by aliases stays harmless: more than this many are a bomb, not a policy. */
const mostAliases = 50
const deepest = 20
const tooDeepText = 'the text is nested too deeply'

/** Reads a policy text. Every mistake is named at its line, not only the first one. */
export function parsePolicy(text: string): ParsedPolicy {
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
  const parsed = PolicyDocument.safeParse(value)
  const found = parsed.success ? problemsOf(parsed.data) : parsed.error.issues.flatMap((issue) => plain(issue, value))
  if (parsed.success && found.length === 0) return { outcome: 'parsed', document: parsed.data }
  return refused(found.map(({ path, message }) => ({ path: path.join('.'), message, ...at(offsetOf(document, path)) })))
}

/** The JSON Schema of a policy document, for editors. */
export function policyJsonSchema(): Record<string, unknown> {
  return { title: 'Modelkeep policy', ...z.toJSONSchema(PolicyDocument, { io: 'input' }) }
}

function refused(problems: PolicyProblem[]): ParsedPolicy {
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

/** A check is one of two forms: its mistakes are those of the form that it evidently is. */
function plain(issue: z.core.$ZodIssue, root: unknown): Found[] {
  if (issue.code === 'invalid_union' && issue.path[0] === 'checks') {
    const value = valueAt(root, issue.path)
    const form = typeof value === 'object' && value !== null && 'cel' in value ? ExpressionRule : ComparisonRule
    const inner = form.safeParse(value).error?.issues ?? []
    return inner.flatMap((each) => plain({ ...each, path: [...issue.path, ...each.path] }, root))
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
