import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Hold, HoldSubject } from '../../../src/modules/retention/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { everything, holds, liftHold, placeHold } from './queries.ts'

/** What must not go, whatever a rule says, and why. */
export function HoldsTab() {
  const query = useQuery(holds)
  const may = useMay()
  const [lifting, setLifting] = useState<Hold>()
  const mayWrite = may('retention.write')
  return (
    <div className="cols">
      <Loaded query={query} lines={5}>
        {(list) => (
          <Card title="Holds" flush>
            <DataTable
              label="Holds"
              columns={columns(mayWrite ? setLifting : undefined)}
              rows={list}
              rowKey={(hold) => hold.id}
              unit="hold"
              empty={
                <EmptyState title="There is no hold." command="modelkeep hold place run RUN --reason 'case 12'">
                  A hold keeps an experiment, a run or a model with everything in it until somebody lifts it.
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
      <aside aria-label="Place or lift a hold">
        {lifting && <LiftForm key={lifting.id} hold={lifting} onClose={() => setLifting(undefined)} />}
        {mayWrite && !lifting && <PlaceForm />}
      </aside>
    </div>
  )
}

function PlaceForm() {
  const client = useQueryClient()
  const [kind, setKind] = useState<HoldSubject>('experiment')
  const [id, setId] = useState('')
  const [reason, setReason] = useState('')
  const place = useMutation({
    mutationFn: () => placeHold({ kind, id, reason }),
    onSuccess: async () => {
      setId('')
      setReason('')
      await client.invalidateQueries(everything)
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    place.mutate()
  }
  return (
    <Card title="Place a hold">
      <form onSubmit={submit} className="stack">
        <NativeSelect
          label="On"
          size="sm"
          value={kind}
          onChange={(event) => setKind(HoldSubject.parse(event.currentTarget.value))}
          data={HoldSubject.options.map((value) => ({ value, label: value.replace('_', ' ') }))}
        />
        <TextInput
          label={kind === 'model' ? 'Its name' : 'Its id'}
          size="sm"
          required
          withAsterisk={false}
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Textarea
          label="Why"
          required
          withAsterisk={false}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {place.error && <ErrorState error={place.error} />}
        <div>
          <Button type="submit" kind="go" busy={place.isPending}>
            Place the hold
          </Button>
        </div>
      </form>
    </Card>
  )
}

function LiftForm({ hold, onClose }: { hold: Hold; onClose: () => void }) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const lift = useMutation({
    mutationFn: () => liftHold(hold.id, reason),
    onSuccess: async () => {
      onClose()
      await client.invalidateQueries(everything)
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    lift.mutate()
  }
  return (
    <Card title={`Lift the hold on ${hold.name}`}>
      <form onSubmit={submit} className="stack">
        <Textarea
          label="Why"
          required
          withAsterisk={false}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {lift.error && <ErrorState error={lift.error} />}
        <div className="row">
          <Button type="submit" kind="go" busy={lift.isPending}>
            Lift
          </Button>
          <Button onClick={onClose}>Keep it</Button>
        </div>
      </form>
    </Card>
  )
}

function columns(lift: ((hold: Hold) => void) | undefined): Column<Hold>[] {
  return [
    {
      key: 'on',
      header: 'On',
      cell: (hold) => `${hold.kind.replace('_', ' ')} ${hold.name}`,
      value: (hold) => `${hold.kind} ${hold.subject}`,
    },
    { key: 'why', header: 'Why', cell: (hold) => hold.reason, value: (hold) => hold.reason },
    {
      key: 'by',
      header: 'By',
      hideNarrow: true,
      cell: (hold) => <PersonName id={hold.placed_by} />,
      value: (hold) => hold.placed_by,
    },
    {
      key: 'since',
      header: 'Since',
      hideNarrow: true,
      cell: (hold) => <Moment at={hold.placed_at} />,
      value: (hold) => hold.placed_at,
    },
    {
      key: 'state',
      header: 'State',
      cell: (hold) =>
        hold.lifted_at ? (
          <Tone tone="unknown">lifted</Tone>
        ) : (
          <>
            <Tone tone="attention">holds</Tone>
            {lift && (
              <Button kind="bare" onClick={() => lift(hold)} aria-label={`Lift the hold on ${hold.name}`}>
                Lift
              </Button>
            )}
          </>
        ),
      value: (hold) => hold.lifted_at ?? 'holds',
    },
  ]
}
