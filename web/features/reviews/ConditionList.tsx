import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Condition } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Quote } from '../../ui/Voice.tsx'
import { PersonName, useMay, useMe } from '../access/people.tsx'
import { EvidenceLink } from '../evaluation/EvidenceLink.tsx'
import { ConfirmCondition, ReportCondition } from './ConditionSteps.tsx'
import styles from './Conditions.module.css'

/** What an approval was given on condition of, and the next step of each for whoever looks. */
export function ConditionList({ conditions }: { conditions: readonly Condition[] }) {
  return (
    <ul className={styles.list}>
      {conditions.map((condition) => (
        <li key={condition.id}>
          <One condition={condition} />
        </li>
      ))}
    </ul>
  )
}

function One({ condition }: { condition: Condition }) {
  const { text, owner, due_at, state } = condition
  return (
    <div className={styles.condition}>
      <div className={styles.head}>
        <ConditionTone state={state} />
        <span className="quiet small">
          <PersonName id={owner} />, {state === 'lapsed' ? 'was due' : 'due'} <Moment at={due_at} form="both" />
        </span>
      </div>
      <div className="human">{text}</div>
      {condition.report !== null && (
        <Quote
          by={
            <>
              reported by <PersonName id={owner} />, <Moment at={condition.reported_at ?? due_at} />
            </>
          }
        >
          {condition.report}
        </Quote>
      )}
      {condition.proof !== null && (
        <Quote
          by={
            <>
              confirmed by <PersonName id={condition.confirmed_by} />, <Moment at={condition.confirmed_at ?? due_at} />
            </>
          }
        >
          {condition.proof}
          {condition.evidence.map((id) => (
            <div key={id}>
              <EvidenceLink about={condition} id={id}>
                The evidence
              </EvidenceLink>
            </div>
          ))}
        </Quote>
      )}
      {state === 'open' && <NextStep condition={condition} />}
    </div>
  )
}

export function ConditionTone({ state }: { state: Condition['state'] }) {
  switch (state) {
    case 'open':
      return <Tone tone="attention">open</Tone>
    case 'met':
      return <Tone tone="met">met</Tone>
    case 'lapsed':
      return <Tone tone="blocked">lapsed: the approval no longer counts</Tone>
  }
}

function NextStep({ condition }: { condition: Condition }) {
  const [open, setOpen] = useState(false)
  const client = useQueryClient()
  const isMine = useMe() === condition.owner
  const mayConfirm = useMay()('review.decide', condition.model) && !isMine
  if (!isMine && !mayConfirm) return null
  if (!open) {
    return (
      <div>
        <Button onClick={() => setOpen(true)}>{isMine ? 'Report what was done …' : 'Confirm that it is met …'}</Button>
      </div>
    )
  }
  const done = async () => {
    setOpen(false)
    await client.invalidateQueries()
  }
  const Step = isMine ? ReportCondition : ConfirmCondition
  return <Step condition={condition} done={done} close={() => setOpen(false)} />
}
