import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Person } from '../../../src/modules/access/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { Loaded } from '../../ui/States.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { SecondFactorRuleCard } from '../signin/SecondFactorRuleCard.tsx'
import { grantText } from './grants.ts'
import { NewPerson } from './NewPerson.tsx'
import { PersonPeek } from './PersonPeek.tsx'
import { useMay } from './people.tsx'
import { people } from './queries.ts'
import { TokensTab } from './TokensTab.tsx'

const route = getRouteApi('/signed-in/people')

/** Who may do what, and the keys that programs use. */
export function PeoplePage() {
  const { tab, peek } = route.useSearch()
  const may = useMay()
  return (
    <Page title="People" actions={tab !== 'tokens' && may('access.write') && <NewPerson />}>
      <Tabs label="People and tokens">
        <Link
          from="/people"
          to="."
          search={{ tab: undefined }}
          activeOptions={{ exact: true, explicitUndefined: true }}
          aria-current={tab === undefined ? 'page' : undefined}
        >
          People
        </Link>
        <Link from="/people" to="." search={{ tab: 'tokens' }} aria-current={tab === 'tokens' ? 'page' : undefined}>
          Tokens
        </Link>
      </Tabs>
      {tab === 'tokens' ? <TokensTab /> : <PeopleTable peek={peek} />}
      {tab === undefined && may('access.write') && (
        <div style={{ maxWidth: 420 }}>
          <SecondFactorRuleCard />
        </div>
      )}
    </Page>
  )
}

function PeopleTable({ peek }: { peek: string | undefined }) {
  const query = useQuery(people)
  const navigate = route.useNavigate()
  const setPeek = (id: string | undefined) => void navigate({ search: { peek: id }, replace: true })
  const peeked = query.data?.find((person) => person.id === peek)
  return (
    <div className={peeked ? 'cols' : undefined}>
      <Loaded query={query} lines={6}>
        {(list) => (
          <Card title="People and services" flush>
            <DataTable
              label="People"
              columns={columns}
              rows={list}
              rowKey={(person) => person.id}
              unit="account"
              selected={peek}
              onPeek={(person) => setPeek(person.id)}
            />
          </Card>
        )}
      </Loaded>
      {peeked && <PersonPeek key={peeked.id} person={peeked} onClose={() => setPeek(undefined)} />}
    </div>
  )
}

const columns: Column<Person>[] = [
  {
    key: 'name',
    header: 'Name',
    cell: (person) => (
      <Link from="/people" to="." search={{ peek: person.id }} style={{ fontWeight: 550 }}>
        {person.name}
      </Link>
    ),
    value: (person) => person.name,
  },
  {
    key: 'login',
    header: 'Signs in as',
    cell: (person) => <Fact>{person.login}</Fact>,
    value: (person) => person.login,
  },
  { key: 'kind', header: 'Kind', hideNarrow: true, cell: (person) => person.kind, value: (person) => person.kind },
  {
    key: 'grants',
    header: 'Roles',
    cell: (person) => person.grants.map(grantText).join(', ') || <Tone tone="unknown">none</Tone>,
    value: (person) => person.grants.map(grantText).join('; '),
  },
  {
    key: 'state',
    header: 'State',
    hideNarrow: true,
    cell: (person) => (person.disabled_at ? <Tone tone="blocked">disabled</Tone> : <Tone tone="met">active</Tone>),
    value: (person) => (person.disabled_at ? 'disabled' : 'active'),
  },
  {
    key: 'since',
    header: 'Since',
    hideNarrow: true,
    cell: (person) => <Moment at={person.created_at} />,
    value: (person) => person.created_at,
  },
]
