import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { AuditorRequest } from '../../../src/modules/auditor-requests/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { useKeys } from '../../ui/keys.ts'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { nameIn, usePeople } from '../access/people.tsx'
import { AskForm } from './AskForm.tsx'
import { RequestView } from './RequestView.tsx'
import { requests } from './request-queries.ts'
import { aboutText, Due, RequestState, stateWords } from './request-words.tsx'
import { useSeats } from './seats.ts'

const route = getRouteApi('/signed-in/auditor')

/** What auditors ask for: the list, one of them, or a request that is being written. */
export function RequestsTab() {
  const { request, ask } = route.useSearch()
  if (request !== undefined) return <RequestView key={request} id={request} />
  return ask === undefined ? <RequestList /> : <AskForm about={ask} />
}

function RequestList() {
  const { all, seat } = route.useSearch()
  const query = useQuery(requests(all ? 'all' : 'open', seat))
  const navigate = route.useNavigate()
  const directory = usePeople()
  const mayAsk = useSeats().length > 0
  const write = () => void navigate({ search: { tab: 'requests', ask: 'new' } })
  useKeys(mayAsk ? [{ keys: 'n', label: 'Ask for something', run: write }] : [])
  return (
    <Loaded query={query} lines={6}>
      {(rows) => (
        <Card
          title={`${all ? 'All requests' : 'Requests that wait'}${seat === undefined ? '' : ' of one seat'}`}
          flush
          actions={
            <span className="row">
              {seat !== undefined && (
                <Link from="/auditor" to="." search={(old) => ({ ...old, seat: undefined })} className="small">
                  Of every seat
                </Link>
              )}
              <Link
                from="/auditor"
                to="."
                search={{ tab: 'requests', seat, all: all ? undefined : (true as const) }}
                className="small"
              >
                {all ? 'Only those that wait' : 'Those that ended, too'}
              </Link>
              {mayAsk && (
                <Button kind="go" hint="n" onClick={write}>
                  Ask for something
                </Button>
              )}
            </span>
          }
        >
          <DataTable
            label="Requests"
            columns={columns((id) => nameIn(directory, id))}
            rows={rows}
            rowKey={({ id }) => id}
            unit="request"
            onOpen={({ id }) => void navigate({ search: { tab: 'requests', request: id } })}
            empty={mayAsk ? <NothingAsked /> : <NothingWaits />}
          />
        </Card>
      )}
    </Loaded>
  )
}

function NothingAsked() {
  return (
    <EmptyState
      title="You wait for nothing."
      command="modelkeep seat ask --title 'Grounds of the approval' --text '…' --due 2026-12-31 --about MODEL@VERSION"
    >
      What you cannot find yourself, ask for: your host answers here with text and with links to what shows it.
    </EmptyState>
  )
}

function NothingWaits() {
  return (
    <EmptyState title="No auditor waits for an answer.">
      Whoever holds a seat can ask for something; it appears here, among your notices and in your work.
    </EmptyState>
  )
}

const columns = (nameOf: (id: string) => string): Column<AuditorRequest>[] => [
  {
    key: 'title',
    header: 'Request',
    cell: ({ id, title }) => (
      <Link from="/auditor" to="." search={{ tab: 'requests', request: id }} style={{ fontWeight: 550 }}>
        {title}
      </Link>
    ),
    value: ({ title }) => title,
  },
  {
    key: 'state',
    header: 'State',
    cell: ({ state }) => <RequestState state={state} />,
    value: ({ state }) => stateWords[state].word,
  },
  { key: 'due', header: 'Due', cell: (row) => <Due request={row} />, value: ({ due_at }) => due_at },
  { key: 'overdue', header: 'Overdue', fileOnly: true, cell: () => null, value: ({ overdue }) => String(overdue) },
  { key: 'about', header: 'About', hideNarrow: true, cell: aboutText, value: aboutText },
  {
    key: 'assignee',
    header: 'Answers',
    hideNarrow: true,
    cell: ({ assignee }) => (assignee === null ? 'the hosts' : nameOf(assignee)),
    value: ({ assignee }) => (assignee === null ? 'the hosts' : nameOf(assignee)),
  },
  {
    key: 'asked_by',
    header: 'Asked by',
    hideNarrow: true,
    cell: ({ asked_by }) => nameOf(asked_by),
    value: ({ asked_by }) => nameOf(asked_by),
  },
]
