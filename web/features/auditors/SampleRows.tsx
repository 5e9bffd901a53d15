import { getRouteApi, Link } from '@tanstack/react-router'
import type { Sample, SampleRow } from '../../../src/modules/auditors/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Command } from '../../ui/Copy.tsx'
import { saveText } from '../../ui/copy.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState } from '../../ui/States.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { type AskedSample, commandOf } from './sample-query.ts'
import { useSeats } from './seats.ts'

const route = getRouteApi('/signed-in/auditor')

const units = { decisions: 'decision', verdicts: 'verdict', versions: 'version', findings: 'finding' } as const
const nouns = { ...units, versions: 'version in use' } as const

/** What was drawn, from how many, and how to draw it again. */
export function Drawn({ sample, asked }: { sample: Sample; asked: AskedSample }) {
  const { population, rows, population_size, population_digest, strata, by_tier } = sample
  const plural = population === 'versions' ? 'versions in use' : population
  const save = () =>
    saveText(`sample-of-${population}.json`, `${JSON.stringify(sample, null, 2)}\n`, 'application/json')
  const navigate = route.useNavigate()
  const mayAsk = useSeats().length > 0
  const ask = () => void navigate({ search: { ...asked, tab: 'requests', ask: 'sample' } })
  return (
    <>
      <Lead
        tone={rows.length === 0 ? 'unknown' : 'met'}
        action={
          rows.length > 0 && (
            <span className="row">
              {mayAsk && <Button onClick={ask}>Ask for these</Button>}
              <Button onClick={save}>Save with how it was drawn</Button>
            </span>
          )
        }
        detail={
          by_tier
            ? strata.map(({ tier, size, drawn }) => `${tier ?? 'no tier'}: ${drawn} of ${size}`).join(', ')
            : 'Whoever has the same population, seed and size draws the same rows.'
        }
      >
        {population_size === 0
          ? `There are no ${plural} in this scope and period.`
          : `${rows.length} of ${population_size} ${population_size === 1 ? nouns[population] : plural}.`}
      </Lead>
      <div className="cols">
        <Card title="Sample" flush>
          <DataTable
            label={`Sample of ${population}`}
            columns={columnsOf(population)}
            rows={rows}
            rowKey={({ id }) => id}
            unit={units[population]}
            keyboard={false}
            empty={<EmptyState title="Nothing to draw from.">Choose a longer period, or something else.</EmptyState>}
          />
        </Card>
        <aside aria-label="How it was drawn">
          <Card title="Draw it again">
            <Command text={commandOf(asked)} />
            <p className="small" style={{ marginTop: 10 }}>
              The digest of the population is equal where the population is:
            </p>
            <Command text={population_digest} />
            {sample.seed !== null && (
              <p className="small" style={{ marginTop: 10 }}>
                Each id is ranked by the SHA-256 of the seed, a newline and the id; the lowest are drawn.
              </p>
            )}
          </Card>
        </aside>
      </div>
    </>
  )
}

function columnsOf(population: Sample['population']): Column<SampleRow>[] {
  return [
    {
      key: 'id',
      header: 'Id',
      cell: ({ id, model, version }) => {
        if (population === 'verdicts') return <PathLink to={`/gate/verdicts/${id}`}>{id}</PathLink>
        if (population === 'findings') return <PathLink to={`/findings/${id}`}>{id}</PathLink>
        const tab = population === 'decisions' ? '?tab=decisions' : ''
        return <PathLink to={`/models/${encodeURIComponent(model)}/versions/${version}${tab}`}>{id}</PathLink>
      },
      value: ({ id }) => id,
    },
    {
      key: 'model',
      header: 'Model',
      cell: ({ model, version }) => (
        <>
          <Link to="/models/$name" params={{ name: model }}>
            {model}
          </Link>{' '}
          {version !== null && <Fact>{version}</Fact>}
        </>
      ),
      value: ({ model }) => model,
    },
    { key: 'version', header: 'Version', fileOnly: true, cell: () => null, value: ({ version }) => version },
    { key: 'tier', header: 'Tier', hideNarrow: true, cell: ({ tier }) => tier ?? 'none', value: ({ tier }) => tier },
    {
      key: 'environment',
      header: 'Environment',
      hideNarrow: true,
      cell: ({ environment }) => environment ?? '',
      value: ({ environment }) => environment,
    },
    { key: 'state', header: 'State', cell: ({ state }) => state.replaceAll('_', ' '), value: ({ state }) => state },
    { key: 'at', header: 'At', cell: ({ at }) => <Moment at={at} />, value: ({ at }) => at },
    {
      key: 'rank',
      header: 'Rank',
      hideNarrow: true,
      cell: ({ rank }) => rank && <Fact>{rank.slice(0, 8)}</Fact>,
      value: ({ rank }) => rank,
    },
  ]
}
