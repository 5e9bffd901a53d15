import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { SpanOutline, TraceOutline } from '../../../src/modules/traces/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { durationText } from '../../ui/duration.ts'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { TagEditor } from '../../ui/TagEditor.tsx'
import { counted, Fact } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { Assessments } from './Assessments.tsx'
import { removeTraceTag, setTraceTag, traceOutline } from './queries.ts'
import { SpanPanel } from './SpanPanel.tsx'
import { SpanTree } from './SpanTree.tsx'
import styles from './TracePage.module.css'
import { SpanStatusTone, TraceStateTone } from './TraceStateTone.tsx'

const route = getRouteApi('/signed-in/traces/$id')

/** What one request went through, span by span, and what was thought of it. */
export function TracePage() {
  const { id } = route.useParams()
  const query = useQuery({
    ...traceOutline(id),
    refetchInterval: (state) => (state.state.data?.state === 'IN_PROGRESS' ? 3000 : false),
  })
  return (
    <Loaded query={query} lines={10} what="The trace">
      {(trace) => <Found trace={trace} />}
    </Loaded>
  )
}

function Found({ trace }: { trace: TraceOutline }) {
  const { span, view } = route.useSearch()
  const navigate = route.useNavigate()
  const selected = trace.spans.find(({ id }) => id === span)?.id ?? trace.spans[0]?.id ?? ''
  const select = (id: string) => void navigate({ search: (old) => ({ ...old, span: id }), replace: true })
  const switched = view === 'table' ? undefined : 'table'
  return (
    <Page title={trace.name} intro={<Summary trace={trace} />} actions={<TraceStateTone state={trace.state} />}>
      <div className={styles.split}>
        <div className={styles.tree}>
          <Card
            title="Spans"
            flush
            actions={
              trace.spans.length > 0 && (
                <Button
                  kind="bare"
                  onClick={() => void navigate({ search: (old) => ({ ...old, view: switched }), replace: true })}
                >
                  {view === 'table' ? 'As a tree' : 'As a table'}
                </Button>
              )
            }
          >
            {trace.spans.length === 0 ? (
              <EmptyState title="This trace has no spans here.">
                Clients of MLflow 2.14 upload the spans as an artifact; their summary is all that is kept here.
              </EmptyState>
            ) : view === 'table' ? (
              <SpanTable spans={trace.spans} onOpen={select} selected={selected} />
            ) : (
              <SpanTree spans={trace.spans} selected={selected} onSelect={select} />
            )}
          </Card>
        </div>
        {selected && (
          <div className={styles.panel}>
            <SpanPanel traceId={trace.id} spanId={selected} />
          </div>
        )}
        <div className={styles.rest}>
          <Assessments trace={trace} spanId={selected} />
          <About trace={trace} />
        </div>
      </div>
    </Page>
  )
}

function Summary({ trace }: { trace: TraceOutline }) {
  const failed = trace.spans.filter(({ status }) => status === 'ERROR').length
  return (
    <>
      In{' '}
      <Link to="/experiments/$id" params={{ id: trace.experiment_id }} search={{ tab: 'traces' }}>
        {trace.experiment_name}
      </Link>
      , <Moment at={trace.request_time} />, took {durationText(trace.execution_duration)} over{' '}
      {counted(trace.spans.length, 'span')}
      {failed > 0 && `, of which ${failed.toLocaleString('en')} failed`}
      {trace.tokens !== null && `, ${counted(trace.tokens, 'token')}`}.
    </>
  )
}

function About({ trace }: { trace: TraceOutline }) {
  const may = useMay()
  const edit = {
    set: (key: string, value: string) => setTraceTag(trace.id, key, value),
    remove: (key: string) => removeTraceTag(trace.id, key),
  }
  return (
    <div className="halves">
      <Card title="Tags">
        <TagEditor tags={trace.tags} edit={may('tracking.write') ? edit : undefined} />
      </Card>
      <Card title="What it is">
        <KeyValues>
          <Pair name="Id">
            <Digest value={trace.id} />
          </Pair>
          <Pair name="Time" wrap>
            <Moment at={trace.request_time} form="iso" />
          </Pair>
          {trace.client_request_id && (
            <Pair name="Client's id">
              <Fact title={trace.client_request_id}>{trace.client_request_id}</Fact>
            </Pair>
          )}
          {trace.metadata.map(({ key, value }) => (
            <Pair key={key} name={<span title={key}>{key.replace('mlflow.', '')}</span>}>
              {key === 'mlflow.sourceRun' ? (
                <Link to="/runs/$id" params={{ id: value }}>
                  {value.slice(0, 8)}
                </Link>
              ) : (
                <Fact title={value}>{value.slice(0, 200)}</Fact>
              )}
            </Pair>
          ))}
        </KeyValues>
      </Card>
    </div>
  )
}

const mostRows = 2000

/** The twin of the tree. What is left out of a very large one is in the export of the API. */
function SpanTable(props: { spans: readonly SpanOutline[]; selected: string; onOpen: (id: string) => void }) {
  return (
    <DataTable
      label="Spans"
      columns={columns}
      rows={props.spans.slice(0, mostRows)}
      total={props.spans.length}
      rowKey={(span) => span.id}
      unit="span"
      selected={props.selected}
      onPeek={(span) => props.onOpen(span.id)}
    />
  )
}

const columns: Column<SpanOutline>[] = [
  {
    key: 'name',
    header: 'Span',
    cell: (span) => (
      <Link from="/traces/$id" to="." search={(old) => ({ ...old, span: span.id })} style={{ fontWeight: 550 }}>
        {'· '.repeat(Math.min(span.depth, 12))}
        {span.name}
      </Link>
    ),
    value: (span) => span.name,
  },
  { key: 'type', header: 'Type', hideNarrow: true, cell: (span) => span.type || '–', value: (span) => span.type },
  {
    key: 'status',
    header: 'State',
    cell: (span) => <SpanStatusTone status={span.status} ended={span.duration !== null} />,
    value: (span) => span.status,
  },
  {
    key: 'start',
    header: 'Begins',
    align: 'right',
    hideNarrow: true,
    cell: (span) => durationText(span.start),
    value: (span) => span.start,
  },
  {
    key: 'duration',
    header: 'Duration',
    align: 'right',
    cell: (span) => durationText(span.duration),
    value: (span) => span.duration,
  },
]
