import type { Explanation } from '../../../src/modules/gate/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { isoText } from '../../ui/Moment.tsx'
import { outcomeTones } from '../../ui/Tone.tsx'

/** The answer as it is, or as it would be, and then the one that it is beside it. */
export function ExplainLead({ explanation, reset }: { explanation: Explanation; reset: () => void }) {
  const { outcome, proceed, environment, mode, path, counts, hypothetical, now, at } = explanation
  const tone = outcome === 'denied' && proceed ? 'attention' : outcomeTones[outcome]
  const mild = outcome === 'denied' && proceed ? ` ${environment} is in mode ${mode} and stops nothing.` : ''
  const met = `${counts.met} of ${counts.total} met${counts.waived > 0 ? `, ${counts.waived} waived` : ''}.`
  const was = `As it is now: ${words[now.outcome]}; ${now.path}.`
  return (
    <div aria-live="polite">
      <Lead
        tone={tone}
        label={hypothetical ? 'What if' : 'Answer'}
        detail={`${met}${mild}${hypothetical ? ` ${was}` : ''}`}
        {...(hypothetical
          ? {
              action: (
                <Button hint="r" onClick={reset}>
                  As it is
                </Button>
              ),
            }
          : {})}
      >
        {hypothetical
          ? `If that were so${later(at, explanation)}, it would be ${words[outcome]}`
          : capital(words[outcome])}
        {`. ${capital(path)}.`}
      </Lead>
    </div>
  )
}

const words = { allowed: 'allowed', waived: 'allowed under a waiver', denied: 'denied' } as const

const later = (at: string, { hypothetical }: Explanation) =>
  hypothetical && Date.parse(at) > Date.now() + 60_000 ? ` on ${isoText(Date.parse(at)).slice(0, 10)}` : ''

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
