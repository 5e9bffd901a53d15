import { NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Tier } from '../../../src/modules/registry/schema.ts'
import type { System } from '../../../src/modules/systems/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tone } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { NewSystem } from './NewSystem.tsx'
import { systems } from './queries.ts'

const route = getRouteApi('/signed-in/systems')

/** Which purposes AI serves here, and which of them lack something. */
export function SystemsPage() {
  const { search, tier } = route.useSearch()
  const navigate = route.useNavigate()
  const go = useGo()
  const may = useMay()
  const query = useQuery(systems({ search, tier }))
  const write = useDebouncedCallback(
    (text: string) => void navigate({ search: (old) => ({ ...old, search: text || undefined }), replace: true }),
    200,
  )
  return (
    <Page
      title="AI systems"
      actions={may('registry.write') && <NewSystem />}
      intro={query.data && <Summary list={query.data} />}
    >
      <search className="row" style={{ marginBottom: 14 }}>
        <TextInput
          aria-label="Search systems"
          placeholder="Name or purpose"
          type="search"
          defaultValue={search}
          onChange={(event) => write(event.currentTarget.value)}
          size="sm"
          style={{ flex: '1 1 220px', maxWidth: 360 }}
        />
        <NativeSelect
          aria-label="Tier"
          size="sm"
          value={tier ?? ''}
          onChange={(event) => {
            const value = event.currentTarget.value as Tier | 'none' | ''
            void navigate({ search: (old) => ({ ...old, tier: value || undefined }) })
          }}
          data={[
            { value: '', label: 'Every tier' },
            { value: 'high', label: 'High tier' },
            { value: 'medium', label: 'Medium tier' },
            { value: 'low', label: 'Low tier' },
            { value: 'none', label: 'No tier yet' },
          ]}
        />
      </search>
      <Loaded query={query} lines={6}>
        {(list) => (
          <Card title="AI systems" flush>
            <DataTable
              label="AI systems"
              columns={columns}
              rows={list}
              rowKey={({ id }) => id}
              unit="system"
              onOpen={({ name }) => go(`/systems/${encodeURIComponent(name)}`)}
              empty={
                search || tier ? (
                  <EmptyState title="No system fits these filters.">Widen them, or search another word.</EmptyState>
                ) : (
                  <EmptyState
                    title="There is no AI system yet."
                    command={'modelkeep system add "Hiring" --purpose "Rank applications for a first interview."'}
                  >
                    A system is a purpose in the world that models serve. Duties are held on it, and it may be there
                    before any model is.
                  </EmptyState>
                )
              }
            />
          </Card>
        )}
      </Loaded>
    </Page>
  )
}

function Summary({ list }: { list: readonly System[] }) {
  const living = list.filter(({ retired_at }) => retired_at === null)
  const lacking = living.filter(({ purpose, tier }) => purpose === '' || tier === null)
  if (list.length === 0) return <>Every purpose that AI serves belongs here.</>
  return (
    <>
      {counted(living.length, 'system')} in use
      {lacking.length > 0 ? `, ${lacking.length} without a purpose or a tier.` : ', each with a purpose and a tier.'}
    </>
  )
}

const columns: Column<System>[] = [
  {
    key: 'name',
    header: 'System',
    cell: ({ name }) => (
      <Link to="/systems/$name" params={{ name }} style={{ fontWeight: 550 }}>
        {name}
      </Link>
    ),
    value: ({ name }) => name,
  },
  {
    key: 'purpose',
    header: 'Purpose',
    hideNarrow: true,
    cell: ({ purpose }) =>
      purpose ? <span className="human">{purpose.slice(0, 120)}</span> : <Tone tone="unknown">not stated</Tone>,
    value: ({ purpose }) => purpose,
  },
  {
    key: 'tier',
    header: 'Tier',
    cell: ({ tier }) => tier ?? <Tone tone="unknown">not said</Tone>,
    value: ({ tier }) => tier,
  },
  {
    key: 'models',
    header: 'Models',
    cell: ({ models }) => (models.length === 0 ? <span className="quiet">none</span> : models.join(', ')),
    value: ({ models }) => models.join(' '),
  },
  {
    key: 'state',
    header: 'State',
    hideNarrow: true,
    cell: ({ retired_at, updated_at }) =>
      retired_at ? (
        <span className="quiet">
          retired <Moment at={retired_at} />
        </span>
      ) : (
        <>
          changed <Moment at={updated_at} />
        </>
      ),
    value: ({ updated_at }) => updated_at,
  },
]
