import type { AuditorRequest, EntryKind, NamedObject } from '../../../src/modules/auditor-requests/schema.ts'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Tone, type ToneName } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'

export const stateWords: Record<AuditorRequest['state'], { tone: ToneName; word: string }> = {
  asked: { tone: 'waiting', word: 'asked' },
  returned: { tone: 'attention', word: 'sent back' },
  answered: { tone: 'waiting', word: 'answered' },
  closed: { tone: 'met', word: 'closed' },
  declined: { tone: 'blocked', word: 'declined' },
  withdrawn: { tone: 'unknown', word: 'withdrawn' },
  ended: { tone: 'unknown', word: 'ended with the seat' },
}

export const entryWords: Record<EntryKind, string> = {
  asked: 'asked',
  answered: 'answered',
  returned: 'sent it back',
  closed: 'closed it, satisfied',
  declined: 'declined',
  withdrawn: 'withdrew it',
  assigned: 'named who answers',
}

export function RequestState({ state }: { state: AuditorRequest['state'] }) {
  const { tone, word } = stateWords[state]
  return <Tone tone={tone}>{word}</Tone>
}

/** Overdue has a shape and a word of its own. */
export function Due({ request: { due_at, overdue } }: { request: AuditorRequest }) {
  return overdue ? (
    <Tone tone="blocked" wrap>
      overdue, <Moment at={due_at} />
    </Tone>
  ) : (
    <Moment at={due_at} />
  )
}

export function aboutText({ objects }: Pick<AuditorRequest, 'objects'>): string {
  if (objects.length === 0) return 'nothing in particular'
  return objects.length === 1 ? (objects[0]?.label ?? '') : counted(objects.length, 'thing')
}

/** Whoever may not open the whole trail reads the name of an event without a way there. */
export function ObjectLink({ object: { kind, label, link } }: { object: NamedObject }) {
  const may = useMay()
  if (kind === 'event' && !may('audit.read')) return <>{label}</>
  return <PathLink to={link}>{label}</PathLink>
}
