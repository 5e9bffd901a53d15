import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AuditorRoom, PopulationRow } from '../../../src/modules/auditors/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Command } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { StateTone } from '../../ui/Tone.tsx'
import { counted, Fact, Human } from '../../ui/Voice.tsx'
import { eventColumns } from '../audit/EventList.tsx'
import { exportAddress } from '../audit/queries.ts'
import { room, scopedEvents } from './queries.ts'
import { RoomRequests } from './RoomRequests.tsx'

/** Scope, end, population, trail, and how to check all of it without us. */
export function Room() {
  const query = useQuery(room)
  return (
    <Loaded query={query} lines={8}>
      {(found) => (
        <>
          <Standing room={found} />
          <div className="cols">
            <div>
              <Population rows={found.population} />
              <ScopedTrail />
            </div>
            <aside aria-label="Requests, seat and verification">
              <RoomRequests />
              <Seats room={found} />
              <Verification room={found} />
            </aside>
          </div>
        </>
      )}
    </Loaded>
  )
}

function Standing({ room: { seats, models, host, reads } }: { room: AuditorRoom }) {
  const scope =
    models === null ? 'the whole workspace' : models.length === 1 ? models[0] : counted(models.length, 'model')
  const [seat] = seats
  if (!seat) {
    return (
      <Lead tone="met" detail="You read by your role, which has no end. Only what is read from a seat is recorded.">
        You may read {scope}.
      </Lead>
    )
  }
  const hosts = host.map(({ name }) => name).join(' and ')
  return (
    <Lead
      tone="attention"
      detail={`Everything you open is recorded in the trail, and ${hosts} can see it; ${counted(reads, 'read')} so far.`}
    >
      You may read {scope} until <Moment at={seat.ends_at} form="both" />, and change nothing.
    </Lead>
  )
}

function Seats({ room: { seats } }: { room: AuditorRoom }) {
  return (
    <Card title="Your seat">
      {seats.length === 0 && <p className="quiet">None: you read by your role.</p>}
      {seats.map((seat) => (
        <div key={seat.id}>
          <Human>{seat.reason}</Human>
          <p className="small">
            {seat.models === null ? 'The whole workspace' : seat.models.join(', ')}, from <Moment at={seat.opened_at} />{' '}
            to <Moment at={seat.ends_at} />.
          </p>
        </div>
      ))}
    </Card>
  )
}

function Verification({ room: { models, trail } }: { room: AuditorRoom }) {
  return (
    <Card title="Check it without this server">
      <p className="small">
        Every event is a leaf of a Merkle tree over {counted(trail.size, 'event')}, whose root is signed. The log signs
        with this key; compare it with the one that your host gave you on another way.
      </p>
      <Command text={trail.verifier} />
      {models === null ? (
        <>
          <p className="small" style={{ marginTop: 10 }}>
            <a href={exportAddress} download>
              Export the trail
            </a>
            , then, on a machine of yours:
          </p>
          <Command text={`modelkeep audit verify trail.jsonl --key '${trail.verifier}'`} />
        </>
      ) : (
        <p className="small" style={{ marginTop: 10 }}>
          The whole trail is not in your scope. For each event in it the server gives an inclusion proof (RFC 9162)
          against a signed checkpoint, at <Fact>/api/v1/auditor/proofs/inclusion?index=N</Fact>.
        </p>
      )}
      <p className="small" style={{ marginTop: 10 }}>
        A decision is one file, which says who approved what on which evidence. Download it from a version, and:
      </p>
      <Command text="modelkeep decision verify decision.json" />
    </Card>
  )
}

function Population({ rows }: { rows: readonly PopulationRow[] }) {
  return (
    <Card title="Models in your scope" flush>
      <DataTable
        label="Models in scope"
        columns={population}
        rows={rows}
        rowKey={({ model }) => model}
        unit="model"
        keyboard={false}
        empty={
          <EmptyState title="No model is in your scope.">
            Your host chooses the models when they open the seat.
          </EmptyState>
        }
      />
    </Card>
  )
}

const population: Column<PopulationRow>[] = [
  {
    key: 'model',
    header: 'Model',
    cell: ({ model }) => (
      <Link to="/models/$name" params={{ name: model }} style={{ fontWeight: 550 }}>
        {model}
      </Link>
    ),
    value: ({ model }) => model,
  },
  { key: 'tier', header: 'Tier', cell: ({ tier }) => tier ?? 'none yet', value: ({ tier }) => tier },
  {
    key: 'latest',
    header: 'Latest version',
    cell: ({ model, latest }) =>
      latest ? (
        <span className="row">
          <Link to="/models/$name/versions/$which" params={{ name: model, which: String(latest.version) }}>
            {latest.version}
          </Link>
          <StateTone state={latest.state} />
        </span>
      ) : (
        <span className="quiet">none</span>
      ),
    value: ({ latest }) => latest?.version ?? null,
  },
  {
    key: 'versions',
    header: 'Versions',
    align: 'right',
    hideNarrow: true,
    cell: (row) => row.versions,
    value: (row) => row.versions,
  },
  {
    key: 'deployments',
    header: 'Runs in',
    align: 'right',
    hideNarrow: true,
    cell: (row) => row.deployments,
    value: (row) => row.deployments,
  },
]

function ScopedTrail() {
  const query = useInfiniteQuery(scopedEvents(undefined))
  return (
    <Loaded query={query} lines={6}>
      {({ pages }) => (
        <Card title="Trail of your scope" flush>
          <DataTable
            label="Trail of your scope"
            columns={eventColumns}
            rows={pages.flatMap((page) => page.events)}
            rowKey={(event) => String(event.index)}
            unit="event"
            keyboard={false}
            empty={
              <EmptyState title="Nothing has happened in your scope yet.">Every change of it appears here.</EmptyState>
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
      )}
    </Loaded>
  )
}
