import { assessmentOf, findingRequirements, withoutRepeats } from '../policy/index.ts'
import type { Assessment, Snapshot } from '../policy/schema.ts'
import type { Environment } from '../registry/schema.ts'

/** The environment's own rule beside the policies: open findings from a severity on have to be closed first. */
export function blockedByFindings(
  assessment: Assessment,
  { findings = [] }: Pick<Snapshot, 'findings'>,
  { name, findings_block }: Pick<Environment, 'name' | 'findings_block'>,
): Assessment {
  const policy = { name: 'environment', version: 0 }
  const added = findingRequirements(findings, { policy, level: findings_block, by: name })
  if (added.length === 0) return assessment
  return assessmentOf(withoutRepeats([...assessment.requirements, ...added]))
}
