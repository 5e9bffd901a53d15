import { useInfiniteQuery } from '@tanstack/react-query'
import { ApiError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { isoText, Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { events, type TrailFilter } from './queries.ts'
import { pageOf, sentenceOf, type TrailEvent } from './sentences.ts'

type Props = {
  filter: TrailFilter
  label: string
  selected?: number | undefined
  onPeek?: (event: TrailEvent) => void
}

/** Events as sentences, newest first. */
export function EventList({ filter, label, selected, onPeek }: Props) {
  const query = useInfiniteQuery(events(filter))
  if (query.error instanceof ApiError && query.error.status === 403) {
    return <ErrorState error={query.error} what="The trail is closed to you" />
  }
  return (
    <Loaded query={query} lines={8}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.events)
        return (
          <Card title={label} flush>
            <DataTable
              label={label}
              columns={eventColumns}
              rows={rows}
              rowKey={(event) => String(event.index)}
              unit="event"
              {...(pages[0] && !filter.about && !filter.actor && !filter.action ? { total: pages[0].size } : {})}
              selected={selected === undefined ? undefined : String(selected)}
              {...(onPeek ? { onPeek } : {})}
              empty={
                <EmptyState title="No event fits.">Widen the query, or wait: every change appears here.</EmptyState>
              }
              more={
                query.hasNextPage && (
                  <Button kind="bare" onClick={() => query.fetchNextPage()} busy={query.isFetchingNextPage}>
                    Show older events
                  </Button>
                )
              }
            />
          </Card>
        )
      }}
    </Loaded>
  )
}

export const eventColumns: Column<TrailEvent>[] = [
  { key: 'index', header: 'No.', align: 'right', cell: (event) => event.index, value: (event) => event.index },
  {
    key: 'what',
    header: 'What happened',
    cell: (event) => (
      <span style={{ overflowWrap: 'anywhere' }}>
        <b style={{ fontWeight: 550 }}>{actorOf(event)}</b> {sentenceOf(event)} <Subject event={event} />
      </span>
    ),
    value: (event) => `${actorOf(event)} ${sentenceOf(event)}`,
  },
  {
    key: 'action',
    header: 'Action',
    hideNarrow: true,
    cell: (event) => <Fact>{event.action}</Fact>,
    value: (event) => event.action,
  },
  { key: 'via', header: 'By', hideNarrow: true, cell: (event) => event.actor.via, value: (event) => event.actor.via },
  {
    key: 'at',
    header: 'When',
    cell: (event) => (
      <span title={isoText(Date.parse(event.at))}>
        <Moment at={event.at} />
      </span>
    ),
    value: (event) => event.at,
  },
]

function actorOf({ actor_name }: TrailEvent): string {
  return actor_name.charAt(0).toUpperCase() + actor_name.slice(1)
}

function Subject({ event }: { event: TrailEvent }) {
  const to = pageOf(event)
  if (to) {
    return (
      <span className="inline-links">
        <PathLink to={to} label={`open ${event.subject}`}>
          open
        </PathLink>
      </span>
    )
  }
  return null
}
