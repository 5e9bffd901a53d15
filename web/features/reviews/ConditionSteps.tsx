import { Textarea } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Condition } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { useDraft } from '../../ui/draft.ts'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { evidenceOf } from '../evaluation/queries.ts'
import styles from './Conditions.module.css'
import { confirmCondition, reportCondition } from './queries.ts'
import { Refusal } from './Refusal.tsx'

type Props = { condition: Condition; done: () => Promise<void>; close: () => void }

/** By whoever sees to it. */
export function ReportCondition({ condition, done, close }: Props) {
  const [text, setText, forget] = useDraft(`condition/${condition.id}`)
  const report = useMutation({
    mutationFn: () => reportCondition(condition.id, text),
    onSuccess: async () => {
      forget()
      await done()
    },
  })
  const short = text.trim().length < 10
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!short) report.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <Field label="What was done, and what shows it" text={text} setText={setText} />
      {report.error && <ErrorState error={report.error} />}
      <Buttons action="Report" busy={report.isPending} short={short} close={close} />
    </form>
  )
}

/** By somebody else, with proof. */
export function ConfirmCondition({ condition, done, close }: Props) {
  const [text, setText, forget] = useDraft(`condition/${condition.id}`)
  const [chosen, setChosen] = useState<ReadonlySet<`evi_${string}`>>(new Set())
  const evidence = useQuery(evidenceOf(condition.model, condition.version))
  const confirm = useMutation({
    mutationFn: () => confirmCondition(condition.id, { proof: text, evidence: [...chosen] }),
    onSuccess: async (result) => {
      if (result.outcome === 'refused') return
      forget()
      await done()
    },
  })
  const short = text.trim().length < 10
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!short) confirm.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <Field label="What you saw that shows it" text={text} setText={setText} />
      {(evidence.data ?? []).length > 0 && (
        <fieldset className={styles.evidence}>
          <legend>Evidence that shows it, if there is any</legend>
          {evidence.data?.map(({ id, kind, collected_at }) => (
            <label key={id}>
              <input
                type="checkbox"
                checked={chosen.has(id)}
                onChange={(event) => {
                  const { checked } = event.currentTarget
                  setChosen((old) => new Set(checked ? [...old, id] : [...old].filter((each) => each !== id)))
                }}
              />
              <span>
                {kind}, <Moment at={collected_at} form="both" />
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {confirm.error && <ErrorState error={confirm.error} />}
      {confirm.data?.outcome === 'refused' && (
        <Refusal what="The server refused this confirmation" reasons={confirm.data.reasons} />
      )}
      <Buttons action="Confirm that it is met" busy={confirm.isPending} short={short} close={close} />
    </form>
  )
}

function Field({ label, text, setText }: { label: string; text: string; setText: (text: string) => void }) {
  return (
    <Textarea
      label={label}
      description="Stands in the trail, in at least ten characters."
      autosize
      minRows={2}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
    />
  )
}

type ButtonsProps = { action: string; busy: boolean; short: boolean; close: () => void }

function Buttons({ action, busy, short, close }: ButtonsProps) {
  return (
    <div className="row">
      <Button type="submit" kind="go" busy={busy} disabled={short}>
        {action}
      </Button>
      <Button kind="bare" onClick={close}>
        Not now
      </Button>
    </div>
  )
}
