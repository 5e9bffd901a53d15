import { isUnmet } from '../policy/index.ts'
import type { Requirement } from '../policy/schema.ts'
import type { RequirementDifference, RequirementSide } from './schema.ts'

const order = ['worse', 'better', 'other'] as const

/** Requirements whose state, or whose waiver, is another one for b; those that deny only b come first. */
export function requirementDifferences(a: readonly Requirement[], b: readonly Requirement[]) {
  const [left, right] = [byKey(a), byKey(b)]
  const keys = [...new Set([...right.keys(), ...left.keys()])]
  const differing = keys.flatMap((key): RequirementDifference[] => {
    const [before, now] = [left.get(key), right.get(key)]
    const title = (now ?? before)?.title ?? key
    const sides = { a: sideOf(before), b: sideOf(now) }
    if (stateOf(sides.a) === stateOf(sides.b)) return []
    return [{ group: 'gate', part: 'requirement', key, title, ...sides, change: changeOf(before, now) }]
  })
  const sorted = differing.sort((one, other) => order.indexOf(one.change) - order.indexOf(other.change))
  return { differing: sorted, same: keys.length - differing.length }
}

const byKey = (requirements: readonly Requirement[]) =>
  new Map(requirements.map((each) => [`${each.policy.name}/${each.id}`, each]))

function sideOf(requirement: Requirement | undefined): RequirementSide | null {
  if (!requirement) return null
  const { state, explanation, waiver } = requirement
  return { state, explanation, waived_until: waiver?.until ?? null }
}

const stateOf = (side: RequirementSide | null) => side && `${side.state} ${side.waived_until ?? ''}`

function changeOf(before: Requirement | undefined, now: Requirement | undefined): RequirementDifference['change'] {
  const [denied, denies] = [before, now].map((each) => each !== undefined && isUnmet(each))
  return denied === denies ? 'other' : denies ? 'worse' : 'better'
}
