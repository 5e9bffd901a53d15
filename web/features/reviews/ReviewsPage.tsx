import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Review } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tabs } from '../../ui/Tabs.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { DecideTogether } from './DecideTogether.tsx'
import { reviews } from './queries.ts'
import { SeparationReport } from './SeparationReport.tsx'

const route = getRouteApi('/signed-in/reviews')

/** What waits for a decision, oldest first: the longest wait is the most urgent. */
export function ReviewsPage() {
  const { state = 'open' } = route.useSearch()
  return (
    <Page title="Reviews" intro="A decision is signed over exact bytes, exact evidence and an exact policy version.">
      <Tabs label="Which reviews">
        <Link
          from="/reviews"
          to="."
          search={{ state: undefined }}
          activeOptions={{ exact: true, explicitUndefined: true }}
          aria-current={state === 'open' ? 'page' : undefined}
        >
          Open
        </Link>
        <Link from="/reviews" to="." search={{ state: 'all' }} aria-current={state === 'all' ? 'page' : undefined}>
          All
        </Link>
        <Link
          from="/reviews"
          to="."
          search={{ state: 'separation' }}
          aria-current={state === 'separation' ? 'page' : undefined}
        >
          Separation of duties
        </Link>
      </Tabs>
      {state === 'separation' ? <SeparationReport /> : <List state={state} />}
    </Page>
  )
}

function List({ state }: { state: 'open' | 'all' }) {
  const query = useQuery(reviews({ state }))
  const go = useGo()
  const may = useMay()('review.decide')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  return (
    <Loaded query={query} lines={6}>
      {(list) => (
        <Card
          title={state === 'open' ? 'Waiting for a decision' : 'All reviews'}
          flush
          actions={
            state === 'open' && (
              <DecideTogether
                reviews={list.filter(({ id, state: its }) => chosen.has(id) && its === 'open')}
                done={() => setChosen(new Set())}
              />
            )
          }
        >
          <DataTable
            label="Reviews"
            columns={columns}
            rows={state === 'open' ? list.toSorted((a, b) => a.requested_at.localeCompare(b.requested_at)) : list}
            rowKey={(row) => row.id}
            unit="review"
            {...(may && state === 'open' ? { chosen, onChoose: setChosen } : {})}
            onOpen={(row) => go(`/reviews/${row.id}`)}
            empty={
              <EmptyState title={state === 'open' ? 'Nothing is waiting.' : 'Nobody has asked for a review yet.'}>
                A developer asks on the page of a version, once its checks are met.
              </EmptyState>
            }
          />
        </Card>
      )}
    </Loaded>
  )
}

export function ReviewState({ state }: { state: Review['state'] }) {
  switch (state) {
    case 'open':
      return <Tone tone="waiting">open</Tone>
    case 'changes_requested':
      return <Tone tone="attention">changes requested</Tone>
    case 'approved':
      return <Tone tone="met">approved</Tone>
    case 'rejected':
      return <Tone tone="blocked">rejected</Tone>
    case 'withdrawn':
      return <Tone tone="unknown">withdrawn</Tone>
    case 'expired':
      return <Tone tone="unknown">expired</Tone>
  }
}

const columns: Column<Review>[] = [
  {
    key: 'version',
    header: 'Version',
    cell: (row) => (
      <Link to="/reviews/$id" params={{ id: row.id }} style={{ fontWeight: 550 }}>
        {row.model} {row.version}
      </Link>
    ),
    value: (row) => `${row.model} ${row.version}`,
  },
  { key: 'environment', header: 'For', cell: (row) => row.environment, value: (row) => row.environment },
  { key: 'state', header: 'State', cell: (row) => <ReviewState state={row.state} />, value: (row) => row.state },
  {
    key: 'by',
    header: 'Asked by',
    hideNarrow: true,
    cell: (row) => <PersonName id={row.requested_by} />,
    value: (row) => row.requested_by,
  },
  { key: 'at', header: 'Asked', cell: (row) => <Moment at={row.requested_at} />, value: (row) => row.requested_at },
  {
    key: 'due',
    header: 'Due',
    cell: (row) => (row.due_at ? <Moment at={row.due_at} /> : <span className="quiet">no deadline</span>),
    value: (row) => row.due_at ?? '',
  },
  {
    key: 'note',
    header: 'Note',
    hideNarrow: true,
    cell: (row) => <span className="quiet">{row.note.slice(0, 80)}</span>,
    value: (row) => row.note,
  },
]
