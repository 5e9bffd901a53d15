import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeletedThings, PurgeAnswer } from '../../../src/modules/retention/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { counted } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { KeptTable } from './Kept.tsx'
import { PurgeForm } from './PurgeForm.tsx'
import { deleted, everything, requestPurge } from './queries.ts'

export type DeletedRow = {
  kind: 'experiments' | 'models' | 'versions'
  id: string
  name: string
  deleted_at: string
  inside: string
}

/** What is deleted and can still be restored, and the way to remove it for good. */
export function DeletedTab() {
  const query = useQuery(deleted)
  const client = useQueryClient()
  const may = useMay()
  const [asked, setAsked] = useState<DeletedRow>()
  const [answer, setAnswer] = useState<PurgeAnswer>()
  const purge = useMutation({
    mutationFn: ({ row, reason }: { row: DeletedRow; reason: string }) =>
      requestPurge({ what: { [row.kind]: [row.id] }, reason }),
    onSuccess: async (reply) => {
      setAsked(undefined)
      setAnswer(reply)
      await client.invalidateQueries(everything)
    },
  })
  return (
    <>
      {answer && <AnswerText answer={answer} onClose={() => setAnswer(undefined)} />}
      {purge.error && <ErrorState error={purge.error} />}
      <Loaded query={query} lines={6}>
        {(found) => (
          <Card title="Deleted, and still there" flush>
            <DataTable
              label="Deleted"
              columns={columns(may('retention.write') ? setAsked : undefined)}
              rows={rowsOf(found)}
              rowKey={(row) => row.id}
              unit="thing"
              more={<span>{restText(found)}</span>}
              empty={
                <EmptyState title="No deleted experiment, model or version.">
                  {restText(found)} What MLflow clients delete stands here until it is restored or goes for good.
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
      <PurgeForm
        row={asked}
        busy={purge.isPending}
        onClose={() => setAsked(undefined)}
        onPurge={(row, reason) => purge.mutate({ row, reason })}
      />
    </>
  )
}

function AnswerText({ answer, onClose }: { answer: PurgeAnswer; onClose: () => void }) {
  const close = (
    <Button kind="bare" onClick={onClose}>
      Close
    </Button>
  )
  if (answer.outcome !== 'refused') {
    return (
      <Lead tone="waiting" detail="How far it is, and what went, is under Purges." action={close}>
        It is being removed for good.
      </Lead>
    )
  }
  return (
    <>
      <Lead tone="blocked" detail="Nothing was removed." action={close}>
        It is held, and stays.
      </Lead>
      <Card title="What holds it" flush>
        <KeptTable kept={answer.kept} total={answer.kept_total} />
      </Card>
    </>
  )
}

function rowsOf({ experiments, models, versions }: DeletedThings): DeletedRow[] {
  const rows: DeletedRow[] = [
    ...experiments.map(({ runs, ...row }) => ({ ...row, kind: 'experiments' as const, inside: counted(runs, 'run') })),
    ...models.map(({ versions: count, ...row }) => ({
      ...row,
      kind: 'models' as const,
      inside: counted(count, 'version'),
    })),
    ...versions.map(({ model, version, ...row }) => ({
      ...row,
      kind: 'versions' as const,
      name: `${model} ${version}`,
      inside: '',
    })),
  ]
  return rows.sort((a, b) => (a.deleted_at < b.deleted_at ? 1 : -1))
}

const restText = ({ runs, logged_models }: DeletedThings) =>
  `Besides, ${counted(runs, 'deleted run')} and ${counted(logged_models, 'deleted logged model')}.`

function columns(ask: ((row: DeletedRow) => void) | undefined): Column<DeletedRow>[] {
  return [
    { key: 'name', header: 'Name', cell: (row) => row.name, value: (row) => row.name },
    { key: 'kind', header: 'Kind', cell: (row) => row.kind.slice(0, -1), value: (row) => row.kind },
    { key: 'inside', header: 'In it', hideNarrow: true, cell: (row) => row.inside, value: (row) => row.inside },
    {
      key: 'since',
      header: 'Deleted',
      cell: (row) => <Moment at={row.deleted_at} />,
      value: (row) => row.deleted_at,
    },
    {
      key: 'purge',
      header: 'For good',
      cell: (row) =>
        ask && (
          <Button kind="bare" onClick={() => ask(row)} aria-label={`Remove ${row.name} for good`}>
            Remove
          </Button>
        ),
      value: () => null,
    },
  ]
}
