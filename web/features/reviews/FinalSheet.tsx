import type { RefObject } from 'react'
import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Lead } from '../../ui/Lead.tsx'
import type { ToneName } from '../../ui/Tone.tsx'
import { counted, Fact, Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { Covered } from './Covered.tsx'
import { Decided } from './Decided.tsx'
import { DecisionForm } from './DecisionForm.tsx'
import { Delegations } from './Delegations.tsx'
import type { Judgement } from './judgement.ts'
import { RequesterSteps } from './RequesterSteps.tsx'
import { Turns } from './Turns.tsx'

type Props = { sheet: ReviewSheet; judgement: Judgement; field: RefObject<HTMLTextAreaElement | null> }

/** Exactly what the signature covers, digest by digest, and the decision. */
export function FinalSheet({ sheet, judgement, field }: Props) {
  const { review, assessment, conflicts } = sheet
  const weak = assessment.requirements.filter(
    (each) => !['met', 'attention'].includes(each.state) && each.type !== 'approval',
  )
  return (
    <>
      <Lead
        tone={toneOf(sheet, weak.length)}
        detail={`${assessment.counts.met} of ${assessment.counts.total} requirements are met.`}
      >
        {leadOf(sheet, weak.length)}
      </Lead>
      {conflicts.length > 0 && (
        <Card title="Why you may not decide">
          {conflicts.map((conflict) => (
            <p key={conflict.rule} style={{ margin: 0 }}>
              {conflict.message} <Fact>{conflict.rule}</Fact>
            </p>
          ))}
        </Card>
      )}
      {review.note && (
        <Card title="Note of who asked">
          <Quote by={<PersonName id={review.requested_by} />}>{review.note}</Quote>
        </Card>
      )}
      <Decided sheet={sheet} />
      <Turns sheet={sheet} />
      <RequesterSteps review={review} />
      <Covered sheet={sheet} conditions={judgement.outcome === 'approved' ? judgement.conditions : []} />
      {review.state === 'open' && conflicts.length === 0 && (
        <DecisionForm sheet={sheet} judgement={judgement} field={field} />
      )}
      {review.state === 'open' && conflicts.length > 0 && (
        <details>
          <summary className="quiet">Decide all the same: the server refuses, and records that you tried</summary>
          <div style={{ marginTop: 10 }}>
            <DecisionForm sheet={sheet} judgement={judgement} field={field} />
          </div>
        </details>
      )}
      <Delegations sheet={sheet} />
    </>
  )
}

function toneOf({ review, conflicts, decisions }: ReviewSheet, weak: number): ToneName {
  switch (review.state) {
    case 'open':
      return conflicts.length > 0 ? 'blocked' : weak > 0 ? 'attention' : 'waiting'
    case 'changes_requested':
      return 'attention'
    case 'approved': {
      const own = decisions.filter(({ review_id }) => review_id === review.id)
      if (own.some(({ covers, conditions }) => !covers || conditions.some(({ state }) => state === 'lapsed')))
        return 'blocked'
      return own.some(({ conditions }) => conditions.some(({ state }) => state === 'open')) ? 'attention' : 'met'
    }
    case 'rejected':
      return 'blocked'
    case 'withdrawn':
    case 'expired':
      return 'unknown'
  }
}

function closedText({ review, decisions }: ReviewSheet): string {
  const open = decisions.some(
    ({ review_id, conditions }) => review_id === review.id && conditions.some(({ state }) => state === 'open'),
  )
  return `This review is closed: ${review.state}${open ? ' with conditions' : ''}.`
}

function leadOf(sheet: ReviewSheet, weak: number): string {
  const { review, conflicts } = sheet
  if (review.state === 'changes_requested')
    return 'Changes are asked for; whoever asked for the review submits it again.'
  if (review.state !== 'open') return closedText(sheet)
  if (conflicts.length > 0) return 'Somebody else has to decide here.'
  if (weak > 0) return `${counted(weak, 'requirement')} beside the approval ${weak === 1 ? 'is' : 'are'} not met.`
  return 'Everything is met but the decision, which is yours.'
}
