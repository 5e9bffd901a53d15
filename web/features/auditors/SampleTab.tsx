import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { Population } from '../../../src/modules/auditors/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { sample } from './queries.ts'
import { Drawn } from './SampleRows.tsx'
import { type AskedSample, queryOf } from './sample-query.ts'

const route = getRouteApi('/signed-in/auditor')

const names: Record<Population, string> = {
  decisions: 'decisions',
  verdicts: 'verdicts of the gate',
  versions: 'versions in use',
  findings: 'findings',
}

/** Draws from the scope in a way that anybody can repeat. */
export function SampleTab() {
  const { tab: _, seat: __, request: ___, all: ____, ask: _____, ...asked } = route.useSearch()
  return (
    <>
      <Question key={JSON.stringify(asked)} asked={asked} />
      {asked.population === undefined ? (
        <EmptyState
          title="What do you want to look at?"
          command="modelkeep seat sample decisions --size 25 --seed 'audit 2026' --by-tier"
        >
          Choose what to draw from, how many, and a seed. The same population, seed and size give the same sample to
          everybody, here and by hand.
        </EmptyState>
      ) : (
        <Answer asked={{ ...asked, population: asked.population }} />
      )}
    </>
  )
}

function Answer({ asked }: { asked: AskedSample }) {
  const query = useQuery(sample(queryOf(asked)))
  return (
    <Loaded query={query} lines={8}>
      {(found) => <Drawn sample={found} asked={asked} />}
    </Loaded>
  )
}

function Question({ asked }: { asked: Omit<AskedSample, 'population'> & { population?: Population | undefined } }) {
  const navigate = route.useNavigate()
  const [draft, setDraft] = useState({
    population: asked.population ?? 'decisions',
    method: asked.population !== undefined && asked.size === undefined ? 'all' : 'random',
    size: String(asked.size ?? 25),
    seed: asked.seed ?? '',
    by_tier: asked.by_tier ?? false,
    from: asked.from ?? '',
    to: asked.to ?? '',
  })
  const isRandom = draft.method === 'random'
  const set = (field: keyof typeof draft) => (event: { currentTarget: { value: string } }) =>
    setDraft({ ...draft, [field]: event.currentTarget.value })
  function submit(event: FormEvent) {
    event.preventDefault()
    void navigate({
      search: {
        tab: 'sample',
        population: Population.parse(draft.population),
        size: isRandom ? Number(draft.size) : undefined,
        seed: isRandom ? draft.seed : undefined,
        by_tier: (isRandom && draft.by_tier) || undefined,
        from: draft.from || undefined,
        to: draft.to || undefined,
      },
    })
  }
  return (
    <form onSubmit={submit} className="row" style={{ alignItems: 'end', flexWrap: 'wrap', marginBottom: 16 }}>
      <NativeSelect
        label="Draw from"
        size="sm"
        value={draft.population}
        onChange={set('population')}
        data={Population.options.map((value) => ({ value, label: names[value] }))}
      />
      <TextInput label="From day" type="date" size="sm" value={draft.from} onChange={set('from')} />
      <TextInput label="To day" type="date" size="sm" value={draft.to} onChange={set('to')} />
      <NativeSelect
        label="How"
        size="sm"
        value={draft.method}
        onChange={set('method')}
        data={[
          { value: 'random', label: 'at random' },
          { value: 'all', label: 'all of them' },
        ]}
      />
      {isRandom && (
        <>
          <TextInput
            label={draft.by_tier ? 'How many of each' : 'How many'}
            type="number"
            min={1}
            max={2000}
            size="sm"
            required
            withAsterisk={false}
            value={draft.size}
            onChange={set('size')}
            style={{ width: 120 }}
          />
          <TextInput
            label="Seed"
            placeholder="audit 2026"
            pattern="[ -~]+"
            title="letters, digits and signs of ASCII"
            maxLength={100}
            size="sm"
            required
            withAsterisk={false}
            value={draft.seed}
            onChange={set('seed')}
          />
          <Checkbox
            label="of each tier"
            size="sm"
            checked={draft.by_tier}
            onChange={(event) => setDraft({ ...draft, by_tier: event.currentTarget.checked })}
            style={{ paddingBottom: 8 }}
          />
        </>
      )}
      <Button type="submit" kind="go">
        Draw
      </Button>
    </form>
  )
}
