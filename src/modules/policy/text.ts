import { z } from 'zod'
import { problemsOf, unknownRoles } from './document.ts'
import { ComparisonRule, ExpressionRule, FactRule, PolicyDocument } from './schema.ts'
import { type Path, type PolicyProblem, type ReadText, readText } from './yaml-text.ts'

export type ParsedPolicy =
  | { outcome: 'parsed'; document: PolicyDocument; lineOf: Extract<ReadText<unknown>, { outcome: 'read' }>['lineOf'] }
  | { outcome: 'refused'; problems: PolicyProblem[] }

/** Reads a policy text. Every mistake is named at its line, not only the first one. */
export function parsePolicy(text: string, roles?: readonly string[]): ParsedPolicy {
  const read = readText(text, {
    schema: PolicyDocument,
    problemsOf: (document) => [...problemsOf(document), ...(roles ? unknownRoles(document, roles) : [])],
    formOf: checkForm,
  })
  return read.outcome === 'read' ? { outcome: 'parsed', document: read.value, lineOf: read.lineOf } : read
}

/** A check is one of several forms; one of its keys tells which. */
function checkForm(value: unknown, path: Path) {
  if (path[0] !== 'checks' || path.length !== 2) return undefined
  if (typeof value !== 'object' || value === null) return ComparisonRule
  if ('fact' in value) return FactRule
  return 'cel' in value ? ExpressionRule : ComparisonRule
}

/** The JSON Schema of a policy document, for editors. */
export function policyJsonSchema(): Record<string, unknown> {
  return { title: 'Modelkeep policy', ...z.toJSONSchema(PolicyDocument, { io: 'input' }) }
}
