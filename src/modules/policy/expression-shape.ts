import type { parse } from '@bufbuild/cel'
import { EvidenceKind } from '../evaluation/schema.ts'

type Expr = ReturnType<typeof parse>['expr']

/** What an expression may reach, so that a misspelt field is found when the policy is saved and not when somebody deploys. */
export type Shape =
  | { kind: 'any' | 'value' }
  | { kind: 'list'; of: Shape }
  | { kind: 'fields'; fields: Readonly<Record<string, Shape>> }

const any: Shape = { kind: 'any' }
const value: Shape = { kind: 'value' }
const list = (of: Shape): Shape => ({ kind: 'list', of })
const fields = (of: Readonly<Record<string, Shape>>): Shape => ({ kind: 'fields', fields: of })

const evidence = fields({
  id: value,
  digest: value,
  source: value,
  collected_at: value,
  valid_until: value,
  age_days: value,
  method: value,
  inputs: list(fields({ role: value, name: value, digest: value })),
  result: any,
})

/** The names that expressions know, with the evidence of each kind under its name. */
export const contextShape: Readonly<Record<string, Shape>> = {
  at: value,
  environment: value,
  requester: value,
  model: fields({ id: value, name: value, tier: value, purpose: value, owner: value }),
  version: fields({
    id: value,
    version: value,
    digest: value,
    files: list(fields({ path: value, size: value, sha256: value })),
    run: fields({ id: value, digest: value }),
    datasets: list(fields({ name: value, digest: value, context: value })),
    signature: any,
    facts: any,
    waivers: list(fields({ path: value, rule: value, what: value, until: value, given_by: value })),
    unwaived: value,
    developers: list(value),
    registered_by: value,
  }),
  evidence: fields(Object.fromEntries(EvidenceKind.options.map((kind) => [kind, evidence]))),
  policies: list(fields({ name: value, version: value, digest: value })),
}

const typeNames = new Set(['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'type', 'null_type'])

export type Survey = {
  nodes: number
  /** How deep loops are nested in loops. */
  loops: number
  additions: number
  problems: string[]
  /** Kinds of evidence that the expression reads. */
  kinds: Set<string>
}

/** Walks an expression once: its size, its loops, and every name in it that does not exist. */
export function survey(root: Expr): Survey {
  const result: Survey = { nodes: 0, loops: 0, additions: 0, problems: [], kinds: new Set() }
  shapeOf(root, new Map(Object.entries(contextShape)), 0, result)
  return result
}

type Scope = ReadonlyMap<string, Shape>

function shapeOf(expr: Expr | undefined, scope: Scope, loops: number, into: Survey): Shape {
  if (!expr) return any
  into.nodes++
  const inside = (part: Expr | undefined) => shapeOf(part, scope, loops, into)
  const { exprKind } = expr
  switch (exprKind.case) {
    case 'identExpr':
      return identShape(exprKind.value.name, scope, into)
    case 'selectExpr': {
      const { operand, field } = exprKind.value
      if (operand?.exprKind.case === 'identExpr' && operand.exprKind.value.name === 'evidence') into.kinds.add(field)
      return fieldShape(inside(operand), field, into)
    }
    case 'callExpr':
      return callShape(exprKind.value, inside, into)
    case 'listExpr':
      for (const element of exprKind.value.elements) inside(element)
      return list(any)
    case 'structExpr':
      for (const entry of exprKind.value.entries) {
        if (entry.keyKind.case === 'mapKey') inside(entry.keyKind.value)
        inside(entry.value)
      }
      return any
    case 'comprehensionExpr': {
      const { iterVar, iterRange, accuVar, accuInit, loopCondition, loopStep, result } = exprKind.value
      into.loops = Math.max(into.loops, loops + 1)
      const range = inside(iterRange)
      inside(accuInit)
      const within = new Map(scope).set(accuVar, any).set(iterVar, range.kind === 'list' ? range.of : any)
      for (const part of [loopCondition, loopStep]) shapeOf(part, within, loops + 1, into)
      shapeOf(result, within, loops, into)
      return any
    }
    default:
      return value
  }
}

type Call = { function: string; target?: Expr | undefined; args: Expr[] }

function callShape(call: Call, inside: (part: Expr | undefined) => Shape, into: Survey): Shape {
  if (call.function === '_+_') into.additions++
  const [first, index] = call.args
  const literal = index?.exprKind.case === 'constExpr' ? index.exprKind.value.constantKind : undefined
  if (call.function === '_[_]' && literal?.case === 'stringValue' && first) {
    if (first.exprKind.case === 'identExpr' && first.exprKind.value.name === 'evidence') into.kinds.add(literal.value)
    return fieldShape(inside(first), literal.value, into)
  }
  if (call.target) inside(call.target)
  const [shape] = call.args.map(inside)
  return call.function === '_[_]' && shape?.kind === 'list' ? shape.of : any
}

function identShape(name: string, scope: Scope, into: Survey): Shape {
  const shape = scope.get(name)
  if (shape) return shape
  if (!typeNames.has(name)) {
    into.problems.push(`there is no ${name}; expressions know ${Object.keys(contextShape).sort().join(', ')}`)
  }
  return any
}

function fieldShape(of: Shape, field: string, into: Survey): Shape {
  if (of.kind === 'any') return any
  const shape = of.kind === 'fields' ? of.fields[field] : undefined
  if (shape) return shape
  const known = of.kind === 'fields' ? `; there is ${Object.keys(of.fields).join(', ')}` : ''
  into.problems.push(`there is no field ${field} here${known}`)
  return any
}
