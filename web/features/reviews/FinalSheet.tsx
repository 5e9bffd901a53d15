import type { RefObject } from 'react'
import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { counted, Fact, Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { Covered } from './Covered.tsx'
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
        tone={conflicts.length > 0 ? 'blocked' : weak.length > 0 ? 'attention' : 'waiting'}
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

function leadOf({ review, conflicts }: ReviewSheet, weak: number): string {
  if (review.state === 'changes_requested')
    return 'Changes are asked for; whoever asked for the review submits it again.'
  if (review.state !== 'open') return `This review is closed: ${review.state}.`
  if (conflicts.length > 0) return 'Somebody else has to decide here.'
  if (weak > 0) return `${counted(weak, 'requirement')} beside the approval ${weak === 1 ? 'is' : 'are'} not met.`
  return 'Everything is met but the decision, which is yours.'
}
