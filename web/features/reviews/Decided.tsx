import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { ConditionList } from './ConditionList.tsx'
import { Coverage } from './DecisionsTab.tsx'

/** What was decided in this review so far, and on which conditions. */
export function Decided({ sheet }: { sheet: ReviewSheet }) {
  const own = sheet.decisions.filter(({ review_id }) => review_id === sheet.review.id)
  if (own.length === 0) return null
  return (
    <Card title="Decided in this review">
      <div className="stack">
        {own.map((decision) => (
          <div key={decision.id} className="stack">
            <Quote
              by={
                <>
                  {decision.outcome} by <PersonName id={decision.decided_by} />
                  {decision.in_place_of.map((person) => (
                    <span key={person}>
                      {' '}
                      in the place of <PersonName id={person} />
                    </span>
                  ))}
                  , <Moment at={decision.decided_at} form="both" />
                </>
              }
            >
              {decision.reason}
            </Quote>
            <div>
              <Coverage decision={decision} />
            </div>
            {decision.conditions.length > 0 && <ConditionList conditions={decision.conditions} />}
          </div>
        ))}
      </div>
    </Card>
  )
}
