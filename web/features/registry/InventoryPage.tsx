import { NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { InventoryRow, Tier } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tabs } from '../../ui/Tabs.tsx'
import { StateTone, Tone } from '../../ui/Tone.tsx'
import { counted, Fact } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { gapsOf } from './gaps.ts'
import { ModelPeek } from './ModelPeek.tsx'
import { inventory } from './queries.ts'

const route = getRouteApi('/signed-in/inventory')

/** What do we have, who owns it, which is in use, what is missing. */
export function InventoryPage() {
  const { kind, search, tier, gaps, peek, ...asked } = route.useSearch()
  // What can do most harm comes first. Prompts have no tier.
  const sort = asked.sort ?? (kind === 'prompt' ? 'updated' : 'tier')
  const navigate = route.useNavigate()
  const go = useGo()
  const query = useQuery(inventory({ search, tier, sort, ...(kind ? { kind } : {}) }))
  const write = useDebouncedCallback(
    (text: string) => void navigate({ search: (old) => ({ ...old, search: text || undefined }), replace: true }),
    200,
  )
  const shown = query.data?.rows.filter((row) => !gaps || gapsOf(row).length > 0) ?? []
  const peeked = shown.find((row) => row.model.name === peek)
  const setPeek = (name: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, peek: name }), replace: true })
  return (
    <Page
      title="Inventory"
      intro={query.data && <Summary kind={kind ?? 'model'} rows={query.data.rows} total={query.data.total} />}
    >
      <Tabs label="Models and prompts">
        <Link
          from="/inventory"
          to="."
          search={{ kind: undefined }}
          activeOptions={{ exact: true, explicitUndefined: true }}
          aria-current={kind === undefined ? 'page' : undefined}
        >
          Models
        </Link>
        <Link
          from="/inventory"
          to="."
          search={{ kind: 'prompt' }}
          aria-current={kind === 'prompt' ? 'page' : undefined}
        >
          Prompts
        </Link>
      </Tabs>
      <search className="row" style={{ marginBottom: 14 }}>
        <TextInput
          aria-label="Search models"
          placeholder="Name, purpose or description"
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
        <NativeSelect
          aria-label="Gaps"
          size="sm"
          value={gaps ? 'gaps' : ''}
          onChange={(event) => {
            const value = event.currentTarget.value === 'gaps' || undefined
            void navigate({ search: (old) => ({ ...old, gaps: value }) })
          }}
          data={[
            { value: '', label: 'With and without gaps' },
            { value: 'gaps', label: 'With gaps' },
          ]}
        />
      </search>
      <div className={peeked ? 'cols' : undefined}>
        <Loaded query={query} lines={8}>
          {(page) => (
            <Card title={kind === 'prompt' ? 'Prompts' : 'Models'} flush>
              <DataTable
                label={kind === 'prompt' ? 'Prompts' : 'Models'}
                columns={peeked ? columns.filter((column) => !inPeek.includes(column.key)) : columns}
                rows={shown}
                rowKey={(row) => row.model.name}
                unit={kind ?? 'model'}
                total={gaps ? shown.length : page.total}
                sort={sort}
                onSort={(next) =>
                  void navigate({ search: (old) => ({ ...old, sort: next as 'name' | 'updated' | 'tier' }) })
                }
                selected={peek}
                onPeek={(row) => setPeek(row.model.name)}
                onOpen={(row) => go(`/models/${encodeURIComponent(row.model.name)}`)}
                empty={<Nothing kind={kind ?? 'model'} filtered={Boolean(search || tier || gaps)} />}
              />
            </Card>
          )}
        </Loaded>
        {peeked && <ModelPeek row={peeked} onClose={() => setPeek(undefined)} />}
      </div>
    </Page>
  )
}

type Kind = 'model' | 'prompt'

function Summary({ kind, rows, total }: { kind: Kind; rows: readonly InventoryRow[]; total: number }) {
  const used = rows.filter((row) => row.deployments.length > 0).length
  const lacking = rows.filter((row) => gapsOf(row).length > 0).length
  if (kind === 'prompt') return <>{counted(total, 'prompt')}, each version sealed by the digest of its text.</>
  if (total === 0) return <>Every model that decides something belongs here.</>
  return (
    <>
      {counted(total, 'model')}: {used} in use, {lacking} with a gap to close.
    </>
  )
}

function Nothing({ kind, filtered }: { kind: Kind; filtered: boolean }) {
  if (filtered)
    return <EmptyState title={`No ${kind} fits these filters.`}>Widen them, or search another word.</EmptyState>
  if (kind === 'prompt') {
    return (
      <EmptyState
        title="There is no prompt yet."
        command={'mlflow.genai.register_prompt(name="greeting", template="Hello {{name}}")'}
      >
        An MLflow client registers prompts beside models, with versions and aliases of their own.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      title="There is no model yet."
      command={`export MLFLOW_TRACKING_URI=${window.location.origin} MLFLOW_TRACKING_TOKEN=…`}
    >
      Point an MLflow client here and register a model as always; nothing is typed twice. A token is made on the page
      People.
    </EmptyState>
  )
}

/** What the panel at the side tells makes room in the table. */
const inPeek = ['champion', 'deployed', 'updated']

const columns: Column<InventoryRow>[] = [
  {
    key: 'name',
    header: 'Model',
    sort: 'name',
    cell: ({ model }) => (
      <Link to="/models/$name" params={{ name: model.name }} style={{ fontWeight: 550 }}>
        {model.name}
      </Link>
    ),
    value: ({ model }) => model.name,
  },
  {
    key: 'tier',
    header: 'Tier',
    sort: 'tier',
    cell: ({ model }) => model.tier ?? <Tone tone="unknown">no tier</Tone>,
    value: ({ model }) => model.tier,
  },
  {
    key: 'owner',
    header: 'Owner',
    hideNarrow: true,
    cell: ({ model }) => (model.owner ? <PersonName id={model.owner} /> : <Tone tone="attention">nobody</Tone>),
    value: ({ model }) => model.owner,
  },
  {
    key: 'latest',
    header: 'Newest version',
    cell: ({ latest, model }) =>
      latest ? (
        <span className="row" style={{ flexWrap: 'nowrap' }}>
          <Link
            to="/models/$name/versions/$which"
            params={{ name: model.name, which: String(latest.version) }}
            className="fact"
            aria-label={`${model.name} version ${latest.version}`}
          >
            {latest.version}
          </Link>
          <StateTone state={latest.state} />
        </span>
      ) : (
        <Tone tone="unknown">none</Tone>
      ),
    value: ({ latest }) => (latest ? `${latest.version} ${latest.state}` : null),
  },
  {
    key: 'champion',
    header: 'Champion',
    align: 'right',
    hideNarrow: true,
    cell: (row) => championOf(row) ?? '–',
    value: (row) => championOf(row),
  },
  {
    key: 'deployed',
    header: 'Deployed',
    hideNarrow: true,
    cell: ({ deployments }) =>
      deployments.length === 0 ? (
        <span className="quiet">nowhere</span>
      ) : (
        deployments.map((each) => (
          <div key={`${each.environment}/${each.version}`}>
            {each.environment} <Fact>{each.version}</Fact>
          </div>
        ))
      ),
    value: ({ deployments }) => deployments.map((each) => `${each.environment} ${each.version}`).join('; '),
  },
  {
    key: 'gaps',
    header: 'Gaps',
    hideNarrow: true,
    cell: (row) => {
      const gaps = gapsOf(row)
      return gaps.length === 0 ? (
        <span className="quiet">none</span>
      ) : (
        <Tone tone="attention" wrap>
          {gaps.join(', ')}
        </Tone>
      )
    },
    value: (row) => gapsOf(row).join('; '),
  },
  {
    key: 'updated',
    header: 'Changed',
    sort: 'updated',
    cell: ({ model }) => <Moment at={model.updated_at} />,
    value: ({ model }) => model.updated_at,
    hideNarrow: true,
  },
]

function championOf(row: InventoryRow): number | undefined {
  return row.model.aliases.find((each) => each.alias === 'champion')?.version
}
