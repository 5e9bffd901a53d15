import type { RefObject } from 'react'
import type { CommentSubject } from '../../../src/modules/comments/schema.ts'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { useMay } from '../access/people.tsx'
import { Thread } from '../comments/Thread.tsx'
import { keyOf } from './judgement.ts'
import { PreviousDecision } from './PreviousDecision.tsx'
import { PrivateNote } from './PrivateNote.tsx'
import styles from './ReviewPage.module.css'

type Field = RefObject<HTMLTextAreaElement | null>
type Props = { sheet: ReviewSheet; requirement: Requirement | undefined; comment: Field; note: Field }

/** Beside what is looked at: what was decided last, one's own note, and what people say. */
export function StepAside({ sheet, requirement, comment, note }: Props) {
  const { review } = sheet
  const mayDecide = useMay()('review.decide', review.model)
  const isUndecided = review.state === 'open' || review.state === 'changes_requested'
  const about = requirement ? keyOf(requirement) : 'review'
  return (
    <aside className={styles.aside} aria-label="Beside it">
      <PreviousDecision sheet={sheet} {...(requirement ? { requirement } : {})} />
      {mayDecide && isUndecided && <PrivateNote key={about} sheet={sheet} about={about} field={note} />}
      {(!requirement || requirement.policy.version > 0) && (
        <Thread
          key={`comments ${about}`}
          version={{ model: review.model, version: review.version }}
          about={subjectOf(sheet, requirement)}
          title={requirement ? 'Comments on this requirement' : 'Comments on the review'}
          field={comment}
        />
      )}
    </aside>
  )
}

function subjectOf({ review }: ReviewSheet, requirement: Requirement | undefined): CommentSubject {
  if (!requirement) return { kind: 'review', id: review.id }
  return { kind: 'requirement', environment: review.environment, policy: requirement.policy.name, rule: requirement.id }
}
