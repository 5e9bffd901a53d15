import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Seat } from '../../../src/modules/access/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted, Fact, Human } from '../../ui/Voice.tsx'
import { nameIn, PersonName, usePeople } from '../access/people.tsx'
import { closeSeat, seatReads, seats } from './queries.ts'
import { SeatForm } from './SeatForm.tsx'

const route = getRouteApi('/signed-in/auditor')

/** What a host gives and sees. */
export function SeatsTab({ seat }: { seat: string | undefined }) {
  const query = useQuery(seats)
  const directory = usePeople()
  const navigate = route.useNavigate()
  const show = (id: string | undefined) => void navigate({ search: (old) => ({ ...old, seat: id }), replace: true })
  const shown = query.data?.find((each) => each.id === seat)
  return (
    <div className="cols">
      <Loaded query={query} lines={5}>
        {(list) => (
          <Card title="Seats" flush>
            <DataTable
              label="Seats"
              columns={columns((id) => nameIn(directory, id))}
              rows={list}
              rowKey={({ id }) => id}
              unit="seat"
              selected={seat}
              onPeek={({ id }) => show(id)}
              empty={
                <EmptyState
                  title="Nobody audits here."
                  command="modelkeep seat open ina --until 2027-03-31 --model wage-screening --reason 'Audit 2026'"
                >
                  A seat lets an auditor read some models, or everything, until a day that you choose. Open one here or
                  with one command.
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
      {shown ? <SeatPeek key={shown.id} seat={shown} onClose={() => show(undefined)} /> : <SeatForm />}
    </div>
  )
}

const isOver = ({ closed_at, ends_at }: Seat) => closed_at !== null || Date.parse(ends_at) <= Date.now()

const columns = (nameOf: (id: string) => string): Column<Seat>[] => [
  {
    key: 'person',
    header: 'Auditor',
    cell: ({ id, person }) => (
      <Link from="/auditor" to="." search={(old) => ({ ...old, seat: id })} style={{ fontWeight: 550 }}>
        {nameOf(person)}
      </Link>
    ),
    value: ({ person }) => nameOf(person),
  },
  {
    key: 'scope',
    header: 'Scope',
    cell: ({ models }) => models?.join(', ') ?? 'whole workspace',
    value: ({ models }) => models?.join(' ') ?? 'whole workspace',
  },
  {
    key: 'state',
    header: 'State',
    cell: (seat) => (isOver(seat) ? <Tone tone="unknown">ended</Tone> : <Tone tone="met">open</Tone>),
    value: (seat) => (isOver(seat) ? 'ended' : 'open'),
  },
  {
    key: 'ends',
    header: 'Ends',
    cell: ({ closed_at, ends_at }) => <Moment at={closed_at ?? ends_at} />,
    value: ({ closed_at, ends_at }) => closed_at ?? ends_at,
  },
]

function SeatPeek({ seat, onClose }: { seat: Seat; onClose: () => void }) {
  const query = useQuery(seatReads(seat.id))
  const [closing, setClosing] = useState(false)
  return (
    <Peek title={<PersonName id={seat.person} />} onClose={onClose}>
      <Human>{seat.reason}</Human>
      <p className="small">
        Opened <Moment at={seat.opened_at} /> by <PersonName id={seat.opened_by} />.
      </p>
      <p className="small">
        <Link from="/auditor" to="." search={{ tab: 'requests', seat: seat.id, all: true }}>
          What was asked from this seat
        </Link>
      </p>
      {!isOver(seat) && <Button onClick={() => setClosing(true)}>Close this seat now</Button>}
      <ReasonDialog
        opened={closing}
        onClose={() => setClosing(false)}
        title="Close a seat"
        action="Close it"
        run={(reason) => closeSeat(seat.id, reason)}
      >
        From this moment on <PersonName id={seat.person} /> reads nothing here. What was read stays in the trail.
      </ReasonDialog>
      <h3 style={{ marginTop: 14 }}>What was read</h3>
      <Loaded query={query} lines={5}>
        {(reads) =>
          reads.length === 0 ? (
            <p className="quiet">Nothing so far.</p>
          ) : (
            <>
              <p className="small">{counted(reads.length, 'read')}, newest first.</p>
              <ol className="stack small" style={{ listStyle: 'none', padding: 0, margin: 0, gap: 6 }}>
                {reads.map(({ id, at, method, path, status, in_trail }) => (
                  <li key={id}>
                    <Moment at={at} /> {status >= 400 && <Tone tone="blocked">refused</Tone>}
                    {!in_trail && <Tone tone="waiting">not in the trail yet</Tone>}
                    <br />
                    <Fact>
                      {method} {path.replace(/^\/api\/v1/, '')}
                    </Fact>
                  </li>
                ))}
              </ol>
            </>
          )
        }
      </Loaded>
    </Peek>
  )
}
