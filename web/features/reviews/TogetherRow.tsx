import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Digest } from '../../ui/Copy.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Tone } from '../../ui/Tone.tsx'

/** What one of several signatures covers, or why this review is decided about alone. */
export function TogetherRow({ sheet }: { sheet: ReviewSheet }) {
  const { review, assessment, scope_digest } = sheet
  const alone = whyAlone(sheet)
  return (
    <li style={{ padding: '8px 0', borderBottom: '1px solid var(--line)' }}>
      <PathLink to={`/reviews/${review.id}`}>
        {review.model} {review.version} for {review.environment}
      </PathLink>{' '}
      {alone === undefined ? (
        <Digest value={scope_digest} />
      ) : (
        <Tone tone="unknown" wrap>
          {alone}
        </Tone>
      )}
      <div className="quiet small">
        {assessment.counts.met} of {assessment.counts.total} requirements are met.
      </div>
    </li>
  )
}

export function whyAlone({ snapshot, conflicts, assessment }: ReviewSheet): string | undefined {
  if (snapshot.model.tier !== 'low') return `Not among them: its tier is ${snapshot.model.tier ?? 'unknown'}.`
  const [conflict] = conflicts
  if (conflict) return `Not among them: ${conflict.message}`
  const weak = assessment.requirements.filter(
    ({ type, state }) => type !== 'approval' && state !== 'met' && state !== 'attention',
  )
  return weak.length === 0 ? undefined : 'Not among them: requirements beside the approval are not met.'
}
