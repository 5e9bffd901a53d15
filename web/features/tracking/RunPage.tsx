import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Run } from '../../../src/modules/tracking/schema.ts'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { StateTone, Tone } from '../../ui/Tone.tsx'
import { Fact, figureText } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { ArtifactList } from './ArtifactList.tsx'
import { MetricCurves } from './MetricCurves.tsx'
import { experiment, run, versionsFrom } from './queries.ts'
import { RunState } from './RunState.tsx'

const route = getRouteApi('/signed-in/runs/$id')

export function RunPage() {
  const { id } = route.useParams()
  const query = useQuery({
    ...run(id),
    refetchInterval: (state) => (state.state.data?.status === 'RUNNING' ? 3000 : false),
  })
  return (
    <Loaded query={query} lines={10} what={`Run ${id.slice(0, 8)}`}>
      {(found) => <Found run={found} />}
    </Loaded>
  )
}

function Found({ run }: { run: Run }) {
  const curves = run.metrics.filter((metric) => metric.step > 0).map((metric) => metric.key)
  return (
    <Page
      title={run.name || `Run ${run.id.slice(0, 8)}`}
      actions={<RunState status={run.status} />}
      intro={<Summary run={run} />}
    >
      <div className="cols">
        <div>
          {curves.length > 0 && <MetricCurves runId={run.id} keys={curves} live={run.status === 'RUNNING'} />}
          <Card title="Last metrics" flush>
            <DataTable
              label={`Metrics of ${run.name}`}
              columns={metricColumns}
              rows={run.metrics}
              rowKey={(metric) => metric.key}
              unit="metric"
              keyboard={false}
              empty={<EmptyState title="This run logged no metrics." />}
            />
          </Card>
          <Card title="Parameters" flush>
            <DataTable
              label={`Parameters of ${run.name}`}
              columns={paramColumns}
              rows={run.params}
              rowKey={(param) => param.key}
              unit="parameter"
              keyboard={false}
              empty={<EmptyState title="This run logged no parameters." />}
            />
          </Card>
          <ArtifactList runId={run.id} />
        </div>
        <aside aria-label="About this run">
          <Versions runId={run.id} />
          <Inputs run={run} />
          <Card title="What it is">
            <KeyValues>
              <Pair name="Id">
                <Digest value={run.id} />
              </Pair>
              <Pair name="By" wrap>
                {run.user || <PersonName id={run.created_by} />}
              </Pair>
              <Pair name="Started" wrap>
                {run.start_time === null ? '–' : <Moment at={run.start_time} form="iso" />}
              </Pair>
              <Pair name="Ended" wrap>
                {run.end_time === null ? '–' : <Moment at={run.end_time} form="iso" />}
              </Pair>
              <Pair name="Seal">{run.seal ? <Digest value={run.seal} /> : <Tone tone="unknown">not sealed</Tone>}</Pair>
              {run.tags
                .filter((tag) => !tag.key.startsWith('mlflow.runName'))
                .slice(0, 20)
                .map((tag) => (
                  <Pair key={tag.key} name={<span title={tag.key}>{tag.key.replace('mlflow.', '')}</span>}>
                    <Fact title={tag.value}>{tag.value.slice(0, 200)}</Fact>
                  </Pair>
                ))}
            </KeyValues>
          </Card>
        </aside>
      </div>
    </Page>
  )
}

function Summary({ run }: { run: Run }) {
  const { data } = useQuery(experiment(run.experiment_id))
  return (
    <>
      In{' '}
      <Link to="/experiments/$id" params={{ id: run.experiment_id }}>
        {data?.name ?? run.experiment_id}
      </Link>
      {run.start_time !== null && (
        <>
          , started <Moment at={run.start_time} />
          {run.end_time !== null && `, took ${duration(run.end_time - run.start_time)}`}
        </>
      )}
      .
    </>
  )
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

function Versions({ runId }: { runId: string }) {
  const query = useQuery(versionsFrom(runId))
  return (
    <Card title="Versions made from it">
      <Loaded query={query} lines={2}>
        {(versions) =>
          versions.length === 0 ? (
            <span className="quiet small">No version was registered from this run.</span>
          ) : (
            versions.map((version) => (
              <div key={version.id} className="row small">
                <Link
                  to="/models/$name/versions/$which"
                  params={{ name: version.model, which: String(version.version) }}
                >
                  {version.model} {version.version}
                </Link>
                <StateTone state={version.state} />
              </div>
            ))
          )
        }
      </Loaded>
    </Card>
  )
}

function Inputs({ run }: { run: Run }) {
  return (
    <Card title="Data it used">
      {run.inputs.length === 0 && <Tone tone="unknown">none recorded</Tone>}
      {run.inputs.map((input) => (
        <div key={`${input.name}/${input.digest}`} className="small">
          <PathLink to={`/datasets?peek=${encodeURIComponent(input.digest)}`}>{input.name}</PathLink>{' '}
          <Fact title={input.digest}>{input.digest.replace('sha256:', '').slice(0, 8)}…</Fact>{' '}
          <span className="quiet">{input.tags.find((tag) => tag.key === 'mlflow.data.context')?.value}</span>
        </div>
      ))}
    </Card>
  )
}

const metricColumns: Column<Run['metrics'][number]>[] = [
  { key: 'key', header: 'Metric', cell: (metric) => metric.key, value: (metric) => metric.key },
  {
    key: 'value',
    header: 'Value',
    align: 'right',
    cell: (metric) => (typeof metric.value === 'number' ? figureText(metric.value, 5) : metric.value),
    value: (metric) => metric.value,
  },
  {
    key: 'step',
    header: 'At step',
    align: 'right',
    cell: (metric) => metric.step.toLocaleString('en'),
    value: (metric) => metric.step,
  },
]

const paramColumns: Column<Run['params'][number]>[] = [
  { key: 'key', header: 'Parameter', cell: (param) => param.key, value: (param) => param.key },
  { key: 'value', header: 'Value', cell: (param) => <Fact>{param.value}</Fact>, value: (param) => param.value },
]
