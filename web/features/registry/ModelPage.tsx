import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Deployment, Model, VersionSummary } from '../../../src/modules/registry/schema.ts'
import { Card, KeyValues, Pair, Pairs } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { StateTone, Tone } from '../../ui/Tone.tsx'
import { bytes, counted, Fact, Human } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { SubjectDuties } from '../duties/SubjectDuties.tsx'
import { CompareLink } from '../evaluation/CompareLink.tsx'
import { ServedSystems } from '../systems/ServedSystems.tsx'
import { AliasRail } from './AliasRail.tsx'
import { EditModel } from './EditModel.tsx'
import { deployments, model, versionsOf } from './queries.ts'

const route = getRouteApi('/signed-in/models/$name')

/** The line of versions, what each alias points to, and who answers for the model. */
export function ModelPage() {
  const { name } = route.useParams()
  const query = useQuery(model(name))
  return (
    <Loaded query={query} lines={10} what={name}>
      {(found) => <Found model={found} />}
    </Loaded>
  )
}

function Found({ model }: { model: Model }) {
  const versions = useQuery(versionsOf(model.name))
  const deployed = useQuery(deployments({ model: model.name }))
  const may = useMay()
  const go = useGo()
  const running = deployed.data?.filter((each) => each.ended_at === null) ?? []
  return (
    <Page
      title={model.name}
      actions={may('registry.write', model.name) && <EditModel model={model} />}
      intro={<Summary model={model} versions={versions.data ?? []} running={running} />}
    >
      <div className="cols">
        <div>
          <Card title="Why it exists">
            {model.purpose ? <Human>{model.purpose}</Human> : <Tone tone="unknown">Nobody has stated the purpose</Tone>}
            {model.description && (
              <p className="quiet small" style={{ margin: '8px 0 0' }}>
                {model.description}
              </p>
            )}
          </Card>
          <Loaded query={versions} lines={5}>
            {(list) => (
              <Card title="Versions" flush actions={<CompareNewest model={model.name} versions={list} />}>
                <DataTable
                  label={`Versions of ${model.name}`}
                  columns={columnsOf(model)}
                  rows={list}
                  rowKey={(row) => row.id}
                  unit="version"
                  onOpen={(row) => go(`/models/${encodeURIComponent(model.name)}/versions/${row.version}`)}
                  empty={
                    <EmptyState title="No version is registered yet.">
                      Register one from a run with any MLflow client.
                    </EmptyState>
                  }
                />
              </Card>
            )}
          </Loaded>
          <Card title="Deployments" flush>
            <DataTable
              label={`Deployments of ${model.name}`}
              columns={deploymentColumns(model.name)}
              rows={deployed.data ?? []}
              rowKey={(row) => row.id}
              unit="deployment"
              keyboard={false}
              empty={
                <EmptyState
                  title="No deployment was reported."
                  command={`modelkeep gate check ${model.name}@champion --env prod`}
                >
                  Let the pipeline ask the gate, deploy, and report where.
                </EmptyState>
              }
            />
          </Card>
        </div>
        <aside aria-label="About this model">
          <AliasRail model={model} versions={versions.data ?? []} />
          <Card title="Who answers for it">
            <Pairs
              rows={[
                {
                  key: 'owner',
                  name: 'Owner',
                  value: model.owner ? <PersonName id={model.owner} /> : <Tone tone="attention">nobody</Tone>,
                },
                { key: 'tier', name: 'Tier', value: model.tier ?? <Tone tone="unknown">nobody has said</Tone> },
                { key: 'by', name: 'Created by', value: <PersonName id={model.created_by} /> },
                { key: 'at', name: 'Created', value: <Moment at={model.created_at} /> },
              ]}
            />
          </Card>
          {model.kind === 'model' && (
            <>
              <ServedSystems model={model.name} />
              <SubjectDuties type="model" name={model.name} />
            </>
          )}
          {model.tags.length > 0 && (
            <Card title="Tags">
              <KeyValues>
                {model.tags.map((tag) => (
                  <Pair key={tag.key} name={tag.key} wrap>
                    <Fact>{tag.value}</Fact>
                  </Pair>
                ))}
              </KeyValues>
            </Card>
          )}
        </aside>
      </div>
    </Page>
  )
}

function CompareNewest({ model, versions }: { model: string; versions: readonly VersionSummary[] }) {
  const [newest, last] = versions
  const champion = versions.find(({ aliases }) => aliases.includes('champion'))
  const before = champion && champion !== newest ? champion : last
  return newest && before ? <CompareLink model={model} a={before.version} b={newest.version} /> : null
}

function Summary(props: { model: Model; versions: readonly VersionSummary[]; running: readonly Deployment[] }) {
  const { model, versions, running } = props
  const newest = versions[0]
  const places = [...new Set(running.map((each) => each.environment))].join(', ')
  return (
    <>
      {model.tier ? `${model.tier.charAt(0).toUpperCase()}${model.tier.slice(1)} tier, ` : 'No tier yet, '}
      {counted(versions.length, 'version')}
      {newest && (
        <>
          , newest {newest.version} <Moment at={newest.registered_at} />
        </>
      )}
      . {places ? `Deployed to ${places}.` : 'Deployed nowhere.'}
    </>
  )
}

function columnsOf(model: Model): Column<VersionSummary>[] {
  return [
    {
      key: 'version',
      header: 'Version',
      cell: (row) => (
        <Link
          to="/models/$name/versions/$which"
          params={{ name: model.name, which: String(row.version) }}
          className="fact"
          aria-label={`${model.name} version ${row.version}`}
        >
          {row.version}
        </Link>
      ),
      value: (row) => row.version,
    },
    { key: 'state', header: 'State', cell: (row) => <StateTone state={row.state} />, value: (row) => row.state },
    {
      key: 'aliases',
      header: 'Aliases',
      cell: (row) => row.aliases.join(', ') || '–',
      value: (row) => row.aliases.join(' '),
    },
    {
      key: 'digest',
      header: 'Digest',
      cell: (row) => <Digest value={row.digest} />,
      value: (row) => row.digest,
      hideNarrow: true,
    },
    {
      key: 'run',
      header: 'Run',
      hideNarrow: true,
      cell: (row) =>
        row.run_id ? (
          <Link to="/runs/$id" params={{ id: row.run_id }} className="fact">
            {row.run_id.slice(0, 8)}
          </Link>
        ) : (
          '–'
        ),
      value: (row) => row.run_id,
    },
    {
      key: 'files',
      header: 'Files',
      align: 'right',
      hideNarrow: true,
      cell: (row) => `${row.files}, ${bytes(row.size)}`,
      value: (row) => row.files,
    },
    {
      key: 'by',
      header: 'Registered',
      hideNarrow: true,
      cell: (row) => (
        <>
          <Moment at={row.registered_at} />, <PersonName id={row.registered_by} />
        </>
      ),
      value: (row) => row.registered_at,
    },
  ]
}

function deploymentColumns(name: string): Column<Deployment>[] {
  return [
    { key: 'environment', header: 'Environment', cell: (row) => row.environment, value: (row) => row.environment },
    {
      key: 'version',
      header: 'Version',
      align: 'right',
      cell: (row) => (
        <Link to="/models/$name/versions/$which" params={{ name, which: String(row.version) }}>
          {row.version}
        </Link>
      ),
      value: (row) => row.version,
    },
    {
      key: 'endpoint',
      header: 'Endpoint',
      cell: (row) => <Fact>{row.endpoint ?? '–'}</Fact>,
      value: (row) => row.endpoint,
      hideNarrow: true,
    },
    {
      key: 'verdict',
      header: 'Verdict',
      cell: (row) =>
        row.verdict_id ? (
          <Link to="/gate/verdicts/$id" params={{ id: row.verdict_id }}>
            signed
          </Link>
        ) : (
          <Tone tone="attention">without one</Tone>
        ),
      value: (row) => row.verdict_id,
    },
    {
      key: 'since',
      header: 'Reported',
      cell: (row) => (
        <>
          <Moment at={row.reported_at} />
          {row.ended_at && (
            <span className="quiet">
              , ended <Moment at={row.ended_at} />
            </span>
          )}
        </>
      ),
      value: (row) => row.reported_at,
    },
  ]
}
