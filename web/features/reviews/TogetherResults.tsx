import type { ReviewSheet, TogetherResult } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Tone } from '../../ui/Tone.tsx'

type Props = { result: TogetherResult; sheets: readonly ReviewSheet[]; close: () => void }

/** What became of each. */
export function TogetherResults({ result, sheets, close }: Props) {
  const names = new Map<string, string>(
    sheets.map(({ review }) => [review.id, `${review.model} ${review.version} for ${review.environment}`]),
  )
  return (
    <div className="stack" aria-live="polite">
      <ul style={{ margin: 0, padding: 0, listStyle: 'none' }}>
        {result.results.map((each) => (
          <li key={each.review} style={{ padding: '6px 0' }}>
            {names.get(each.review)} <One result={each} />
          </li>
        ))}
      </ul>
      <div className="row">
        <Button kind="go" onClick={close}>
          Done
        </Button>
      </div>
    </div>
  )
}

function One({ result }: { result: TogetherResult['results'][number] }) {
  switch (result.outcome) {
    case 'recorded':
      return <Tone tone="met">signed and recorded</Tone>
    case 'refused':
      return (
        <Tone tone="blocked" wrap>
          refused: {result.reasons.map(({ message }) => message).join(' ')}
        </Tone>
      )
    case 'failed':
      return (
        <Tone tone="attention" wrap>
          not decided: {result.message}
        </Tone>
      )
  }
}
