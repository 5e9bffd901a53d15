import { blocksAt, type SeverityLevel, strictestLevel } from '../registry/schema.ts'
import type { AppliedPolicy } from './coverage.ts'
import type { Requirement, Snapshot } from './schema.ts'

type Finding = NonNullable<Snapshot['findings']>[number]
type Blocking = {
  /** Whose requirement it is. */
  readonly policy: Requirement['policy']
  readonly level: SeverityLevel
  /** What says so, as in "prod is blocked from high on". */
  readonly by: string
}

/** From which severity on open findings block: what is strictest of the environment and the policies that apply. */
export function findingsLevel(environment: SeverityLevel, policies: readonly Pick<AppliedPolicy, 'document'>[]) {
  return strictestLevel([environment, ...policies.flatMap(({ document }) => document.findings?.block_from ?? [])])
}

/** One requirement for each open finding that blocks. */
export function findingRequirements(findings: readonly Finding[], { policy, level, by }: Blocking): Requirement[] {
  return findings
    .filter(({ severity }) => blocksAt(severity, level))
    .map(({ id, title, severity, state, due_at }) => {
      const isResolved = state === 'resolved'
      return {
        id: `finding-${id.slice(4)}`,
        policy,
        type: 'policy',
        title: `The finding “${title}” is closed`,
        state: isResolved ? 'waiting' : 'blocked',
        explanation: isResolved
          ? `It is of ${severity} severity and resolved; somebody other than its fixer has not verified it yet.`
          : `It is of ${severity} severity, due on ${due_at.slice(0, 10)}; ${by} is blocked from ${level} on.`,
        figure: null,
        evidence_id: null,
        who: isResolved ? 'validator' : 'developer',
        link: `/findings/${id}`,
      }
    })
}

/** A finding that two policies name blocks once. */
export function withoutRepeats(requirements: readonly Requirement[]): Requirement[] {
  const seen = new Set<string>()
  return requirements.filter(({ id, type }) => {
    if (type !== 'policy') return true
    const repeated = seen.has(id)
    seen.add(id)
    return !repeated
  })
}
