import type { Protocol, ProtocolGuess } from '../../../../src/modules/evaluation/schema.ts'
import type { ToneName } from '../../../ui/Tone.tsx'
import { draftOf, fits, type ProtocolDraft } from './protocol-draft.ts'

export type Why = { readonly tone: ToneName; readonly text: string }
type Field = keyof ProtocolDraft

const reasonFields: Partial<Record<Field, string>> = {
  score: 'prediction',
  predicted: 'prediction',
  value: 'prediction',
  scores: 'prediction',
}
const surely = { yes: 'met', likely: 'met', guess: 'attention' } as const

/** Why a field says what it says, as long as it says what was guessed. */
export function whyOf(
  field: Field,
  draft: ProtocolDraft,
  guess: ProtocolGuess,
  known: Protocol | undefined,
): Why | undefined {
  const offered = draftOf(guess, known)
  if (JSON.stringify(draft[field]) !== JSON.stringify(offered[field])) return { tone: 'met', text: 'as you say' }
  if (known && fits(guess, known) && said(field, known)) return { tone: 'met', text: 'as the model’s protocol has it' }
  if (isEmpty(draft[field])) return field === 'threshold' ? threshold(draft) : undefined
  const found = guess.reasons.filter((reason) => reason.field === (reasonFields[field] ?? field))
  const [first] = found
  if (!first) return field === 'threshold' ? threshold(draft) : undefined
  const text = [...new Set(found.map(({ reason }) => reason))].join('; ')
  const worst = found.find(({ sure }) => sure === 'guess') ?? first
  return { tone: surely[worst.sure], text: worst.sure === 'guess' ? `please check: ${text}` : text }
}

function said(field: Field, known: Protocol): boolean {
  if (field === 'task') return true
  if (field !== 'label' && field !== 'positive' && field !== 'threshold' && field !== 'protected') return false
  return field in known
}

function threshold({ task }: ProtocolDraft): Why | undefined {
  return task === 'regression' ? undefined : { tone: 'met', text: 'half, unless you decide elsewhere' }
}

const isEmpty = (value: ProtocolDraft[Field]) =>
  typeof value === 'string' || Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0
