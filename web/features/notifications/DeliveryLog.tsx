import { NativeSelect } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type Delivery, DeliveryState } from '../../../src/modules/notifications/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { DeliveryPeek } from './DeliveryPeek.tsx'
import { deliveriesOf } from './queries.ts'
import { DeliveryTone } from './states.tsx'

const route = getRouteApi('/signed-in/webhooks/$id')

/** Every event on its way to the receiver, and what came of it. */
export function DeliveryLog({ webhookId }: { webhookId: string }) {
  const { state, peek } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useInfiniteQuery({
    ...deliveriesOf(webhookId, state),
    refetchInterval: (current) => (current.state.error ? false : 5000),
  })
  const deliveries = query.data?.pages.flat() ?? []
  const peeked = deliveries.find(({ id }) => id === peek)
  const setPeek = (id: string | undefined) => void navigate({ search: (old) => ({ ...old, peek: id }), replace: true })
  return (
    <div className={peeked ? 'cols' : undefined}>
      <Card
        title="Deliveries"
        flush
        actions={
          <NativeSelect
            aria-label="Which deliveries"
            size="xs"
            value={state ?? ''}
            onChange={(event) => {
              const next = DeliveryState.safeParse(event.currentTarget.value).data
              void navigate({ search: (old) => ({ ...old, state: next }), replace: true })
            }}
            data={[
              { value: '', label: 'Every delivery' },
              { value: 'delivered', label: 'Delivered' },
              { value: 'waiting', label: 'On their way' },
              { value: 'failed', label: 'Given up' },
            ]}
          />
        }
      >
        <Loaded query={query} lines={5}>
          {() => (
            <DataTable
              label="Deliveries"
              columns={columns}
              rows={deliveries}
              rowKey={(delivery) => delivery.id}
              unit="delivery"
              units="deliveries"
              selected={peek}
              onPeek={(delivery) => setPeek(delivery.id)}
              empty={
                <EmptyState title={state ? 'No delivery is in this state.' : 'Nothing was sent yet.'}>
                  {state ? undefined : 'Send a test to see what the receiver answers. The log keeps 30 days.'}
                </EmptyState>
              }
              more={
                query.hasNextPage && (
                  <Button kind="bare" onClick={() => query.fetchNextPage()} busy={query.isFetchingNextPage}>
                    Show earlier ones
                  </Button>
                )
              }
            />
          )}
        </Loaded>
      </Card>
      {peeked && <DeliveryPeek key={peeked.id} delivery={peeked} onClose={() => setPeek(undefined)} />}
    </div>
  )
}

const columns: Column<Delivery>[] = [
  {
    key: 'event',
    header: 'Event',
    cell: (delivery) => (
      <Link from="/webhooks/$id" to="." search={(old) => ({ ...old, peek: delivery.id })}>
        <Fact>{delivery.event}</Fact>
      </Link>
    ),
    value: (delivery) => delivery.event,
  },
  {
    key: 'state',
    header: 'State',
    cell: (delivery) => <DeliveryTone state={delivery.state} attempts={delivery.attempts} />,
    value: (delivery) => delivery.state,
  },
  {
    key: 'status',
    header: 'Answer',
    align: 'right',
    cell: (delivery) => delivery.status ?? (delivery.error ? 'none' : '–'),
    value: (delivery) => delivery.status,
  },
  {
    key: 'attempts',
    header: 'Attempts',
    align: 'right',
    hideNarrow: true,
    cell: (delivery) => delivery.attempts,
    value: (delivery) => delivery.attempts,
  },
  {
    key: 'duration',
    header: 'Took',
    align: 'right',
    hideNarrow: true,
    cell: (delivery) => (delivery.duration === null ? '–' : `${delivery.duration} ms`),
    value: (delivery) => delivery.duration,
  },
  {
    key: 'made',
    header: 'Happened',
    hideNarrow: true,
    cell: (delivery) => <Moment at={delivery.created_at} />,
    value: (delivery) => delivery.created_at,
  },
  {
    key: 'next',
    header: 'Next attempt',
    hideNarrow: true,
    cell: (delivery) => (delivery.next_attempt_at ? <Moment at={delivery.next_attempt_at} /> : '–'),
    value: (delivery) => delivery.next_attempt_at,
  },
]
