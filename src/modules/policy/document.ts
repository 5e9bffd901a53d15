import { parsePath } from '../../lib/figures.ts'
import { compile } from './expression.ts'
import { factProblem } from './facts.ts'
import type { PolicyDocument } from './schema.ts'

export type DocumentProblem = { path: readonly (string | number)[]; message: string }

/** What a document's schema cannot say: rules that refer to each other, and expressions that must be readable. */
export function problemsOf(document: PolicyDocument): DocumentProblem[] {
  return [
    ...repeatedIds(document),
    ...checkProblems(document),
    ...approvalProblems(document),
    ...orderProblems(document),
    ...waiverProblems(document),
    ...changeProblems(document),
  ]
}

function repeatedIds(document: PolicyDocument): DocumentProblem[] {
  const seen = new Set<string>(document.findings ? ['findings'] : [])
  return (['evidence', 'checks', 'approvals', 'waivers', 'changes'] as const).flatMap((list) =>
    document[list].flatMap(({ id }, index) => {
      const repeated = seen.has(id)
      seen.add(id)
      return repeated ? [{ path: [list, index, 'id'], message: `there is already a rule ${id}` }] : []
    }),
  )
}

function checkProblems(document: PolicyDocument): DocumentProblem[] {
  const asked = document.evidence.map(({ id }) => id)
  const kinds = new Set<string>(document.evidence.map(({ kind }) => kind))
  return document.checks.flatMap((rule, index) => {
    const problem = (key: string, message: string) => ({ path: ['checks', index, key], message })
    if ('fact' in rule) {
      const found = factProblem(rule)
      return found ? [problem(found.key, found.message)] : []
    }
    if ('cel' in rule) {
      const compiled = compile(rule.cel)
      if (compiled.outcome === 'refused') return [problem('cel', compiled.message)]
      return compiled.kinds
        .filter((kind) => !kinds.has(kind))
        .map((kind) => problem('cel', `it reads ${kind} evidence, which this policy does not ask for`))
    }
    const problems: DocumentProblem[] = []
    if (!asked.includes(rule.evidence)) {
      problems.push(
        problem('evidence', `there is no evidence rule ${rule.evidence}; there is ${asked.join(', ') || 'none'}`),
      )
    }
    const path = parsePath(rule.figure)
    if (!path) problems.push(problem('figure', `${rule.figure} is not a path like figures.roc_auc`))
    if (path?.at(-1) === '*') problems.push(problem('figure', 'a path cannot end in *'))
    return problems
  })
}

/** Nobody approves their own work, whatever a policy says, so a policy that says otherwise is refused instead of ignored. */
function approvalProblems(document: PolicyDocument): DocumentProblem[] {
  return document.approvals.flatMap((rule, index) =>
    (['developer', 'requester'] as const)
      .filter((who) => !rule.not.includes(who))
      .map((who) => ({
        path: ['approvals', index, 'not'],
        message: `the server never lets the ${who} approve: name ${who} here, or leave "not" out`,
      })),
  )
}

/** A role that there is not is one that nobody holds. */
export function unknownRoles({ approvals, waivers }: PolicyDocument, roles: readonly string[]): DocumentProblem[] {
  const unknown = (named: readonly string[], path: DocumentProblem['path']) =>
    named
      .filter((role) => !roles.includes(role))
      .map((role) => ({ path, message: `there is no role ${role} in this workspace` }))
  return [
    ...approvals.flatMap((rule, index) =>
      (['role', 'any_of', 'all_of'] as const).flatMap((key) =>
        unknown([rule[key] ?? []].flat(), ['approvals', index, key]),
      ),
    ),
    ...waivers.flatMap((rule, index) => unknown(rule.roles, ['waivers', index, 'roles'])),
  ]
}

/** A requirement is waived under one rule, so that it is plain by whom and for how long. */
function waiverProblems({ evidence, checks, approvals, waivers }: PolicyDocument): DocumentProblem[] {
  const known = [...evidence, ...checks].map(({ id }) => id)
  const seen = new Map<string, string>()
  return waivers.flatMap((rule, index) =>
    rule.requirements.flatMap((id, place) => {
      const problem = (message: string) => [{ path: ['waivers', index, 'requirements', place], message }]
      if (approvals.some((each) => each.id === id)) return problem(`an approval is never waived: ${id} asks for one`)
      if (!known.includes(id)) return problem(`there is no evidence or check ${id}`)
      const other = seen.get(id)
      if (other !== undefined) return problem(`${id} is in the waiver rule ${other} already`)
      seen.set(id, rule.id)
      return []
    }),
  )
}

/** Roles, stages and the rules that name each other. */
function orderProblems({ approvals, stages }: PolicyDocument): DocumentProblem[] {
  const stageOf = (stage: string | undefined) => (stage === undefined ? -1 : stages.indexOf(stage))
  return approvals.flatMap((rule, index) => {
    const problem = (key: string, message: string) => ({ path: ['approvals', index, key], message })
    const problems: DocumentProblem[] = []
    const forms = [rule.role, rule.any_of, rule.all_of].filter((form) => form !== undefined)
    if (forms.length !== 1) problems.push(problem('id', 'it takes exactly one of role, any_of and all_of'))
    if (stages.length > 0 && rule.stage === undefined) {
      problems.push(problem('id', `it names no stage; there is ${stages.join(', ')}`))
    }
    if (rule.stage !== undefined && !stages.includes(rule.stage)) {
      problems.push(problem('stage', `there is no stage ${rule.stage}; there is ${stages.join(', ') || 'none'}`))
    }
    if (rule.overdue !== undefined && rule.deadline_days === undefined) {
      problems.push(problem('overdue', 'it needs deadline_days, from which a review is overdue'))
    }
    for (const id of rule.not) {
      if (id === 'developer' || id === 'requester') continue
      const at = approvals.findIndex((each) => each.id === id)
      const other = approvals[at]
      if (!other) problems.push(problem('not', `there is no approval rule ${id}`))
      else if (at >= index || stageOf(other.stage) > stageOf(rule.stage)) {
        problems.push(problem('not', `${id} has to stand before this rule`))
      }
    }
    return problems
  })
}

/** Kinds of evidence say something about evidence alone, and a rule behind one that says the same is never reached. */
function changeProblems({ changes }: PolicyDocument): DocumentProblem[] {
  return changes.flatMap((rule, index) => {
    const problem = (key: string, message: string) => ({ path: ['changes', index, key], message })
    const before = changes.slice(0, index).filter(({ kinds }) => kinds === undefined)
    const hidden = rule.changes.filter((what) => before.some((each) => each.changes.includes(what)))
    return [
      ...(rule.kinds && !rule.changes.every((what) => what === 'evidence')
        ? [problem('kinds', 'kinds are those of evidence: name only evidence in changes')]
        : []),
      ...hidden.map((what) => problem('changes', `a rule before this one says already what follows from ${what}`)),
    ]
  })
}
