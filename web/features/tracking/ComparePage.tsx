import { Switch } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { Run } from '../../../src/modules/tracking/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { durationText } from '../../ui/duration.ts'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted, Fact, figureText } from '../../ui/Voice.tsx'
import { CompareCurves } from './CompareCurves.tsx'
import { CompareScatter } from './CompareScatter.tsx'
import { bestOf, type CompareRow, differs, lowerIsBetter, metricRows, paramRows } from './compare.ts'
import { run } from './queries.ts'
import { RunState } from './RunState.tsx'
import { tookMs } from './run-columns.tsx'

const route = getRouteApi('/signed-in/compare')
const most = 20

/** Runs side by side: what they were given, what came out, and how it went. */
export function ComparePage() {
  const { runs: text = '' } = route.useSearch()
  const ids = [...new Set(text.split(',').filter(Boolean))].slice(0, most)
  const queries = useQueries({ queries: ids.map((id) => run(id)) })
  const failed = queries.find((query) => query.error)
  const runs = queries.flatMap((query) => query.data ?? [])
  return (
    <Page title={`Compare ${counted(ids.length, 'run')}`}>
      {failed && <ErrorState error={failed.error} retry={() => failed.refetch()} what="One of the runs" />}
      {ids.length < 2 && (
        <Card title="Nothing to compare" flush>
          <EmptyState title="Choose at least two runs.">
            <PathLink to="/experiments">Open an experiment</PathLink>, choose runs in its table, and compare them.
          </EmptyState>
        </Card>
      )}
      {ids.length >= 2 && !failed && (runs.length < ids.length ? <Skeleton lines={8} /> : <Compared runs={runs} />)}
    </Page>
  )
}

function Compared({ runs }: { runs: readonly Run[] }) {
  return (
    <>
      <Heads runs={runs} />
      <Metrics runs={runs} />
      <Params runs={runs} />
      <CompareCurves runs={runs} />
      <CompareScatter runs={runs} />
    </>
  )
}

export const runName = (run: Run) => run.name || run.id.slice(0, 8)

function Heads({ runs }: { runs: readonly Run[] }) {
  const columns: Column<Run>[] = [
    {
      key: 'run',
      header: 'Run',
      cell: (each) => <PathLink to={`/runs/${encodeURIComponent(each.id)}`}>{runName(each)}</PathLink>,
      value: runName,
    },
    { key: 'state', header: 'State', cell: (each) => <RunState status={each.status} />, value: (each) => each.status },
    {
      key: 'started',
      header: 'Started',
      cell: (each) => (each.start_time === null ? '–' : <Moment at={each.start_time} />),
      value: (each) => each.start_time,
    },
    {
      key: 'took',
      header: 'Duration',
      align: 'right',
      cell: (each) => durationText(tookMs(each)),
      value: tookMs,
    },
    {
      key: 'data',
      header: 'Data',
      hideNarrow: true,
      cell: (each) => each.inputs.map(({ name }) => name).join(', ') || <Tone tone="unknown">none recorded</Tone>,
      value: (each) => each.inputs.map(({ name, digest }) => `${name} ${digest}`).join('; '),
    },
  ]
  return (
    <Card title="Runs" flush>
      <DataTable
        label="Compared runs"
        columns={columns}
        rows={runs}
        rowKey={(each) => each.id}
        unit="run"
        keyboard={false}
      />
    </Card>
  )
}

function Metrics({ runs }: { runs: readonly Run[] }) {
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set())
  const lower = (key: string) => lowerIsBetter(key) !== turned.has(key)
  const columns: Column<CompareRow>[] = [
    { key: 'key', header: 'Metric', cell: (row) => row.key, value: (row) => row.key },
    {
      key: 'better',
      header: 'Better is',
      cell: (row) => (
        <Button
          kind="bare"
          style={{ marginLeft: -6 }}
          aria-label={`${row.key}: ${lower(row.key) ? 'lower' : 'higher'} is better, turn around`}
          onClick={() => {
            const next = new Set(turned)
            if (!next.delete(row.key)) next.add(row.key)
            setTurned(next)
          }}
        >
          {lower(row.key) ? 'lower' : 'higher'}
        </Button>
      ),
      value: (row) => (lower(row.key) ? 'lower' : 'higher'),
    },
    ...runs.map(
      (each, place): Column<CompareRow> => ({
        key: each.id,
        header: runName(each),
        align: 'right',
        cell: (row) => {
          const value = row.values[place]
          const text = typeof value === 'number' ? figureText(value, 4) : (value ?? '–')
          return value !== undefined && value === bestOf(row, lower(row.key)) ? (
            <strong>
              {text} <Tone tone="met">best</Tone>
            </strong>
          ) : (
            text
          )
        },
        value: (row) => row.values[place],
      }),
    ),
  ]
  return (
    <Card title="Last metrics" flush>
      <DataTable
        label="Compared metrics"
        columns={columns}
        rows={metricRows(runs)}
        rowKey={(row) => row.key}
        unit="metric"
        keyboard={false}
        empty={<EmptyState title="None of these runs logged a metric." />}
      />
    </Card>
  )
}

function Params({ runs }: { runs: readonly Run[] }) {
  const { all } = route.useSearch()
  const navigate = route.useNavigate()
  const rows = paramRows(runs)
  const shown = all ? rows : rows.filter(differs)
  const columns: Column<CompareRow>[] = [
    { key: 'key', header: 'Parameter', cell: (row) => row.key, value: (row) => row.key },
    ...runs.map(
      (each, place): Column<CompareRow> => ({
        key: each.id,
        header: runName(each),
        cell: (row) => <Fact>{row.values[place] ?? '–'}</Fact>,
        value: (row) => row.values[place],
      }),
    ),
    {
      key: 'same',
      header: 'Across the runs',
      cell: (row) => (differs(row) ? <strong>differs</strong> : <span className="quiet">same</span>),
      value: (row) => (differs(row) ? 'differs' : 'same'),
    },
  ]
  return (
    <Card
      title="Parameters"
      flush
      actions={
        <Switch
          size="xs"
          label="Only differences"
          checked={!all}
          onChange={(event) => {
            const next = event.currentTarget.checked ? undefined : true
            void navigate({ search: (old) => ({ ...old, all: next }), replace: true })
          }}
        />
      }
    >
      <DataTable
        label="Compared parameters"
        columns={columns}
        rows={shown}
        total={rows.length}
        rowKey={(row) => row.key}
        unit="parameter"
        keyboard={false}
        empty={
          <EmptyState
            title={
              rows.length > 0 ? 'Every parameter is the same in these runs.' : 'None of these runs logged a parameter.'
            }
          />
        }
      />
    </Card>
  )
}
