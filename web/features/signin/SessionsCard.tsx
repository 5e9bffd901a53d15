import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { SessionInfo } from '../../../src/modules/signin/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { agentText, methodText } from './agent.ts'
import { endOtherSessions, endSession, sessions } from './queries.ts'

/** Where one is signed in. */
export function SessionsCard() {
  const query = useQuery(sessions)
  const client = useQueryClient()
  const onSuccess = () => client.invalidateQueries(sessions)
  const end = useMutation({ mutationFn: (session: SessionInfo) => endSession(session.id), onSuccess })
  const endOthers = useMutation({ mutationFn: endOtherSessions, onSuccess })
  const error = end.error ?? endOthers.error
  return (
    <>
      {error && <ErrorState error={error} />}
      <Loaded query={query} lines={3}>
        {(list) => (
          <Card
            title="Where you are signed in"
            flush
            actions={
              list.length > 1 && (
                <Button busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
                  End all others
                </Button>
              )
            }
          >
            <DataTable
              label="Sessions"
              columns={columns((session) => end.mutate(session))}
              rows={list}
              rowKey={(session) => session.id}
              unit="session"
              keyboard={false}
            />
          </Card>
        )}
      </Loaded>
    </>
  )
}

function columns(end: (session: SessionInfo) => void): Column<SessionInfo>[] {
  return [
    {
      key: 'agent',
      header: 'Browser',
      cell: (session) => <span title={session.agent}>{agentText(session.agent)}</span>,
      value: (session) => session.agent,
    },
    {
      key: 'method',
      header: 'Signed in by',
      hideNarrow: true,
      cell: (session) => methodText(session.method),
      value: (session) => session.method,
    },
    {
      key: 'seen',
      header: 'Last used',
      cell: (session) => <Moment at={session.seen_at} />,
      value: (session) => session.seen_at,
    },
    {
      key: 'ends',
      header: 'Ends',
      hideNarrow: true,
      cell: (session) => <Moment at={session.expires_at} />,
      value: (session) => session.expires_at,
    },
    {
      key: 'end',
      header: 'End',
      cell: (session) =>
        session.current ? (
          <Tone tone="met">this one</Tone>
        ) : (
          <Button kind="bare" onClick={() => end(session)} aria-label={`End ${agentText(session.agent)}`}>
            End
          </Button>
        ),
      value: () => null,
    },
  ]
}
