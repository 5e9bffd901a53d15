import { useQuery } from '@tanstack/react-query'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import type { Decision, ReviewSheet, SignedDecision } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { decisionsOfModel, signedDecision } from './queries.ts'

/** What was decided last about this model in this environment, beside what is looked at now. */
export function PreviousDecision({ sheet, requirement }: { sheet: ReviewSheet; requirement?: Requirement }) {
  const query = useQuery(decisionsOfModel(sheet.review.model))
  return (
    <Card title="Decided before">
      <Loaded query={query} lines={2}>
        {(decisions) => {
          const last = previousOf(decisions, sheet)
          return last ? (
            <Previous decision={last} sheet={sheet} requirement={requirement} />
          ) : (
            <span className="quiet">
              Nobody has decided about {sheet.review.model} in {sheet.review.environment} yet.
            </span>
          )
        }}
      </Loaded>
    </Card>
  )
}

function previousOf(decisions: readonly Decision[], { review }: ReviewSheet): Decision | undefined {
  return decisions.find(({ environment, review_id }) => environment === review.environment && review_id !== review.id)
}

type PreviousProps = { decision: Decision; sheet: ReviewSheet; requirement: Requirement | undefined }

function Previous({ decision, sheet, requirement }: PreviousProps) {
  const isSame = decision.version === sheet.review.version
  const query = useQuery({ ...signedDecision(decision.id), enabled: requirement?.evidence_id != null })
  return (
    <div className="stack">
      <div>
        <Tone tone={decision.outcome === 'approved' ? 'met' : 'blocked'}>{decision.outcome}</Tone>{' '}
        <PathLink to={`/reviews/${decision.review_id}`}>
          {isSame ? 'this version' : `version ${decision.version}`}
        </PathLink>
      </div>
      <Quote
        by={
          <>
            <PersonName id={decision.decided_by} />, <Moment at={decision.decided_at} form="both" />
          </>
        }
      >
        {decision.reason}
      </Quote>
      {query.data && requirement && <SameEvidence signed={query.data} sheet={sheet} requirement={requirement} />}
    </div>
  )
}

/** Whether the evidence under a requirement is what it was when somebody decided last. */
function SameEvidence({
  signed,
  sheet,
  requirement,
}: {
  signed: SignedDecision
  sheet: ReviewSheet
  requirement: Requirement
}) {
  const now = sheet.snapshot.evidence.find(({ id }) => id === requirement.evidence_id)
  const before = signed.document.snapshot.evidence.find(({ kind }) => kind === now?.kind)
  if (!now) return null
  if (!before) return <p className="small quiet">No {now.kind} evidence was decided on then.</p>
  return before.digest === now.digest ? (
    <p className="small">
      <Tone tone="met">The same {now.kind} result as then</Tone>
    </p>
  ) : (
    <p className="small">
      <Tone tone="attention" wrap>
        Another {now.kind} result than then
      </Tone>{' '}
      <Digest value={before.digest} /> → <Digest value={now.digest} />
    </p>
  )
}
