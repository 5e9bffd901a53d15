import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Load } from '../../../src/modules/duties/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { nameIn, PersonName, usePeople } from '../access/people.tsx'
import { HandoverDialog } from './Handover.tsx'
import { load } from './queries.ts'

/** How much each person answers for. */
export function LoadTable() {
  const query = useQuery(load)
  const directory = usePeople()
  const [from, setFrom] = useState<string>()
  const columns: Column<Load>[] = [
    {
      key: 'person',
      header: 'Person',
      cell: ({ person }) => (
        <PathLink to={`/duties?person=${person}`}>
          <PersonName id={person} />
        </PathLink>
      ),
      value: ({ person }) => nameIn(directory, person),
    },
    {
      key: 'state',
      header: 'Account',
      hideNarrow: true,
      cell: ({ person }) =>
        directory.get(person)?.disabled_at ? <Tone tone="blocked">left</Tone> : <Tone tone="met">active</Tone>,
      value: ({ person }) => (directory.get(person)?.disabled_at ? 'left' : 'active'),
    },
    {
      key: 'accepted',
      header: 'Answers for',
      align: 'right',
      cell: (row) => row.accepted,
      value: (row) => row.accepted,
    },
    {
      key: 'proposed',
      header: 'Was asked for',
      align: 'right',
      cell: (row) => row.proposed,
      value: (row) => row.proposed,
    },
    { key: 'deputy', header: 'Stands in for', align: 'right', cell: (row) => row.deputy, value: (row) => row.deputy },
    {
      key: 'models',
      header: 'On models',
      align: 'right',
      hideNarrow: true,
      cell: (row) => row.models,
      value: (row) => row.models,
    },
    {
      key: 'systems',
      header: 'On systems',
      align: 'right',
      hideNarrow: true,
      cell: (row) => row.systems,
      value: (row) => row.systems,
    },
    {
      key: 'handover',
      header: 'Handover',
      cell: ({ person }) => (
        <Button
          kind="bare"
          onClick={() => setFrom(person)}
          aria-label={`Hand over the duties of ${nameIn(directory, person)}`}
        >
          Hand over
        </Button>
      ),
      value: () => null,
    },
  ]
  return (
    <Loaded query={query} lines={5}>
      {(rows) => (
        <Card title="Load by person" flush>
          <DataTable
            label="Load by person"
            columns={columns}
            rows={rows}
            rowKey={({ person }) => person}
            unit="person"
            units="people"
            empty={
              <EmptyState title="Nobody answers for anything yet.">
                Ask somebody in the grid by system or by model.
              </EmptyState>
            }
          />
          {from !== undefined && <HandoverDialog opened from={from} onClose={() => setFrom(undefined)} />}
        </Card>
      )}
    </Loaded>
  )
}
