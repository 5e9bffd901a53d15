import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Delivery } from '../../../src/modules/notifications/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Value } from '../../ui/Value.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { replay } from './queries.ts'
import { DeliveryTone } from './states.tsx'

/** What was sent, what came back, and the way to send it once more. */
export function DeliveryPeek({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const may = useMay()
  return (
    <Peek title={delivery.event} onClose={onClose}>
      <p className="row">
        <DeliveryTone state={delivery.state} attempts={delivery.attempts} />
        {may('webhook.write') && delivery.state !== 'waiting' && <Replay delivery={delivery} />}
      </p>
      <KeyValues>
        <Pair name="Id">
          <Digest value={delivery.id} />
        </Pair>
        <Pair name="Answer">{delivery.status ?? 'none'}</Pair>
        <Pair name="Attempts">{delivery.attempts}</Pair>
        <Pair name="Took">{delivery.duration === null ? '–' : `${delivery.duration} ms`}</Pair>
        {delivery.attempted_at && (
          <Pair name="Last tried" wrap>
            <Moment at={delivery.attempted_at} form="both" />
          </Pair>
        )}
        {delivery.next_attempt_at && (
          <Pair name="Next try" wrap>
            <Moment at={delivery.next_attempt_at} form="both" />
          </Pair>
        )}
        {delivery.position !== null && (
          <Pair name="In the trail">
            <PathLink to={`/trail?event=${delivery.position}`}>
              event <Fact>{delivery.position}</Fact>
            </PathLink>
          </Pair>
        )}
      </KeyValues>
      <div style={{ marginTop: 12 }}>
        {delivery.error && <p>{delivery.error}</p>}
        {delivery.answer && <Value label="What the receiver answered" value={delivery.answer} />}
        <Value label="What was sent" value={delivery.payload} />
      </div>
    </Peek>
  )
}

function Replay({ delivery }: { delivery: Delivery }) {
  const client = useQueryClient()
  const work = useMutation({
    mutationFn: () => replay(delivery.webhook_id, delivery.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  })
  return (
    <>
      <Button busy={work.isPending} onClick={() => work.mutate()}>
        Send it once more
      </Button>
      {work.error && <ErrorState error={work.error} />}
    </>
  )
}
