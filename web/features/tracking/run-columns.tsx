import { Link } from '@tanstack/react-router'
import type { Run } from '../../../src/modules/tracking/schema.ts'
import type { Column } from '../../ui/DataTable.tsx'
import { durationText } from '../../ui/duration.ts'
import { Moment } from '../../ui/Moment.tsx'
import { Fact, figureText } from '../../ui/Voice.tsx'
import { RunState } from './RunState.tsx'

/** A column beside the name: `a:user`, `m:auc`, `p:lr` or `t:team`. */
export type ColumnKey = `${'a' | 'm' | 'p' | 't'}:${string}`

const attributes = ['state', 'started', 'duration', 'user', 'id', 'models'] as const
const attributeWords: Record<(typeof attributes)[number], string> = {
  state: 'State',
  started: 'Started',
  duration: 'Duration',
  user: 'By',
  id: 'Id',
  models: 'Models made',
}

/** The keys that most runs share, most frequent first. */
export function commonest(keys: readonly string[], most = Number.POSITIVE_INFINITY): string[] {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts]
    .toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, most)
    .map(([key]) => key)
}

const metricsOf = (runs: readonly Run[]) => runs.flatMap((run) => run.metrics.map(({ key }) => key))
const paramsOf = (runs: readonly Run[]) => runs.flatMap((run) => run.params.map(({ key }) => key))
const tagsOf = (runs: readonly Run[]) =>
  runs.flatMap((run) => run.tags.map(({ key }) => key).filter((key) => key !== 'mlflow.runName'))

/** What may be chosen, given the runs that are there. */
export function choices(runs: readonly Run[]): { group: string; items: { value: string; label: string }[] }[] {
  const items = (kind: string, keys: readonly string[]) =>
    commonest(keys).map((key) => ({ value: `${kind}:${key}`, label: key }))
  return [
    { group: 'Run', items: attributes.map((key) => ({ value: `a:${key}`, label: attributeWords[key] })) },
    { group: 'Metrics', items: items('m', metricsOf(runs)) },
    { group: 'Parameters', items: items('p', paramsOf(runs)) },
    { group: 'Tags', items: items('t', tagsOf(runs)) },
  ]
}

export function usualColumns(runs: readonly Run[]): ColumnKey[] {
  return [
    'a:state',
    'a:started',
    ...commonest(metricsOf(runs), 5).map((key): ColumnKey => `m:${key}`),
    ...commonest(paramsOf(runs), 4).map((key): ColumnKey => `p:${key}`),
  ]
}

export function readColumns(text: string | undefined): ColumnKey[] | undefined {
  return text
    ?.split(',')
    .map((part) => safelyDecoded(part))
    .filter((key): key is ColumnKey => /^[ampt]:./.test(key))
}

export const writeColumns = (keys: readonly string[]) =>
  keys.map((key) => encodeURIComponent(key).replace('%3A', ':')).join(',')

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

export function columnsFor(keys: readonly ColumnKey[], depths: ReadonlyMap<string, number>): Column<Run>[] {
  return [nameColumn(depths), ...keys.map(columnOf)]
}

const nameColumn = (depths: ReadonlyMap<string, number>): Column<Run> => ({
  key: 'run',
  header: 'Run',
  sort: 'attributes.run_name',
  cell: (run) => (
    <span style={{ paddingLeft: (depths.get(run.id) ?? 0) * 16, whiteSpace: 'nowrap' }}>
      {(depths.get(run.id) ?? 0) > 0 && <span className="quiet">↳ </span>}
      <Link to="/runs/$id" params={{ id: run.id }} style={{ fontWeight: 550 }}>
        {run.name || run.id.slice(0, 8)}
      </Link>
      {run.lifecycle_stage === 'deleted' && <span className="quiet"> deleted</span>}
    </span>
  ),
  value: (run) => run.name || run.id,
})

const quoted = (key: string) => (key.includes('`') ? `"${key}"` : `\`${key}\``)

function columnOf(column: ColumnKey): Column<Run> {
  const key = column.slice(2)
  switch (column[0]) {
    case 'm':
      return {
        key: column,
        header: key,
        align: 'right',
        sort: `metrics.${quoted(key)}`,
        cell: (run) => metricText(run, key),
        value: (run) => run.metrics.find((metric) => metric.key === key)?.value,
      }
    case 'p':
      return textColumn(column, `params.${quoted(key)}`, (run) => run.params.find((param) => param.key === key)?.value)
    case 't':
      return textColumn(column, `tags.${quoted(key)}`, (run) => run.tags.find((tag) => tag.key === key)?.value)
    default:
      return attributeColumn(key)
  }
}

const textColumn = (column: string, sort: string, value: (run: Run) => string | undefined): Column<Run> => ({
  key: column,
  header: column.slice(2),
  sort,
  hideNarrow: true,
  cell: (run) => <Fact title={value(run) ?? ''}>{(value(run) ?? '–').slice(0, 80)}</Fact>,
  value,
})

function attributeColumn(key: string): Column<Run> {
  switch (key) {
    case 'state':
      return {
        key: 'state',
        header: attributeWords.state,
        sort: 'attributes.status',
        cell: (run) => <RunState status={run.status} />,
        value: (run) => run.status,
      }
    case 'started':
      return {
        key: 'started',
        header: attributeWords.started,
        sort: 'attributes.start_time',
        hideNarrow: true,
        cell: (run) => (run.start_time === null ? '–' : <Moment at={run.start_time} />),
        value: (run) => (run.start_time === null ? null : new Date(run.start_time).toISOString()),
      }
    case 'duration':
      return {
        key: 'duration',
        header: attributeWords.duration,
        align: 'right',
        cell: (run) => durationText(tookMs(run)),
        value: tookMs,
      }
    case 'user':
      return {
        key: 'user',
        header: attributeWords.user,
        sort: 'attributes.user_id',
        cell: (run) => run.user || '–',
        value: (run) => run.user,
      }
    case 'models':
      return {
        key: 'models',
        header: attributeWords.models,
        cell: (run) => run.outputs.map(({ name }) => name).join(', ') || '–',
        value: (run) => run.outputs.map(({ name }) => name).join('; '),
      }
    default:
      return {
        key: 'id',
        header: attributeWords.id,
        sort: 'attributes.run_id',
        cell: (run) => <Fact title={run.id}>{run.id.slice(0, 8)}</Fact>,
        value: (run) => run.id,
      }
  }
}

export const tookMs = (run: Run) =>
  run.start_time === null || run.end_time === null ? null : run.end_time - run.start_time

function metricText(run: Run, key: string): string {
  const value = run.metrics.find((metric) => metric.key === key)?.value
  return typeof value === 'number' ? figureText(value, 4) : (value ?? '–')
}
