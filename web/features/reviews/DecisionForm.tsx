import { Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import type { DecisionInput, DecisionResult, ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useDraft } from '../../ui/draft.ts'
import { useKeys } from '../../ui/keys.ts'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { decide } from './queries.ts'
import styles from './ReviewPage.module.css'

type Outcome = DecisionInput['outcome']

/** Approve or reject with a reason. Choosing is one key; signing never is. */
export function DecisionForm({ sheet }: { sheet: ReviewSheet }) {
  const { review, scope_digest } = sheet
  const client = useQueryClient()
  const [outcome, setOutcome] = useState<Outcome>()
  const [reason, setReason, forget] = useDraft(`decision/${review.id}`)
  const field = useRef<HTMLTextAreaElement>(null)
  const sign = useMutation({
    mutationFn: (chosen: Outcome) => decide(review.id, { outcome: chosen, reason, scope_digest }),
    onSuccess: async (result) => {
      if (result.outcome === 'recorded') forget()
      await client.invalidateQueries()
    },
  })
  function choose(next: Outcome) {
    setOutcome(next)
    field.current?.focus()
  }
  useKeys([
    { keys: 'a', label: 'Choose to approve', run: () => choose('approved') },
    { keys: 'r', label: 'Choose to reject', run: () => choose('rejected') },
  ])
  function submit(event: FormEvent) {
    event.preventDefault()
    if (outcome) sign.mutate(outcome)
  }
  const short = reason.trim().length < 10
  return (
    <Card title="Your decision">
      <form onSubmit={submit}>
        <fieldset className={styles.choice}>
          <legend>
            {review.model} {review.version} for {review.environment}
          </legend>
          <Choice name="Approve" value="approved" chosen={outcome} choose={setOutcome} hint="a" />
          <Choice name="Reject" value="rejected" chosen={outcome} choose={setOutcome} hint="r" />
        </fieldset>
        <Textarea
          ref={field}
          label="Reason"
          description="Part of what is signed. At least ten characters; kept on this machine until it is sent."
          autosize
          minRows={4}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && outcome && !short) sign.mutate(outcome)
          }}
          styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
        />
        <div className="row" style={{ marginTop: 12 }}>
          <Button type="submit" kind="go" hint="Ctrl ↵" disabled={!outcome || short} busy={sign.isPending}>
            {outcome === 'rejected' ? 'Reject and sign' : outcome === 'approved' ? 'Approve and sign' : 'Sign'}
          </Button>
          {(!outcome || short) && (
            <span className="quiet small">{outcome ? 'Say why in at least ten characters.' : 'Choose first.'}</span>
          )}
        </div>
        {sign.error && <ErrorState error={sign.error} what="Nothing was decided" />}
        <div aria-live="assertive">{sign.data && <Result result={sign.data} />}</div>
      </form>
    </Card>
  )
}

type ChoiceProps = {
  name: string
  value: Outcome
  chosen: Outcome | undefined
  choose: (value: Outcome) => void
  hint: string
}

function Choice({ name, value, chosen, choose, hint }: ChoiceProps) {
  return (
    <label>
      <input type="radio" name="outcome" value={value} checked={chosen === value} onChange={() => choose(value)} />
      <span className="grow">{name}</span>
      <kbd className="fact quiet">{hint}</kbd>
    </label>
  )
}

/** A refusal stays on the page with who and why; what was written stays too. */
function Result({ result }: { result: DecisionResult }) {
  switch (result.outcome) {
    case 'recorded':
      return (
        <p className={styles.refused}>
          <Tone tone="met">Signed and recorded: {result.decision.outcome}</Tone>
        </p>
      )
    case 'refused':
      return (
        <div className={styles.refused}>
          <Tone tone="blocked">The server refused this decision</Tone>
          <ul style={{ margin: '4px 0 0', paddingLeft: 18 }}>
            {result.reasons.map((reason) => (
              <li key={reason.rule}>
                {reason.message} <Fact>{reason.rule}</Fact>
              </li>
            ))}
          </ul>
        </div>
      )
  }
}
