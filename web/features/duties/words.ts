import { type AlarmKind, type CellState, type Duty, dutyNames } from '../../../src/modules/duties/schema.ts'
import type { ToneName } from '../../ui/Tone.tsx'

export const cellTones: Record<CellState, { tone: ToneName; word: string }> = {
  accepted: { tone: 'met', word: 'accepted' },
  proposed: { tone: 'waiting', word: 'proposed' },
  gap: { tone: 'unknown', word: 'gap' },
  conflicted: { tone: 'attention', word: 'conflicted' },
  orphaned: { tone: 'blocked', word: 'orphaned' },
}

export const alarmWords: Record<AlarmKind, string> = {
  left: 'The account of the holder is disabled.',
  no_role: 'The holder may no longer see what the duty is about.',
  unaccepted: 'The proposal has waited for an answer for more than a day.',
  declined: 'It was declined, and nobody else was asked.',
}

/** As a heading: "Accountable owner". */
export const dutyTitle = (duty: Duty) => dutyNames[duty].charAt(0).toUpperCase() + dutyNames[duty].slice(1)
