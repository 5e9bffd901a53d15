import type { Consequence, MyWork, Renewal, WorkItem } from '../../../src/modules/work/schema.ts'
import type { ToneName } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'

export const consequenceWords: Record<Consequence, { tone: ToneName; word: string }> = {
  blocks: { tone: 'blocked', word: 'blocks the gate' },
  overdue: { tone: 'blocked', word: 'overdue' },
  lapses: { tone: 'attention', word: 'lapses' },
  waits: { tone: 'waiting', word: 'waits' },
}

export const kindWords: Record<WorkItem['kind'], string> = {
  decision: 'Decision',
  evidence: 'Evidence',
  finding: 'Finding',
  verification: 'Verification',
  duty: 'Duty',
  review: 'Review',
  renewal: 'Renewal',
  condition: 'Condition',
  break_glass: 'Break-glass',
  audit_request: 'Audit request',
}

export const nameOf = ({ model, version, environment }: Renewal) => `${model} ${version} in ${environment}`

export const pageOf = ({ model, version, environment }: Renewal) =>
  `/models/${encodeURIComponent(model)}/versions/${version}?environment=${encodeURIComponent(environment)}`

/** `25 minutes`, `2 hours`. */
export function effort(minutes: number): string {
  return minutes < 90 ? counted(minutes, 'minute') : counted(Math.round(minutes / 60), 'hour')
}

/** The worst that waits gives the page its tone. */
export function toneOf({ mine }: MyWork): ToneName {
  const [first] = mine
  return first ? consequenceWords[first.consequence].tone : 'met'
}
