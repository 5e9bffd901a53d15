import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card, KeyValues, Pair, Pairs } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted, Fact, Quote } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { formatOf } from './facts.ts'
import { History } from './History.tsx'
import { deployments, model } from './queries.ts'

/** What it is, why it exists, who answers, what happened. */
export function VersionAside({ version }: { version: ModelVersion }) {
  return (
    <aside aria-label="About this version">
      <Identity version={version} />
      <Purpose name={version.model} />
      <People version={version} />
      <Card title="What happened">
        <History version={version} />
        <TrailLink version={version} />
      </Card>
    </aside>
  )
}

function Identity({ version }: { version: ModelVersion }) {
  const { data = [] } = useQuery(deployments({ model: version.model }))
  const running = data.filter((each) => each.version === version.version && each.ended_at === null)
  const { manifest } = version
  return (
    <Card title="What it is">
      <KeyValues>
        <Pair name="Digest">
          <Digest value={version.digest} />
        </Pair>
        <Pair name="Files">{counted(manifest.files.length, 'file')}, sealed</Pair>
        <Pair name="Aliases">{version.aliases.length > 0 ? version.aliases.join(', ') : 'none'}</Pair>
        <Pair name="Deployed" wrap>
          {running.length > 0 ? running.map((each) => each.environment).join(', ') : 'nowhere'}
        </Pair>
        <Pair name="Run">
          {version.run_id ? (
            <Link to="/runs/$id" params={{ id: version.run_id }} className="fact">
              {version.run_id.slice(0, 12)}
            </Link>
          ) : (
            'not from a run'
          )}
        </Pair>
        <Pair name="Data" wrap>
          {manifest.datasets.length === 0 && <Tone tone="unknown">none recorded</Tone>}
          {manifest.datasets.map((dataset) => (
            <div key={`${dataset.name}/${dataset.digest}/${dataset.context}`}>
              {dataset.dataset_version ? (
                <PathLink to={`/datasets?peek=${encodeURIComponent(dataset.dataset_version)}`}>{dataset.name}</PathLink>
              ) : (
                dataset.name
              )}{' '}
              <Fact title={dataset.digest}>{dataset.digest.replace('sha256:', '').slice(0, 6)}…</Fact>
            </div>
          ))}
        </Pair>
        <Pair name="Format" wrap>
          {formatOf(version.facts)}
        </Pair>
        <Pair name="Signature">
          {version.manifest.signature ? 'declared' : <Tone tone="unknown">not declared</Tone>}
        </Pair>
      </KeyValues>
    </Card>
  )
}

function Purpose({ name }: { name: string }) {
  const { data } = useQuery(model(name))
  return (
    <Card title="Why it exists">
      {data?.purpose ? (
        <Quote by={data.owner ? <PersonName id={data.owner} /> : 'nobody owns this model'}>{data.purpose}</Quote>
      ) : (
        <Tone tone="unknown">Nobody has stated the purpose</Tone>
      )}
    </Card>
  )
}

function People({ version }: { version: ModelVersion }) {
  const { data } = useQuery(model(version.model))
  return (
    <Card title="People">
      <Pairs
        rows={[
          {
            key: 'owner',
            name: 'Owner',
            value: data?.owner ? <PersonName id={data.owner} /> : <Tone tone="attention">nobody</Tone>,
          },
          ...version.developers.map((id) => ({ key: id, name: 'Developer', value: <PersonName id={id} /> })),
          { key: 'registered', name: 'Registered by', value: <PersonName id={version.registered_by} /> },
          { key: 'when', name: 'Registered', value: <Moment at={version.registered_at} /> },
        ]}
      />
    </Card>
  )
}

function TrailLink({ version }: { version: ModelVersion }) {
  const may = useMay()
  if (!may('audit.read', version.model)) return null
  return <PathLink to={`/trail?about=${encodeURIComponent(`version:${version.id}`)}`}>All events, with proof</PathLink>
}
