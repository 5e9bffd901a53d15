import type { Finding } from '../../../src/modules/findings/schema.ts'
import type { Severity } from '../../../src/modules/registry/schema.ts'
import { Tone, type ToneName } from '../../ui/Tone.tsx'

const states: Record<Finding['state'], { tone: ToneName; word: string }> = {
  open: { tone: 'blocked', word: 'open' },
  in_progress: { tone: 'attention', word: 'in progress' },
  resolved: { tone: 'waiting', word: 'resolved' },
  closed: { tone: 'met', word: 'closed' },
}

export function FindingState({ state }: { state: Finding['state'] }) {
  return <Tone tone={states[state].tone}>{states[state].word}</Tone>
}

const severities: Record<Severity, ToneName> = {
  low: 'unknown',
  medium: 'attention',
  high: 'blocked',
  critical: 'blocked',
}

export function SeverityTone({ severity }: { severity: Severity }) {
  return <Tone tone={severities[severity]}>{severity}</Tone>
}
