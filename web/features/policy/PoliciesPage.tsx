import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { PolicyVersion } from '../../../src/modules/policy/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { useKeys } from '../../ui/keys.ts'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tone } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import { policies } from './queries.ts'

export function PoliciesPage() {
  const query = useQuery(policies)
  const go = useGo()
  const may = useMay()
  useKeys(may('policy.write') ? [{ keys: 'n', label: 'Start a policy', run: () => go('/policy-starters') }] : [])
  return (
    <Page
      title="Policies"
      intro="What must be true before a version may run somewhere. A published text never changes."
      actions={may('policy.write') && <PathLink to="/policy-starters">Start a policy</PathLink>}
    >
      <Loaded query={query} lines={6}>
        {(list) => (
          <Card title="Policies" flush>
            <DataTable
              label="Policies"
              columns={columns}
              rows={list}
              rowKey={(row) => `${row.name}/${row.version}`}
              unit="policy version"
              onOpen={(row) => go(`/policies/${row.name}?version=${row.version}`)}
              empty={
                <EmptyState title="There is no policy yet." command="modelkeep policy publish FILE.yaml">
                  Until one is published, the gate has nothing to ask for.
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
    </Page>
  )
}

export function PolicyState({ policy }: { policy: Pick<PolicyVersion, 'state'> }) {
  switch (policy.state) {
    case 'draft':
      return <Tone tone="waiting">draft</Tone>
    case 'published':
      return <Tone tone="met">in force</Tone>
    case 'superseded':
      return <Tone tone="unknown">superseded</Tone>
  }
}

const columns: Column<PolicyVersion>[] = [
  {
    key: 'title',
    header: 'Policy',
    cell: (row) => (
      <Link
        to="/policies/$name"
        params={{ name: row.name }}
        search={{ version: row.version }}
        style={{ fontWeight: 550 }}
      >
        {row.document.title}
      </Link>
    ),
    value: (row) => row.document.title,
  },
  { key: 'version', header: 'Version', align: 'right', cell: (row) => row.version, value: (row) => row.version },
  { key: 'state', header: 'State', cell: (row) => <PolicyState policy={row} />, value: (row) => row.state },
  {
    key: 'covers',
    header: 'Covers',
    hideNarrow: true,
    cell: (row) => `${row.document.scope.tiers.join(', ')} tier in ${row.document.scope.environments.join(', ')}`,
    value: (row) => `${row.document.scope.tiers.join(' ')} / ${row.document.scope.environments.join(' ')}`,
  },
  {
    key: 'rules',
    header: 'Rules',
    align: 'right',
    hideNarrow: true,
    cell: (row) => row.sentences.length,
    value: (row) => row.sentences.length,
  },
  {
    key: 'digest',
    header: 'Digest',
    hideNarrow: true,
    cell: (row) => <Digest value={row.digest} />,
    value: (row) => row.digest,
  },
  {
    key: 'published',
    header: 'Published',
    hideNarrow: true,
    cell: (row) => (row.published_at ? <Moment at={row.published_at} /> : <span className="quiet">not yet</span>),
    value: (row) => row.published_at,
  },
]
