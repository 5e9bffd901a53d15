import { Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type RefObject, useState } from 'react'
import type { ChangesResult, DecisionResult, NoteKey, ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useDraft } from '../../ui/draft.ts'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { PasskeyProblem } from '../signin/PasskeyProblem.tsx'
import { account } from '../signin/queries.ts'
import { NoPasskey } from '../signin/webauthn.ts'
import { ChangesChoice } from './ChangesChoice.tsx'
import { ConditionFields } from './ConditionFields.tsx'
import { conditionsFrom } from './conditions-draft.ts'
import type { Judgement, Outcome } from './judgement.ts'
import { NotesToPublish } from './NotesToPublish.tsx'
import { decideWithPasskey } from './own-signature.ts'
import { PasskeyChoice } from './PasskeyChoice.tsx'
import { decide, requestChanges } from './queries.ts'
import { Refusal } from './Refusal.tsx'
import styles from './ReviewPage.module.css'

type Props = { sheet: ReviewSheet; judgement: Judgement; field: RefObject<HTMLTextAreaElement | null> }

/** Approve, request changes or reject, with a reason. Choosing is one key; signing never is. */
export function DecisionForm({ sheet, judgement, field }: Props) {
  const { review, scope_digest } = sheet
  const { outcome, choose, marked } = judgement
  const client = useQueryClient()
  const [reason, setReason, forget] = useDraft(`decision/${review.id}`)
  const [notes, setNotes] = useState<ReadonlySet<NoteKey>>(new Set())
  const { conditions: drafts, setConditions } = judgement
  const { data: own, isError } = useQuery(account)
  const passkeys = isError ? 0 : own?.passkeys.filter(({ suspended_at }) => suspended_at === null).length
  const [wanted, setWanted] = useState(false)
  const asked = sheet.own_signature && outcome === 'approved'
  const signing = (asked || wanted) && (passkeys ?? 0) > 0
  const conditions = conditionsFrom(drafts)
  const publish_notes = sheet.notes.flatMap(({ about }) => (notes.has(about) ? [about] : []))
  const sign = useMutation({
    mutationFn: (chosen: Outcome): Promise<DecisionResult | ChangesResult> =>
      chosen === 'changes'
        ? requestChanges(review.id, { text: reason, requirements: [...marked], publish_notes })
        : (signing ? decideWithPasskey : decide)(review.id, {
            outcome: chosen,
            reason,
            scope_digest,
            conditions: chosen === 'approved' ? (conditions ?? []) : [],
            publish_notes,
          }),
    onSuccess: async (result) => {
      if (result.outcome === 'recorded') {
        forget()
        setConditions([])
      }
      await client.invalidateQueries()
    },
  })
  const missing = missingOf({
    outcome,
    reason,
    marked: marked.size,
    complete: conditions !== undefined,
    unsigned: asked && !signing,
  })
  function submit(event?: FormEvent) {
    event?.preventDefault()
    if (outcome && missing === undefined && !sign.isPending) sign.mutate(outcome)
  }
  function tick(key: NoteKey, on: boolean) {
    setNotes((old) => new Set(on ? [...old, key] : [...old].filter((each) => each !== key)))
  }
  return (
    <Card title="Your decision">
      <form onSubmit={submit}>
        <fieldset className={styles.choice}>
          <legend>
            {review.model} {review.version} for {review.environment}
          </legend>
          <Choice name="Approve" value="approved" chosen={outcome} choose={choose} hint="a" />
          <Choice name="Request changes" value="changes" chosen={outcome} choose={choose} hint="r" />
          <Choice name="Reject" value="rejected" chosen={outcome} choose={choose} />
        </fieldset>
        {outcome === 'approved' && <ConditionFields drafts={drafts} setDrafts={setConditions} />}
        {outcome === 'changes' && <ChangesChoice sheet={sheet} judgement={judgement} />}
        <Textarea
          ref={field}
          label={outcome === 'changes' ? 'What has to be different' : 'Reason'}
          description={
            outcome === 'changes'
              ? 'Stands in the trail. At least ten characters; kept on this machine until it is sent.'
              : 'Part of what is signed. At least ten characters; kept on this machine until it is sent.'
          }
          autosize
          minRows={4}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit()
            if (event.key === 'Escape') {
              event.stopPropagation()
              event.currentTarget.blur()
            }
          }}
          styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
        />
        <NotesToPublish sheet={sheet} chosen={notes} choose={tick} />
        {outcome && outcome !== 'changes' && (
          <PasskeyChoice asked={asked} passkeys={passkeys} signing={signing} choose={setWanted} />
        )}
        <div className="row" style={{ marginTop: 12 }}>
          <Button type="submit" kind="go" hint="Ctrl ↵" disabled={missing !== undefined} busy={sign.isPending}>
            {outcome === 'approved' && drafts.length > 0
              ? 'Approve on conditions and sign'
              : outcome
                ? actions[outcome]
                : 'Sign'}
            {signing && outcome !== 'changes' && ' with your passkey'}
          </Button>
          {missing && <span className="quiet small">{missing}</span>}
        </div>
        {sign.error instanceof NoPasskey ? (
          <PasskeyProblem error={sign.error} />
        ) : (
          sign.error && <ErrorState error={sign.error} what="Nothing was decided" />
        )}
        <div aria-live="assertive">
          {sign.data?.outcome === 'refused' && (
            <Refusal what="The server refused this decision" reasons={sign.data.reasons} />
          )}
          {sign.data?.outcome === 'recorded' && (
            <p className={styles.refused}>
              <Tone tone="met">
                {'decision' in sign.data
                  ? `Signed and recorded: ${sign.data.decision.outcome}`
                  : 'Changes are asked for'}
              </Tone>
            </p>
          )}
        </div>
      </form>
    </Card>
  )
}

const actions: Record<Outcome, string> = {
  approved: 'Approve and sign',
  changes: 'Request changes',
  rejected: 'Reject and sign',
}

type Written = { outcome: Outcome | undefined; reason: string; marked: number; complete: boolean; unsigned: boolean }

function missingOf({ outcome, reason, marked, complete, unsigned }: Written): string | undefined {
  if (!outcome) return 'Choose first.'
  if (outcome === 'approved' && !complete) return 'Each condition says what, by whom and until when.'
  if (outcome === 'changes' && marked === 0) return 'Name at least one requirement.'
  if (reason.trim().length < 10) return 'Say why in at least ten characters.'
  return unsigned ? 'It takes your own signature.' : undefined
}

type ChoiceProps = {
  name: string
  value: Outcome
  chosen: Outcome | undefined
  choose: (value: Outcome) => void
  hint?: string
}

function Choice({ name, value, chosen, choose, hint }: ChoiceProps) {
  return (
    <label>
      <input type="radio" name="outcome" value={value} checked={chosen === value} onChange={() => choose(value)} />
      <span className="grow">{name}</span>
      {hint && <kbd className="fact quiet">{hint}</kbd>}
    </label>
  )
}
