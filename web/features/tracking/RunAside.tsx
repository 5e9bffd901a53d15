import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Run } from '../../../src/modules/tracking/schema.ts'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Command, Digest } from '../../ui/Copy.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Loaded } from '../../ui/States.tsx'
import { TagEditor } from '../../ui/TagEditor.tsx'
import { StateTone, Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { ModelState } from './LoggedModelsTab.tsx'
import { noteTag } from './Note.tsx'
import { parentTag } from './nest.ts'
import { removeRunTag, runsOf, setRunTag, versionsFrom } from './queries.ts'
import { RunState } from './RunState.tsx'

export function RunAside({ run }: { run: Run }) {
  return (
    <aside aria-label="About this run">
      <Versions runId={run.id} />
      <Models run={run} />
      <Inputs run={run} />
      <Children run={run} />
      <UseIt run={run} />
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
        </KeyValues>
      </Card>
      <RunTags run={run} />
    </aside>
  )
}

function RunTags({ run }: { run: Run }) {
  const may = useMay()
  const shown = run.tags.filter(({ key }) => !['mlflow.runName', noteTag, parentTag].includes(key))
  const edit = {
    set: (key: string, value: string) => setRunTag(run.id, key, value),
    remove: (key: string) => removeRunTag(run.id, key),
  }
  const editable = may('tracking.write') && run.lifecycle_stage === 'active'
  return (
    <Card title="Tags">
      <TagEditor tags={shown} edit={editable ? edit : undefined} />
    </Card>
  )
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

function Models({ run }: { run: Run }) {
  if (run.outputs.length + run.model_inputs.length === 0) return null
  return (
    <Card title="Logged models">
      {run.outputs.map((model) => (
        <div key={`out ${model.model_id} ${model.step}`} className="row small">
          <strong>{model.name}</strong>
          <ModelState status={model.status} />
          <Digest value={model.model_id} />
        </div>
      ))}
      {run.model_inputs.map((model) => (
        <div key={`in ${model.model_id}`} className="row small">
          <span className="quiet">used</span> {model.name} <Digest value={model.model_id} />
        </div>
      ))}
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

/** Runs that name this one as their parent. */
function Children({ run }: { run: Run }) {
  const query = useInfiniteQuery(
    runsOf(run.experiment_id, { filter: `tags.\`${parentTag}\` = '${run.id}'`, limit: 50 }),
  )
  const children = query.data?.pages.flatMap(({ runs }) => runs) ?? []
  if (children.length === 0) return null
  return (
    <Card title="Runs inside it">
      {children.map((child) => (
        <div key={child.id} className="row small">
          <Link to="/runs/$id" params={{ id: child.id }}>
            {child.name || child.id.slice(0, 8)}
          </Link>
          <RunState status={child.status} />
        </div>
      ))}
      {query.hasNextPage && (
        <p className="small">
          <Link
            to="/experiments/$id"
            params={{ id: run.experiment_id }}
            search={{ filter: `tags.\`${parentTag}\` = '${run.id}'` }}
          >
            All of them
          </Link>
        </p>
      )}
    </Card>
  )
}

function UseIt({ run }: { run: Run }) {
  const model = run.outputs[0]
  return (
    <Card title="Use it">
      <div className="stack">
        {model && <Command text={`mlflow.pyfunc.load_model("models:/${model.model_id}")`} />}
        <Command text={`mlflow.artifacts.download_artifacts(run_id="${run.id}")`} />
        <Command text={`mlflow.get_run("${run.id}").data.to_dictionary()`} />
      </div>
    </Card>
  )
}
