import { NativeSelect } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { Serving, System, SystemDetail } from '../../../src/modules/systems/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, Pairs } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted, Human } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { SubjectDuties } from '../duties/SubjectDuties.tsx'
import { inventory } from '../registry/queries.ts'
import { EditSystem } from './EditSystem.tsx'
import { addModel, removeModel, retireSystem, system } from './queries.ts'

const route = getRouteApi('/signed-in/systems/$name')

/** Why it exists, whom it affects, who answers for it, and which versions serve it. */
export function SystemPage() {
  const { name } = route.useParams()
  const query = useQuery(system(name))
  return (
    <Loaded query={query} lines={10} what={name}>
      {(found) => <Found detail={found} />}
    </Loaded>
  )
}

function Found({ detail: { system, serving } }: { detail: SystemDetail }) {
  const may = useMay()
  const [retiring, setRetiring] = useState(false)
  const isOpen = system.retired_at === null && may('registry.write')
  return (
    <Page
      title={system.name}
      actions={
        isOpen && (
          <>
            <Button kind="bare" onClick={() => setRetiring(true)}>
              Retire
            </Button>
            <EditSystem system={system} />
          </>
        )
      }
    >
      <Standing system={system} serving={serving} />
      <div className="cols">
        <div>
          <Card title="Why it exists">
            {system.purpose ? (
              <Human>{system.purpose}</Human>
            ) : (
              <Tone tone="unknown">Nobody has stated the purpose</Tone>
            )}
            <h3 style={{ marginTop: 16 }}>What it must not be used for</h3>
            {system.limits ? <Human>{system.limits}</Human> : <Tone tone="unknown">Nobody has said</Tone>}
            <h3 style={{ marginTop: 16 }}>Whom it affects</h3>
            {system.affected ? <Human>{system.affected}</Human> : <Tone tone="unknown">Nobody has said</Tone>}
          </Card>
          <Card title="Models that serve it" flush>
            <DataTable
              label={`Models that serve ${system.name}`}
              columns={columnsOf(system, isOpen)}
              rows={serving}
              rowKey={({ model }) => model}
              unit="model"
              keyboard={false}
              empty={
                <EmptyState title="No model serves it yet.">
                  A system may be there before any model: its purpose and its people are known first.
                </EmptyState>
              }
            />
            {isOpen && <AddModel system={system} />}
          </Card>
        </div>
        <aside aria-label="About this system">
          <Card title="About it">
            <Pairs
              rows={[
                { key: 'tier', name: 'Tier', value: system.tier ?? <Tone tone="unknown">nobody has said</Tone> },
                {
                  key: 'where',
                  name: 'Jurisdictions',
                  value: system.jurisdictions.join(', ') || <Tone tone="unknown">nobody has said</Tone>,
                },
                { key: 'by', name: 'Registered by', value: <PersonName id={system.created_by} /> },
                { key: 'at', name: 'Registered', value: <Moment at={system.created_at} /> },
              ]}
            />
          </Card>
          {system.retired_at === null && <SubjectDuties type="system" name={system.name} />}
        </aside>
      </div>
      <ReasonDialog
        opened={retiring}
        onClose={() => setRetiring(false)}
        title={`Retire ${system.name}`}
        action="Retire it"
        run={(reason) => retireSystem(system.name, reason)}
      >
        It goes out of use, and the duties on it with it. What is known of it stays.
      </ReasonDialog>
    </Page>
  )
}

/** The sentence that the page opens with. */
function Standing({ system, serving }: { system: System; serving: readonly Serving[] }) {
  if (system.retired_at !== null) {
    return (
      <Lead tone="unknown">
        Retired <Moment at={system.retired_at} />.
      </Lead>
    )
  }
  const running = serving.filter((each) => each.running.length > 0)
  const places = [...new Set(running.flatMap((each) => each.running.map(({ environment }) => environment)))]
  const missing = [
    ...(system.purpose === '' ? ['its purpose'] : []),
    ...(system.affected === '' ? ['whom it affects'] : []),
    ...(system.tier === null ? ['its tier'] : []),
  ]
  const tier = system.tier ? `${system.tier.charAt(0).toUpperCase()}${system.tier.slice(1)} tier` : 'No tier yet'
  const served =
    serving.length === 0
      ? 'no model serves it'
      : running.length === 0
        ? `${counted(serving.length, 'model')}, none of them deployed`
        : `${running.map(({ model }) => model).join(', ')} in ${places.join(', ')}`
  return (
    <Lead
      tone={missing.length > 0 ? 'attention' : running.length > 0 ? 'met' : 'waiting'}
      detail={missing.length > 0 && `Nobody has said ${missing.join(', ')}.`}
    >
      {tier}: {served}.
    </Lead>
  )
}

function columnsOf(system: System, isOpen: boolean): Column<Serving>[] {
  const columns: Column<Serving>[] = [
    {
      key: 'model',
      header: 'Model',
      cell: ({ model }) => (
        <Link to="/models/$name" params={{ name: model }}>
          {model}
        </Link>
      ),
      value: ({ model }) => model,
    },
    {
      key: 'tier',
      header: 'Tier',
      hideNarrow: true,
      cell: ({ tier }) => tier ?? <Tone tone="unknown">not said</Tone>,
      value: ({ tier }) => tier,
    },
    {
      key: 'aliases',
      header: 'Aliases',
      cell: ({ aliases }) => aliases.map(({ alias, version }) => `${alias} ${version}`).join(', ') || '–',
      value: ({ aliases }) => aliases.map(({ alias }) => alias).join(' '),
    },
    {
      key: 'running',
      header: 'Runs in',
      cell: ({ running }) =>
        running.map(({ environment, version }) => `${environment} (version ${version})`).join(', ') || (
          <span className="quiet">nowhere</span>
        ),
      value: ({ running }) => running.map(({ environment }) => environment).join(' '),
    },
  ]
  if (!isOpen) return columns
  return [
    ...columns,
    {
      key: 'out',
      header: 'Change',
      align: 'right',
      cell: ({ model }) => <TakeOut system={system.name} model={model} />,
      value: () => null,
    },
  ]
}

function TakeOut({ system, model }: { system: string; model: string }) {
  const client = useQueryClient()
  const out = useMutation({
    mutationFn: () => removeModel(system, model),
    onSuccess: () => client.invalidateQueries(),
  })
  return (
    <Button kind="bare" busy={out.isPending} aria-label={`Take out ${model}`} onClick={() => out.mutate()}>
      Take out
    </Button>
  )
}

function AddModel({ system }: { system: System }) {
  const client = useQueryClient()
  const { data } = useQuery(inventory({ limit: 200, sort: 'name' }))
  const [model, setModel] = useState('')
  const others = (data?.rows ?? []).map((row) => row.model.name).filter((name) => !system.models.includes(name))
  const add = useMutation({
    mutationFn: () => addModel(system.name, model),
    onSuccess: async () => {
      setModel('')
      await client.invalidateQueries()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate()
  }
  return (
    <form onSubmit={submit} className="row" style={{ padding: '10px 14px' }}>
      <NativeSelect
        aria-label="A model that serves it"
        size="xs"
        value={model}
        onChange={(event) => setModel(event.currentTarget.value)}
        data={[{ value: '', label: others.length === 0 ? 'No other model' : 'A model that serves it' }, ...others]}
      />
      <Button type="submit" disabled={model === ''} busy={add.isPending}>
        Add
      </Button>
      {add.error && <ErrorState error={add.error} />}
    </form>
  )
}
