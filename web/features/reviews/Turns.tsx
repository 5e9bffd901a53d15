import type { ReviewSheet, ReviewTurn } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Markdown } from '../../ui/Markdown.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Fact, Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { keyOf } from './judgement.ts'

/** What reviewers asked to be different, and what whoever asked for the review did about it. */
export function Turns({ sheet }: { sheet: ReviewSheet }) {
  if (sheet.turns.length === 0) return null
  const titles = new Map<string, string>(sheet.assessment.requirements.map((each) => [keyOf(each), each.title]))
  return (
    <Card title={`What happened in ${sheet.review.round === 1 ? 'this review' : `${sheet.review.round} rounds`}`}>
      <div className="stack">
        {sheet.turns.map((turn) => (
          <Quote
            key={turn.id}
            by={
              <>
                {turn.kind === 'resubmitted' ? 'Submitted again by' : 'Changes asked for by'}{' '}
                <PersonName id={turn.said_by} />, <Moment at={turn.said_at} form="both" />
              </>
            }
          >
            <Markdown text={turn.text} />
            <Named turn={turn} titles={titles} />
          </Quote>
        ))}
      </div>
    </Card>
  )
}

function Named({ turn, titles }: { turn: ReviewTurn; titles: ReadonlyMap<string, string> }) {
  if (turn.requirements.length === 0) return null
  return (
    <ul className="small" style={{ margin: '4px 0 0', paddingLeft: 18 }}>
      {turn.requirements.map((key) => (
        <li key={key}>{titles.get(key) ?? <Fact>{key}</Fact>}</li>
      ))}
    </ul>
  )
}
