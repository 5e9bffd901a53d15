import { useQuery } from '@tanstack/react-query'
import type { GateCaller } from '../../../src/modules/gate/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { outcomeTones, Tone } from '../../ui/Tone.tsx'
import { PersonName, usePeople } from '../access/people.tsx'
import { callers } from './queries.ts'

type Props = { model: string; environment: string }

/** Which pipelines and people ask about this model here, and what they were told last. */
export function CallersCard({ model, environment }: Props) {
  const query = useQuery(callers(model, environment))
  return (
    <Card title={`Who asks about ${model} in ${environment}`} flush>
      <Loaded query={query} lines={3}>
        {(list) => (
          <DataTable
            label="Who asks"
            columns={columns}
            rows={list}
            rowKey={({ asked_by }) => asked_by}
            unit="account"
            keyboard={false}
            empty={
              <EmptyState title="Nobody has asked in the last 30 days.">The snippets beside this page ask.</EmptyState>
            }
          />
        )}
      </Loaded>
    </Card>
  )
}

function Kind({ id }: { id: string }) {
  return <>{usePeople().get(id)?.kind === 'service' ? 'pipeline' : 'person'}</>
}

const columns: Column<GateCaller>[] = [
  {
    key: 'by',
    header: 'Account',
    cell: ({ asked_by }) => <PersonName id={asked_by} />,
    value: ({ asked_by }) => asked_by,
  },
  { key: 'kind', header: 'Kind', cell: ({ asked_by }) => <Kind id={asked_by} />, value: () => null, hideNarrow: true },
  { key: 'asked', header: 'Asked', cell: ({ asked }) => asked, value: ({ asked }) => asked },
  { key: 'denied', header: 'Denied', cell: ({ denied }) => denied, value: ({ denied }) => denied },
  {
    key: 'told',
    header: 'Told last',
    cell: ({ last }) => (
      <PathLink to={`/gate/verdicts/${last.verdict}`}>
        <Tone tone={last.outcome === 'denied' && last.proceed ? 'attention' : outcomeTones[last.outcome]}>
          {last.outcome}, version {last.version}
        </Tone>
      </PathLink>
    ),
    value: ({ last }) => last.outcome,
  },
  { key: 'at', header: 'When', cell: ({ last_at }) => <Moment at={last_at} />, value: ({ last_at }) => last_at },
]
