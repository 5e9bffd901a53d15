import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { PurgeState, PurgeSummary } from '../../../src/modules/retention/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { Tone, type ToneName } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { countsText } from './counts.ts'
import { KeptTable } from './Kept.tsx'
import { cancelPurge, everything, purge, purges } from './queries.ts'

/** Purges by hand and by rule, each with its report. */
export function ExecutionsTab() {
  const query = useQuery(purges)
  const [id, setId] = useState<string>()
  return (
    <div className={id ? 'cols' : undefined}>
      <Loaded query={query} lines={6}>
        {(list) => (
          <Card title="Purges" flush>
            <DataTable
              label="Purges"
              columns={columns(setId)}
              rows={list}
              rowKey={(one) => one.id}
              unit="purge"
              selected={id}
              onPeek={(one) => setId(one.id)}
              empty={
                <EmptyState title="Nothing has been removed for good." command="modelkeep purge --dry-run --filter ''">
                  Rules and people remove things; each time leaves a report here.
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
      {id && <Report id={id} onClose={() => setId(undefined)} />}
    </div>
  )
}

function Report({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(purge(id))
  const client = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => cancelPurge(id),
    onSuccess: () => client.invalidateQueries(everything),
  })
  return (
    <Peek title="Report" onClose={onClose}>
      <Loaded query={query} lines={6}>
        {(found) => (
          <div className="stack">
            <KeyValues>
              <Pair name="Purge">
                <Fact>{found.id}</Fact>
              </Pair>
              <Pair name="State">
                <State state={found.state} progress={found.progress} />
              </Pair>
              <Pair name="Why" wrap>
                {found.reason}
              </Pair>
              <Pair name="Gone" wrap>
                {countsText(found.gone)}
              </Pair>
            </KeyValues>
            {found.error && <p>{found.error}</p>}
            {cancel.error && <ErrorState error={cancel.error} />}
            {(found.state === 'queued' || found.state === 'running') && (
              <div>
                <Button onClick={() => cancel.mutate()} busy={cancel.isPending}>
                  Stop
                </Button>
              </div>
            )}
            {found.kept_total > 0 && <KeptTable kept={found.kept} total={found.kept_total} />}
          </div>
        )}
      </Loaded>
    </Peek>
  )
}

const tones: Record<PurgeState, ToneName> = {
  queued: 'waiting',
  running: 'waiting',
  done: 'met',
  cancelled: 'unknown',
  failed: 'blocked',
}

export function State({ state, progress }: { state: PurgeState; progress: number }) {
  return <Tone tone={tones[state]}>{state === 'running' ? `${Math.round(progress * 100)} %` : state}</Tone>
}

function columns(open: (id: string) => void): Column<PurgeSummary>[] {
  return [
    {
      key: 'what',
      header: 'Purge',
      cell: (one) => (
        <Button kind="bare" style={{ marginLeft: -7 }} onClick={() => open(one.id)}>
          {one.rule?.name ?? one.reason}
        </Button>
      ),
      value: (one) => one.rule?.name ?? one.reason,
    },
    {
      key: 'state',
      header: 'State',
      cell: (one) => <State state={one.state} progress={one.progress} />,
      value: (one) => one.state,
    },
    { key: 'gone', header: 'Gone', cell: (one) => countsText(one.gone), value: (one) => countsText(one.gone) },
    {
      key: 'kept',
      header: 'Kept',
      align: 'right',
      hideNarrow: true,
      cell: (one) => one.kept_total.toLocaleString('en'),
      value: (one) => one.kept_total,
    },
    {
      key: 'by',
      header: 'By',
      hideNarrow: true,
      cell: (one) => <PersonName id={one.requested_by} />,
      value: (one) => one.requested_by,
    },
    {
      key: 'at',
      header: 'When',
      hideNarrow: true,
      cell: (one) => <Moment at={one.requested_at} />,
      value: (one) => one.requested_at,
    },
  ]
}
