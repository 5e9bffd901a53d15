import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import styles from './ReviewPage.module.css'
import { ReviewState } from './ReviewsPage.tsx'

/** What is reviewed, by when, and whether the reader may decide at all. */
export function ReviewHead({ sheet, leave, help }: { sheet: ReviewSheet; leave: () => void; help: () => void }) {
  const { review, conflicts } = sheet
  const isUndecided = review.state === 'open' || review.state === 'changes_requested'
  return (
    <header className={styles.head}>
      <Button kind="bare" hint="Esc" onClick={leave}>
        Leave
      </Button>
      <div className={styles.title}>
        <h1>
          {review.model} <span className="fact">{review.version}</span> for {review.environment}
        </h1>
        <span className="quiet small">
          asked by <PersonName id={review.requested_by} />
          {review.round > 1 && `, round ${review.round}`}
          {isUndecided && review.due_at && (
            <>
              , due <Moment at={review.due_at} form="both" />
            </>
          )}
          {isUndecided && review.expires_at && (
            <>
              , closes by itself <Moment at={review.expires_at} />
            </>
          )}
        </span>
      </div>
      <span className="grow" />
      {isUndecided && conflicts.length > 0 && (
        <span title={conflicts.map(({ message }) => message).join(' ')}>
          <Tone tone="blocked">You may not decide here</Tone>
        </span>
      )}
      <ReviewState state={review.state} />
      <Button kind="bare" hint="?" onClick={help}>
        Keys
      </Button>
    </header>
  )
}
