import { Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import type { ChallengeOutcome, ChallengeResult, ChallengeSheet } from '../../../src/modules/challenges/schema.ts'
import { Button, Keys } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { useDraft } from '../../ui/draft.ts'
import { useKeys } from '../../ui/keys.ts'
import { PathLink } from '../../ui/PathLink.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { decideChallenge } from './queries.ts'

/** Choosing is one key; signing never is. */
export function ChallengeForm({ sheet }: { sheet: ChallengeSheet }) {
  const { model, alias, champion, challenger, comparison, suggested, conflicts } = sheet
  const client = useQueryClient()
  const [outcome, setOutcome] = useState<ChallengeOutcome | ''>('')
  const [materiality, setMateriality] = useState(suggested.materiality)
  const [reason, setReason, forget] = useDraft(`challenge/${model}/${alias}/${challenger}`)
  const form = useRef<HTMLFormElement>(null)
  /** By key one may choose from far up the page, and then sees what was chosen. */
  const choose = (next: ChallengeOutcome) => () => {
    setOutcome(next)
    form.current?.scrollIntoView({ block: 'nearest' })
  }
  useKeys([
    { keys: 'p', label: 'Choose to promote the challenger', run: choose('promoted') },
    { keys: 'c', label: 'Choose to keep the champion', run: choose('kept') },
    { keys: 'u', label: 'Choose to leave it open', run: choose('undecided') },
  ])
  const sign = useMutation({
    mutationFn: (chosen: ChallengeOutcome) =>
      decideChallenge(model, { alias, champion, challenger, comparison, outcome: chosen, materiality, reason }),
    onSuccess: async (result) => {
      if (result.outcome === 'recorded') forget()
      await client.invalidateQueries()
    },
  })
  const missing =
    outcome === '' ? 'Choose first.' : reason.trim().length < 10 ? 'Say why in at least ten characters.' : ''
  function submit(event: FormEvent) {
    event.preventDefault()
    if (outcome !== '' && missing === '' && !sign.isPending) sign.mutate(outcome)
  }
  return (
    <form ref={form} onSubmit={submit} className="stack">
      {conflicts.map(({ rule, message }) => (
        <Tone key={rule} tone="attention" wrap>
          You may not promote it. {message}
        </Tone>
      ))}
      <Choice
        label="What happens"
        options={[
          {
            value: 'promoted',
            title: <Title text={`Promote the challenger, version ${challenger}`} hint="p" />,
            detail: `${alias} moves to version ${challenger} through the gate.`,
          },
          {
            value: 'kept',
            title: <Title text={`Keep the champion, version ${champion}`} hint="c" />,
            detail: `${alias} stays where it is.`,
          },
          {
            value: 'undecided',
            title: <Title text="Undecided" hint="u" />,
            detail: 'What was compared does not settle it; the reason says what is missing.',
          },
        ]}
        value={outcome}
        onChange={setOutcome}
      />
      <Choice
        label="What differs is"
        options={[
          { value: 'material', title: 'Material', detail: detailOf('material', sheet) },
          { value: 'minor', title: 'Minor', detail: detailOf('minor', sheet) },
        ]}
        value={materiality}
        onChange={setMateriality}
      />
      <Textarea
        label="Reason"
        description="Part of what is signed. Kept on this machine until it is sent."
        autosize
        minRows={3}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      <div className="row">
        <Button type="submit" kind="go" disabled={missing !== ''} busy={sign.isPending}>
          {outcome === '' ? 'Sign' : actions[outcome]}
        </Button>
        {missing && <span className="quiet small">{missing}</span>}
      </div>
      <p className="quiet small">
        The signature covers both versions by digest, {sheet.evidence.length} pieces of evidence, and the comparison{' '}
        <Fact title={comparison}>{comparison.replace('sha256:', '').slice(0, 12)}…</Fact>
      </p>
      {sign.error && <ErrorState error={sign.error} what="Nothing was decided" />}
      <div aria-live="assertive">{sign.data && <Answer result={sign.data} alias={alias} />}</div>
    </form>
  )
}

const actions: Record<ChallengeOutcome, string> = {
  promoted: 'Promote and sign',
  kept: 'Keep and sign',
  undecided: 'Leave open and sign',
}

function Title({ text, hint }: { text: string; hint: string }) {
  return (
    <>
      {text} <Keys>{hint}</Keys>
    </>
  )
}

const detailOf = (what: ChallengeSheet['suggested']['materiality'], { suggested }: ChallengeSheet) =>
  suggested.materiality === what ? `The figures suggest it. ${suggested.why}` : undefined

function Answer({ result, alias }: { result: ChallengeResult; alias: string }) {
  switch (result.outcome) {
    case 'recorded': {
      const { outcome, challenger, champion } = result.challenge.document
      const where = outcome === 'promoted' ? challenger.version : champion.version
      return (
        <Tone tone="met" wrap>
          Signed and recorded. {alias} is version {where}.
        </Tone>
      )
    }
    case 'blocked':
      return (
        <p>
          <Tone tone="blocked" wrap>
            The gate of {result.environment} denies it, so nothing was decided: {result.path}.
          </Tone>{' '}
          <PathLink to={`/gate/verdicts/${result.verdict}`}>The verdict</PathLink>
        </p>
      )
    case 'refused':
      return result.reasons.map(({ rule, message }) => (
        <p key={rule}>
          <Tone tone="blocked" wrap>
            {message}
          </Tone>
        </p>
      ))
  }
}
