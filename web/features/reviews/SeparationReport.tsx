import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { SeparationReport as Report, SeparationRow } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { separation } from './queries.ts'

/** Every decision with the identities that were compared: the proof that nobody approved their own work. */
export function SeparationReport() {
  const query = useQuery(separation)
  return (
    <Loaded query={query} lines={6}>
      {(report) => {
        const broken = report.rows.filter(({ same }) => same.length > 0)
        return (
          <>
            {report.rows.length > 0 && (
              <Lead
                tone={broken.length > 0 ? 'blocked' : 'met'}
                detail="Read from the signed documents: the people as they were compared when each decision was taken."
              >
                {broken.length > 0
                  ? `In ${counted(broken.length, 'decision')} somebody stands on both sides.`
                  : `Nobody stands on both sides in ${counted(report.rows.length, 'decision')}.`}
              </Lead>
            )}
            <Card title="Separation of duties" flush>
              <DataTable
                label="Separation of duties"
                columns={columnsOf(report)}
                rows={report.rows}
                rowKey={({ decision }) => decision}
                unit="decision"
                empty={<EmptyState title="Nobody has decided anything yet.">Every decision has a row here.</EmptyState>}
              />
            </Card>
          </>
        )
      }}
    </Loaded>
  )
}

function columnsOf({ people }: Report): Column<SeparationRow>[] {
  const nameOf = (id: string) => people[id] ?? id
  const namesOf = (ids: readonly string[]) => ids.map(nameOf).join(', ')
  return [
    {
      key: 'decided_at',
      header: 'Decided',
      cell: ({ review, decided_at }) => (
        <Link to="/reviews/$id" params={{ id: review }}>
          <Moment at={decided_at} />
        </Link>
      ),
      value: ({ decided_at }) => decided_at,
    },
    {
      key: 'what',
      header: 'About',
      cell: ({ model, version, environment }) => `${model} ${version} for ${environment}`,
      value: ({ model, version, environment }) => `${model} ${version} for ${environment}`,
    },
    {
      key: 'outcome',
      header: 'Outcome',
      cell: ({ outcome }) => <Tone tone={outcome === 'approved' ? 'met' : 'blocked'}>{outcome}</Tone>,
      value: ({ outcome }) => outcome,
    },
    {
      key: 'approver',
      header: 'Approver',
      cell: ({ approver, roles, in_place_of }) => (
        <>
          {nameOf(approver)}
          {in_place_of.length > 0 && <> for {namesOf(in_place_of)}</>}
          <div className="quiet small">{roles.join(', ')}</div>
        </>
      ),
      value: ({ approver, in_place_of }) => [approver, ...in_place_of].map(nameOf).join(' for '),
    },
    {
      key: 'requester',
      header: 'Requester',
      hideNarrow: true,
      cell: ({ requester }) => nameOf(requester),
      value: ({ requester }) => nameOf(requester),
    },
    {
      key: 'developers',
      header: 'Developers',
      hideNarrow: true,
      cell: ({ developers }) => namesOf(developers),
      value: ({ developers }) => namesOf(developers),
    },
    {
      key: 'person_key',
      header: 'Own key',
      hideNarrow: true,
      cell: ({ person_key }) => (person_key ? <Tone tone="met">signed</Tone> : <span className="quiet">no</span>),
      value: ({ person_key }) => person_key,
    },
    {
      key: 'same',
      header: 'Both sides',
      cell: ({ same }) => (same.length > 0 ? <Tone tone="blocked">{namesOf(same)}</Tone> : 'nobody'),
      value: ({ same }) => namesOf(same),
    },
  ]
}
