import { type Evidence, LimitOutcome } from '../../../src/modules/evaluation/schema.ts'
import type { ToneName } from '../../ui/Tone.tsx'

/** What the protocol demands of this evidence; none where it states no limit. */
export function limitsOf(item: Evidence): readonly LimitOutcome[] {
  return LimitOutcome.array().safeParse(item.result.limits).data ?? []
}

export function limitsTone(limits: readonly LimitOutcome[]): ToneName {
  if (limits.some(({ passes }) => passes === false)) return 'blocked'
  if (limits.some(({ passes }) => passes === null)) return 'attention'
  return limits.length > 0 ? 'met' : 'unknown'
}

/** "2 of 3 limits of the protocol hold". */
export function limitsSentence(limits: readonly LimitOutcome[]): string {
  if (limits.length === 0) return 'The protocol states no limit for it'
  const held = limits.filter(({ passes }) => passes === true).length
  const unsaid = limits.filter(({ passes }) => passes === null).length
  const rest = unsaid > 0 ? `, ${unsaid} cannot be said` : ''
  if (limits.length === 1)
    return held === 1
      ? 'The limit of the protocol holds'
      : unsaid
        ? 'Whether the limit of the protocol holds cannot be said'
        : 'The limit of the protocol does not hold'
  return `${held} of ${limits.length} limits of the protocol hold${rest}`
}
