import type { Assumed, ExplainedRequirement } from '../../../src/modules/gate/schema.ts'

/** What is assumed, as the address holds it: keys with commas between them. */
export type WhatIf = {
  met?: string | undefined
  waived?: string | undefined
  unmet?: string | undefined
  at?: string | undefined
}

export const keyOf = ({ requirement }: ExplainedRequirement) => `${requirement.policy.name}/${requirement.id}`

/** What can be tried about a requirement: the opposite of what is so, and a waiver where the policy allows one. */
export function choicesOf({ requirement }: ExplainedRequirement): Assumed[] {
  const holds = requirement.state === 'met' || requirement.state === 'attention'
  if (holds) return ['unmet']
  return requirement.waiver ? ['met', 'unmet'] : requirement.waivable ? ['met', 'waived'] : ['met']
}

/** Assumes something of a requirement, or takes it back when it is assumed already. */
export function toggled(whatIf: WhatIf, key: string, what: Assumed): WhatIf {
  const without = (text: string | undefined) => (text ?? '').split(',').filter((each) => each !== '' && each !== key)
  const isOn = (whatIf[what] ?? '').split(',').includes(key)
  const next = (name: Assumed) => {
    const keys = [...without(whatIf[name]), ...(name === what && !isOn ? [key] : [])]
    return keys.length === 0 ? undefined : keys.join(',')
  }
  return { ...whatIf, met: next('met'), waived: next('waived'), unmet: next('unmet') }
}
