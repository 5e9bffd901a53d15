import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Collection, Storage } from '../../../src/modules/retention/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { bytes, counted } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { State } from './ExecutionsTab.tsx'
import { collect, collections, everything, storage } from './queries.ts'

/** What the bytes are kept for, and what could be freed. */
export function StorageTab() {
  const found = useQuery(storage)
  const query = useQuery(collections)
  const client = useQueryClient()
  const may = useMay()
  const start = useMutation({ mutationFn: collect, onSuccess: () => client.invalidateQueries(everything) })
  return (
    <div className="cols">
      <Loaded query={query} lines={5}>
        {(list) => (
          <Card
            title="Collections"
            flush
            actions={
              may('retention.write') && (
                <Button onClick={() => start.mutate()} busy={start.isPending}>
                  Look now
                </Button>
              )
            }
          >
            {start.error && <ErrorState error={start.error} />}
            <DataTable
              label="Collections"
              columns={columns}
              rows={list}
              rowKey={(one) => one.id}
              unit="collection"
              empty={
                <EmptyState title="Nobody has looked yet." command="modelkeep storage collect">
                  Once a day the server looks for bytes that nothing refers to.
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
      <aside aria-label="Storage">
        <Loaded query={found} lines={5}>
          {(now) => <StorageCard storage={now} />}
        </Loaded>
      </aside>
    </div>
  )
}

function StorageCard({ storage: now }: { storage: Storage }) {
  return (
    <Card title="Storage">
      <KeyValues>
        <Pair name="Artifacts">
          {bytes(now.artifacts.bytes)} in {counted(now.artifacts.files, 'file')}
        </Pair>
        <Pair name="Datasets">
          {bytes(now.datasets.bytes)} in {counted(now.datasets.files, 'file')}
        </Pair>
        {now.last && <Pair name="On disk">{bytes(now.last.totals.bytes)}</Pair>}
        <Pair name="To be freed">{bytes(now.waiting.bytes)}</Pair>
        <Pair name="Stays for">{counted(now.grace_days, 'day')} after nothing refers to it</Pair>
        {now.next_at && (
          <Pair name="Next look">
            <Moment at={now.next_at} />
          </Pair>
        )}
      </KeyValues>
    </Card>
  )
}

const columns: Column<Collection>[] = [
  {
    key: 'at',
    header: 'When',
    cell: (one) => <Moment at={one.requested_at} />,
    value: (one) => one.requested_at,
  },
  {
    key: 'state',
    header: 'State',
    cell: (one) => <State state={one.state} progress={one.progress} />,
    value: (one) => one.state,
  },
  {
    key: 'freed',
    header: 'Freed',
    align: 'right',
    cell: (one) => bytes(one.totals.removed_bytes),
    value: (one) => one.totals.removed_bytes,
  },
  {
    key: 'waiting',
    header: 'Waiting',
    align: 'right',
    cell: (one) => bytes(one.totals.waiting_bytes),
    value: (one) => one.totals.waiting_bytes,
  },
  {
    key: 'stored',
    header: 'Stored',
    align: 'right',
    hideNarrow: true,
    cell: (one) => bytes(one.totals.bytes),
    value: (one) => one.totals.bytes,
  },
]
