import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { DatasetVersion } from '../../../src/modules/datasets/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { bytes } from '../../ui/Voice.tsx'
import { DatasetPeek } from './DatasetPeek.tsx'
import { datasets } from './queries.ts'

const route = getRouteApi('/signed-in/datasets')

/** Datasets by their bytes: the digest names the version. */
export function DatasetsPage() {
  const { peek } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(datasets)
  const peeked = query.data?.find((each) => isCalled(each, peek))
  const setPeek = (id: string | undefined) => void navigate({ search: { peek: id }, replace: true })
  return (
    <Page title="Datasets" intro="Every version of data that a run used or an evaluation was computed on.">
      <div className={peeked ? 'cols' : undefined}>
        <Loaded query={query} lines={6}>
          {(list) => (
            <Card title="Dataset versions" flush>
              <DataTable
                label="Dataset versions"
                columns={columns(setPeek)}
                rows={list}
                rowKey={(row) => row.id}
                unit="version"
                selected={peeked?.id}
                onPeek={(row) => setPeek(row.id)}
                empty={
                  <EmptyState
                    title="No dataset is stored yet."
                    command={`curl -T holdout.csv -X POST '${window.location.origin}/api/v1/datasets/holdout/versions?format=csv' -H 'authorization: Bearer TOKEN'`}
                  >
                    Store the data that models are evaluated on; its digest is its version.
                  </EmptyState>
                }
              />
            </Card>
          )}
        </Loaded>
        {peeked && <DatasetPeek dataset={peeked} onClose={() => setPeek(undefined)} />}
      </div>
    </Page>
  )
}

/** Runs and manifests name a dataset by id, by digest, or by the short digest an MLflow client made. */
function isCalled(dataset: DatasetVersion, name: string | undefined): boolean {
  return name !== undefined && (dataset.id === name || dataset.digest === name || dataset.digest === `sha256:${name}`)
}

function columns(peek: (id: string) => void): Column<DatasetVersion>[] {
  return [
    {
      key: 'name',
      header: 'Dataset',
      cell: (row) => (
        <a
          href={`/datasets?peek=${row.id}`}
          style={{ fontWeight: 550 }}
          onClick={(event) => {
            event.preventDefault()
            peek(row.id)
          }}
        >
          {row.name}
        </a>
      ),
      value: (row) => row.name,
    },
    { key: 'digest', header: 'Digest', cell: (row) => <Digest value={row.digest} />, value: (row) => row.digest },
    {
      key: 'rows',
      header: 'Rows',
      align: 'right',
      cell: (row) => row.rows.toLocaleString('en'),
      value: (row) => row.rows,
    },
    {
      key: 'columns',
      header: 'Columns',
      align: 'right',
      hideNarrow: true,
      cell: (row) => row.columns.length,
      value: (row) => row.columns.length,
    },
    {
      key: 'size',
      header: 'Size',
      align: 'right',
      hideNarrow: true,
      cell: (row) => bytes(row.size),
      value: (row) => row.size,
    },
    {
      key: 'stored',
      header: 'Stored',
      hideNarrow: true,
      cell: (row) => <Moment at={row.created_at} />,
      value: (row) => row.created_at,
    },
  ]
}
