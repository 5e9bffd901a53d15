import { useQuery } from '@tanstack/react-query'
import type { Preview, RuleInput } from '../../../src/modules/retention/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Loaded } from '../../ui/States.tsx'
import { counted } from '../../ui/Voice.tsx'
import { countsText } from './counts.ts'
import { KeptTable } from './Kept.tsx'
import { preview } from './queries.ts'

/** What a rule would do if its time came now; nothing is removed by looking. */
export function RulePreview({ input, onClose }: { input: RuleInput; onClose: () => void }) {
  const query = useQuery(preview(input))
  return (
    <Card
      title={`Preview of ${input.name}`}
      actions={
        <Button kind="bare" onClick={onClose}>
          Close
        </Button>
      }
    >
      <Loaded query={query} lines={4}>
        {(found) => <PreviewText preview={found} />}
      </Loaded>
    </Card>
  )
}

export function PreviewText({ preview: { going, first, kept, kept_total } }: { preview: Preview }) {
  return (
    <>
      <Lead
        tone={first.length === 0 ? 'unknown' : 'attention'}
        detail={kept_total === 0 ? 'Nothing is held.' : `${counted(kept_total, 'thing')} would stay.`}
      >
        {first.length === 0 ? 'Nothing would go now.' : `Would go for good: ${countsText(going)}.`}
      </Lead>
      {first.length > 0 && (
        <p className="quiet small">
          Among them{' '}
          {first
            .slice(0, 8)
            .map(({ kind, name }) => `${kind.replace('_', ' ')} ${name}`)
            .join(', ')}
          .
        </p>
      )}
      {kept_total > 0 && <KeptTable kept={kept} total={kept_total} />}
    </>
  )
}
