import { Link } from '@tanstack/react-router'
import type { TraceRow } from '../../../src/modules/traces/schema.ts'
import type { Column } from '../../ui/DataTable.tsx'
import { durationText } from '../../ui/duration.ts'
import { Moment } from '../../ui/Moment.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { TraceStateTone } from './TraceStateTone.tsx'
import styles from './TracesTab.module.css'

export const traceColumns: Column<TraceRow>[] = [
  {
    key: 'name',
    header: 'Trace',
    cell: (trace) => (
      <Link to="/traces/$id" params={{ id: trace.id }} className={styles.name}>
        {trace.name}
      </Link>
    ),
    value: (trace) => trace.name,
  },
  {
    key: 'state',
    header: 'State',
    sort: 'status',
    cell: (trace) => <TraceStateTone state={trace.state} />,
    value: (trace) => trace.state,
  },
  {
    key: 'time',
    header: 'Time',
    sort: 'timestamp_ms',
    cell: (trace) => <Moment at={trace.request_time} />,
    value: (trace) => new Date(trace.request_time).toISOString(),
  },
  {
    key: 'duration',
    header: 'Duration',
    sort: 'execution_time_ms',
    align: 'right',
    cell: (trace) => durationText(trace.execution_duration),
    value: (trace) => trace.execution_duration,
  },
  {
    key: 'tokens',
    header: 'Tokens',
    align: 'right',
    hideNarrow: true,
    cell: (trace) => trace.tokens?.toLocaleString('en') ?? '–',
    value: (trace) => trace.tokens,
  },
  {
    key: 'request',
    header: 'Request',
    hideNarrow: true,
    cell: (trace) => <Preview text={trace.request_preview} />,
    value: (trace) => trace.request_preview,
  },
  {
    key: 'response',
    header: 'Response',
    hideNarrow: true,
    cell: (trace) => <Preview text={trace.response_preview} />,
    value: (trace) => trace.response_preview,
  },
  {
    key: 'tags',
    header: 'Tags',
    hideNarrow: true,
    cell: (trace) => <Fact title={tagsText(trace)}>{tagsText(trace) || '–'}</Fact>,
    value: tagsText,
  },
  {
    key: 'assessments',
    header: 'Said of it',
    align: 'right',
    hideNarrow: true,
    cell: (trace) => trace.assessments || '–',
    value: (trace) => trace.assessments,
  },
]

function tagsText({ tags }: TraceRow): string {
  return tags
    .filter(({ key }) => !key.startsWith('mlflow.'))
    .map(({ key, value }) => `${key}=${value}`)
    .join(' ')
}

function Preview({ text }: { text: string | null }) {
  if (!text) return <span className="quiet">–</span>
  return (
    <span className={styles.preview} title={text.slice(0, 1000)}>
      {text.slice(0, 200)}
    </span>
  )
}
