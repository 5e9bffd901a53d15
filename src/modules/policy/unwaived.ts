import type { CelInput } from '@bufbuild/cel'
import type { Json } from '../../lib/json.ts'
import { FileScan } from '../artifacts/schema.ts'
import type { Snapshot } from './schema.ts'

/**
 * How many unknown findings nobody waives, as `version.unwaived`. Null where nobody looked at the files, so that it equals no
 * number. Findings that a flood pushed out of the list count, and cannot be waived.
 */
export function unwaived(facts: Json, waivers: NonNullable<Snapshot['version']['waivers']>): CelInput {
  const parsed = FileScan.safeParse(scanIn(facts))
  if (!parsed.success) return null
  const { unknown, findings } = parsed.data
  const waived = findings.filter(
    ({ severity, path, rule, what }) =>
      severity === 'unknown' && waivers.some((each) => each.path === path && each.rule === rule && each.what === what),
  )
  return BigInt(unknown - waived.length)
}

const scanIn = (facts: Json) =>
  typeof facts === 'object' && facts !== null && !Array.isArray(facts) ? facts.scan : undefined
