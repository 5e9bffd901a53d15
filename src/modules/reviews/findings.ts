import { blocksAt } from '../findings/index.ts'
import { assessmentOf } from '../policy/index.ts'
import type { Assessment, Requirement, Snapshot } from '../policy/schema.ts'
import type { Environment } from '../registry/schema.ts'

/** The environment's own rule beside the policies: open findings from a severity on have to be closed first. */
export function blockedByFindings(
  assessment: Assessment,
  { findings = [] }: Pick<Snapshot, 'findings'>,
  { name, findings_block }: Pick<Environment, 'name' | 'findings_block'>,
): Assessment {
  const blocking = findings.filter(({ severity }) => blocksAt(severity, findings_block))
  if (blocking.length === 0) return assessment
  const added = blocking.map(({ id, title, severity, state, due_at }): Requirement => {
    const isResolved = state === 'resolved'
    return {
      id: `finding-${id.slice(4)}`,
      policy: { name: 'environment', version: 0 },
      type: 'policy',
      title: `The finding “${title}” is closed`,
      state: isResolved ? 'waiting' : 'blocked',
      explanation: isResolved
        ? `It is of ${severity} severity and resolved; somebody other than its fixer has not verified it yet.`
        : `It is of ${severity} severity, due on ${due_at.slice(0, 10)}; ${name} is blocked from ${findings_block} on.`,
      figure: null,
      evidence_id: null,
      who: isResolved ? 'validator' : 'developer',
      link: `/findings/${id}`,
    }
  })
  return assessmentOf([...assessment.requirements, ...added])
}
