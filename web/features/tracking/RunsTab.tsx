import { MultiSelect, NativeSelect } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { Run } from '../../../src/modules/tracking/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { counted } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { FirstRun } from './FirstRun.tsx'
import { nest } from './nest.ts'
import { deleteRuns, restoreRuns, runsOf } from './queries.ts'
import { choices, columnsFor, readColumns, usualColumns, writeColumns } from './run-columns.tsx'

const route = getRouteApi('/signed-in/experiments/$id')

/** The runs of an experiment: filtered and sorted by the server, side by side in the columns that one wants to see. */
export function RunsTab({ name }: { name: string }) {
  const { id } = route.useParams()
  const { filter, order, view, columns } = route.useSearch()
  const navigate = route.useNavigate()
  const go = useGo()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [choosing, setChoosing] = useState(false)
  const query = useInfiniteQuery({ ...runsOf(id, { filter, order_by: order, view }), refetchInterval: whileRunning })
  const found = query.data?.pages.flatMap((page) => page.runs) ?? []
  const { runs, depths } = order ? { runs: found, depths: new Map<string, number>() } : nest(found)
  const shown = readColumns(columns) ?? usualColumns(found)
  const selected = runs.filter((run) => chosen.has(run.id))
  const [, sort = 'attributes.start_time', way = 'DESC'] = /^(.*) (ASC|DESC)$/.exec(order ?? '') ?? []
  const turned = (name: string) => `${name} ${sort === name && way === 'DESC' ? 'ASC' : 'DESC'}`
  return (
    <>
      <FilterBox
        key={filter ?? ''}
        label="Filter runs"
        placeholder="metrics.roc_auc > 0.8 and (params.mitigation = 'none' or not tags.team = 'credit')"
        filter={filter ?? ''}
        error={query.error}
        onFilter={(next) => void navigate({ search: (old) => ({ ...old, filter: next || undefined }) })}
      >
        <NativeSelect
          aria-label="Which runs"
          size="sm"
          value={view ?? 'active'}
          onChange={(event) => {
            const next = event.currentTarget.value
            const chosenView = next === 'deleted' || next === 'all' ? next : undefined
            void navigate({ search: (old) => ({ ...old, view: chosenView }) })
          }}
          data={[
            { value: 'active', label: 'Active runs' },
            { value: 'deleted', label: 'Deleted runs' },
            { value: 'all', label: 'Both' },
          ]}
        />
        <Button onClick={() => setChoosing(!choosing)} aria-expanded={choosing}>
          Columns
        </Button>
      </FilterBox>
      {choosing && (
        <div className="row" style={{ margin: '-4px 0 14px', alignItems: 'end' }}>
          <MultiSelect
            label="Columns"
            size="sm"
            searchable
            data={choices(found)}
            value={shown}
            onChange={(next) =>
              void navigate({ search: (old) => ({ ...old, columns: writeColumns(next) || undefined }), replace: true })
            }
            comboboxProps={{ transitionProps: { duration: 0 } }}
            style={{ flex: '1 1 240px' }}
          />
          <Button
            kind="bare"
            onClick={() => void navigate({ search: (old) => ({ ...old, columns: undefined }), replace: true })}
          >
            The usual ones
          </Button>
        </div>
      )}
      <Loaded query={filter && query.error ? { ...query, data: query.data ?? { pages: [] } } : query} lines={8}>
        {() => (
          <Card title="Runs" flush actions={<Actions runs={selected} go={go} done={() => setChosen(new Set())} />}>
            <DataTable
              label={`Runs of ${name}`}
              columns={columnsFor(shown, depths)}
              rows={runs}
              rowKey={(run) => run.id}
              unit="run"
              sort={sort}
              direction={way === 'ASC' ? 'ascending' : 'descending'}
              onSort={(name) => void navigate({ search: (old) => ({ ...old, order: turned(name) }) })}
              chosen={chosen}
              onChoose={setChosen}
              onOpen={(run) => go(`/runs/${encodeURIComponent(run.id)}`)}
              empty={<NoRuns filtered={Boolean(filter)} view={view} />}
              more={
                query.hasNextPage && (
                  <Button kind="bare" onClick={() => query.fetchNextPage()} busy={query.isFetchingNextPage}>
                    Show more runs
                  </Button>
                )
              }
            />
          </Card>
        )}
      </Loaded>
    </>
  )
}

type Pages = { state: { data: { pages: { runs: Run[] }[] } | undefined; error: unknown } }
const whileRunning = ({ state }: Pages) =>
  !state.error && state.data?.pages.some(({ runs }) => runs.some(({ status }) => status === 'RUNNING')) ? 5000 : false

function NoRuns({ filtered, view }: { filtered: boolean; view: string | undefined }) {
  if (filtered) {
    return (
      <EmptyState title="No run fits this filter.">
        It speaks MLflow, with OR, NOT and parentheses: metrics.auc {'>'} 0.8 and params.model = "logistic".
      </EmptyState>
    )
  }
  if (view === 'deleted') return <EmptyState title="No run of this experiment is deleted." />
  return (
    <div style={{ padding: '6px 14px 0' }}>
      <FirstRun />
    </div>
  )
}

const mostCompared = 20

function Actions({ runs, go, done }: { runs: readonly Run[]; go: (path: string) => void; done: () => void }) {
  const may = useMay()
  const client = useQueryClient()
  const [deleting, setDeleting] = useState(false)
  const restore = useMutation({
    mutationFn: () => restoreRuns(runs.map(({ id }) => id)),
    onSuccess: async () => {
      done()
      await client.invalidateQueries({ queryKey: ['tracking'] })
    },
  })
  if (runs.length === 0) return <span className="quiet small">Choose runs to compare or delete them.</span>
  const deleted = runs.every(({ lifecycle_stage }) => lifecycle_stage === 'deleted')
  const active = runs.every(({ lifecycle_stage }) => lifecycle_stage === 'active')
  const ids = runs.map(({ id }) => id)
  return (
    <div className="row">
      <Button
        kind="go"
        disabled={runs.length < 2 || runs.length > mostCompared}
        onClick={() => go(`/compare?runs=${encodeURIComponent(ids.join(','))}`)}
      >
        Compare {counted(runs.length, 'run')}
      </Button>
      {may('tracking.write') && active && (
        <Button kind="refuse" onClick={() => setDeleting(true)}>
          Delete {counted(runs.length, 'run')}
        </Button>
      )}
      {may('tracking.write') && deleted && (
        <Button busy={restore.isPending} onClick={() => restore.mutate()}>
          Restore {counted(runs.length, 'run')}
        </Button>
      )}
      {restore.error && <ErrorState error={restore.error} />}
      <ReasonDialog
        opened={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete ${counted(runs.length, 'run')}`}
        action="Delete"
        run={(reason) => deleteRuns(ids, reason)}
        done={done}
      >
        They leave every list and can be restored from the deleted runs of this experiment.
      </ReasonDialog>
    </div>
  )
}
