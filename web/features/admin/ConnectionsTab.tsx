import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConnectionHealth } from '../../../src/modules/connections/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted, Fact } from '../../ui/Voice.tsx'
import { testWebhook } from '../notifications/queries.ts'
import { DryRunDialog } from './DryRunDialog.tsx'
import { connections } from './queries.ts'

const kinds: Record<ConnectionHealth['kind'], string> = {
  database: 'database',
  accounts: 'database',
  blobs: 'store',
  trail: 'trail',
  keys: 'keys',
  webhook: 'webhook',
  scoring: 'scoring endpoint',
  sign_in: 'sign-in',
  backup: 'backup',
}
const words: Record<ConnectionHealth['state'], string> = {
  met: 'works',
  attention: 'look at it',
  blocked: 'does not work',
  waiting: 'on its way',
  unknown: 'never used',
}

/** What the server rests on and talks to, with the last proof of each. */
export function ConnectionsTab() {
  const query = useQuery(connections)
  return (
    <Loaded query={query} lines={6}>
      {({ checked_at, connections: list }) => {
        const broken = list.filter(({ state }) => state === 'blocked')
        const unused = list.filter(({ state }) => state === 'unknown')
        return (
          <>
            <Lead
              tone={broken.length > 0 ? 'blocked' : unused.length > 0 ? 'attention' : 'met'}
              action={
                <Button onClick={() => query.refetch()} busy={query.isFetching}>
                  Check again
                </Button>
              }
              detail={
                <>
                  Databases, store, trail and keys were tried <Moment at={checked_at} />. Of what lies outside the last
                  use is told: opening this page sends nothing anywhere, a dry run does.
                </>
              }
            >
              {broken.length > 0
                ? `${counted(broken.length, 'connection does', 'connections do')} not work: ${broken.map(({ name }) => name).join(', ')}.`
                : `${list.length - unused.length} of ${counted(list.length, 'connection')} worked when last used.`}
            </Lead>
            <Card title="Connections" flush>
              <DataTable
                label="Connections"
                columns={columns}
                rows={list}
                rowKey={({ kind, name }) => `${kind} ${name}`}
                unit="connection"
              />
            </Card>
          </>
        )
      }}
    </Loaded>
  )
}

const columns: Column<ConnectionHealth>[] = [
  {
    key: 'name',
    header: 'Connection',
    cell: ({ webhook, name }) =>
      webhook === undefined ? (
        <b style={{ fontWeight: 550, display: 'inline-block', minWidth: '16ch', overflowWrap: 'anywhere' }}>{name}</b>
      ) : (
        <PathLink to={`/webhooks/${webhook}`}>{name}</PathLink>
      ),
    value: ({ name }) => name,
  },
  { key: 'kind', header: 'Kind', hideNarrow: true, cell: ({ kind }) => kinds[kind], value: ({ kind }) => kinds[kind] },
  {
    key: 'state',
    header: 'State',
    cell: ({ state }) => <Tone tone={state}>{words[state]}</Tone>,
    value: ({ state }) => words[state],
  },
  {
    key: 'detail',
    header: 'What it is',
    hideNarrow: true,
    cell: ({ detail }) => <Fact>{detail}</Fact>,
    value: ({ detail }) => detail,
  },
  {
    key: 'proof',
    header: 'Last proof',
    cell: (row) => <LastProof {...row} />,
    value: ({ proof }) => proof?.at ?? null,
  },
  {
    key: 'ms',
    header: 'Took',
    align: 'right',
    hideNarrow: true,
    cell: ({ ms }) => (ms === null ? '' : `${ms} ms`),
    value: ({ ms }) => ms,
  },
  {
    key: 'try',
    header: 'Try it',
    align: 'right',
    cell: (row) =>
      row.webhook === undefined ? (
        row.dry_run && <TryIt connection={row} tried={row.dry_run} />
      ) : (
        <SendExample webhook={row.webhook} name={row.name} />
      ),
    value: () => null,
  },
]

/** When it last worked; a dry run that failed since stands beside it. */
function LastProof({ proof, dry_run }: ConnectionHealth) {
  const last = dry_run?.last
  const since = last && last.outcome !== 'passed' && (!proof || last.at > proof.at) ? last : undefined
  return (
    <>
      {proof && (
        <div>
          {proof.what} <Moment at={proof.at} />
        </div>
      )}
      {since && (
        <div className={proof ? 'quiet small' : undefined}>
          {since.outcome === 'failed' ? 'a dry run failed' : 'a dry run showed nothing'} <Moment at={since.at} />
        </div>
      )}
      {!proof && !since && <span className="quiet">none</span>}
    </>
  )
}

function TryIt({
  connection,
  tried,
}: {
  connection: ConnectionHealth
  tried: NonNullable<ConnectionHealth['dry_run']>
}) {
  const [opened, setOpened] = useState(false)
  return (
    <>
      <Button kind="bare" aria-label={`Dry run of ${connection.name}`} onClick={() => setOpened(true)}>
        Dry run
      </Button>
      {opened && <DryRunDialog connection={connection} tried={tried} onClose={() => setOpened(false)} />}
    </>
  )
}

/** An example goes out now, and the receiver's answer is told; it stands in the log of the webhook as well. */
function SendExample({ webhook, name }: { webhook: string; name: string }) {
  const client = useQueryClient()
  const send = useMutation({ mutationFn: () => testWebhook(webhook), onSuccess: () => client.invalidateQueries() })
  return (
    <>
      <Button kind="bare" busy={send.isPending} aria-label={`Send an example to ${name}`} onClick={() => send.mutate()}>
        Send an example
      </Button>
      <div aria-live="polite" className="small">
        {send.data && (
          <Tone tone={send.data.state === 'delivered' ? 'met' : 'blocked'}>
            {send.data.status === null ? 'no answer' : `answered ${send.data.status}`}
          </Tone>
        )}
      </div>
      {send.error && <ErrorState error={send.error} />}
    </>
  )
}
