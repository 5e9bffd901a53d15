import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { LoggedModel, LoggedModelStatus } from '../../../src/modules/tracking/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { figureText } from '../../ui/Voice.tsx'
import { loggedModelsOf } from './queries.ts'
import { commonest } from './run-columns.tsx'

const route = getRouteApi('/signed-in/experiments/$id')

/** Models as runs logged them, before anyone registers one. */
export function LoggedModelsTab({ experimentId, filter }: { experimentId: string; filter: string | undefined }) {
  const navigate = route.useNavigate()
  const query = useInfiniteQuery(loggedModelsOf(experimentId, filter))
  const models = query.data?.pages.flatMap((page) => page.models) ?? []
  return (
    <>
      <FilterBox
        key={filter ?? ''}
        label="Filter logged models"
        placeholder="metrics.auc > 0.8 and params.depth = '6'"
        filter={filter ?? ''}
        error={query.error}
        onFilter={(next) => void navigate({ search: (old) => ({ ...old, filter: next || undefined }) })}
      />
      <Loaded query={filter && query.error ? { ...query, data: query.data ?? { pages: [] } } : query} lines={6}>
        {() => (
          <Card title="Logged models" flush>
            <DataTable
              label="Logged models"
              columns={columnsOf(models)}
              rows={models}
              rowKey={(model) => model.id}
              unit="model"
              empty={
                <EmptyState
                  title={filter ? 'No logged model fits this filter.' : 'No run of this experiment logged a model.'}
                  {...(filter ? {} : { command: 'mlflow.sklearn.log_model(model, name="model")' })}
                >
                  {filter ? undefined : 'MLflow 3 logs a model as a thing of its own, with parameters and metrics.'}
                </EmptyState>
              }
              more={
                query.hasNextPage && (
                  <Button kind="bare" onClick={() => query.fetchNextPage()} busy={query.isFetchingNextPage}>
                    Show more models
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

export function ModelState({ status }: { status: LoggedModelStatus }) {
  switch (status) {
    case 'LOGGED_MODEL_READY':
      return <Tone tone="met">ready</Tone>
    case 'LOGGED_MODEL_PENDING':
      return <Tone tone="waiting">being uploaded</Tone>
    case 'LOGGED_MODEL_UPLOAD_FAILED':
      return <Tone tone="blocked">upload failed</Tone>
  }
}

function columnsOf(models: readonly LoggedModel[]): Column<LoggedModel>[] {
  const metrics = commonest(
    models.flatMap((model) => [...new Set(model.metrics.map(({ key }) => key))]),
    4,
  )
  return [
    {
      key: 'name',
      header: 'Model',
      cell: (model) => <span style={{ fontWeight: 550 }}>{model.name}</span>,
      value: (model) => model.name,
    },
    {
      key: 'state',
      header: 'State',
      cell: (model) => <ModelState status={model.status} />,
      value: (model) => model.status,
    },
    {
      key: 'id',
      header: 'Id',
      hideNarrow: true,
      cell: (model) => <Digest value={model.id} />,
      value: (model) => model.id,
    },
    {
      key: 'run',
      header: 'Made by',
      cell: (model) =>
        model.source_run_id ? (
          <Link to="/runs/$id" params={{ id: model.source_run_id }}>
            run {model.source_run_id.slice(0, 8)}
          </Link>
        ) : (
          <span className="quiet">no run</span>
        ),
      value: (model) => model.source_run_id,
    },
    {
      key: 'made',
      header: 'Made',
      hideNarrow: true,
      cell: (model) => <Moment at={model.created_at} />,
      value: (model) => new Date(model.created_at).toISOString(),
    },
    ...metrics.map(
      (key): Column<LoggedModel> => ({
        key: `m:${key}`,
        header: key,
        align: 'right',
        hideNarrow: true,
        cell: (model) => {
          const value = model.metrics.findLast((metric) => metric.key === key)?.value
          return typeof value === 'number' ? figureText(value, 4) : (value ?? '–')
        },
        value: (model) => model.metrics.findLast((metric) => metric.key === key)?.value,
      }),
    ),
  ]
}
