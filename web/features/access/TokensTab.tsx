import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { NewToken, Token } from '../../../src/modules/access/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Command } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { PersonName } from './people.tsx'
import { revokeToken, rotateToken, tokens } from './queries.ts'
import { TokenForm } from './TokenForm.tsx'

/** Tokens for clients and pipelines; the secret is on the screen once. */
export function TokensTab() {
  const query = useQuery(tokens)
  const client = useQueryClient()
  const [made, setMade] = useState<NewToken>()
  const rotate = useMutation({
    mutationFn: (token: Token) => rotateToken(token.id),
    onSuccess: async (next) => {
      setMade(next)
      await client.invalidateQueries({ queryKey: ['access', 'tokens'] })
    },
  })
  const revoke = useMutation({
    mutationFn: (token: Token) => revokeToken(token.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['access', 'tokens'] }),
  })
  return (
    <div className="cols">
      <div>
        {made && <Shown made={made} onClose={() => setMade(undefined)} />}
        {(revoke.error ?? rotate.error) && <ErrorState error={revoke.error ?? rotate.error} />}
        <Ending tokens={query.data ?? []} />
        <Loaded query={query} lines={5}>
          {(list) => (
            <Card title="Tokens" flush>
              <DataTable
                label="Tokens"
                columns={columns(
                  (token) => revoke.mutate(token),
                  (token) => rotate.mutate(token),
                )}
                rows={list}
                rowKey={(token) => token.id}
                unit="token"
                empty={
                  <EmptyState title="There is no token yet.">
                    A client or a pipeline signs in with one instead of a password; make it at the right.
                  </EmptyState>
                }
              />
            </Card>
          )}
        </Loaded>
      </div>
      <aside aria-label="New token">
        <TokenForm onMade={setMade} />
      </aside>
    </div>
  )
}

function Shown({ made, onClose }: { made: NewToken; onClose: () => void }) {
  return (
    <>
      <Lead
        tone="attention"
        detail="It is not stored and will not be shown again."
        action={<Button onClick={onClose}>I have it</Button>}
      >
        Copy the token {made.token.name} now.
      </Lead>
      <div className="stack" style={{ marginBottom: 18 }}>
        <Command text={made.secret} />
        <Command text={`export MLFLOW_TRACKING_URI=${window.location.origin} MLFLOW_TRACKING_TOKEN=${made.secret}`} />
      </div>
    </>
  )
}

/** Tokens that are about to end, while there is time to rotate them. */
function Ending({ tokens: all }: { tokens: readonly Token[] }) {
  const soon = all.filter(isEnding)
  if (soon.length === 0) return null
  return (
    <Lead tone="attention" detail="Rotate them: the secret of today counts one day more, so nothing stops.">
      {soon.length === 1 ? `The token ${soon[0]?.name} ends` : `${soon.length} tokens end`} within two weeks.
    </Lead>
  )
}

const isInUse = (token: Token) => token.revoked_at === null && Date.parse(token.expires_at) > Date.now()
const isEnding = (token: Token) => isInUse(token) && Date.parse(token.expires_at) < Date.now() + 14 * 86_400_000

function columns(revoke: (token: Token) => void, rotate: (token: Token) => void): Column<Token>[] {
  return [
    { key: 'name', header: 'Token', cell: (token) => token.name, value: (token) => token.name },
    { key: 'hint', header: 'Ends in', cell: (token) => <Fact>{token.hint}</Fact>, value: (token) => token.hint },
    {
      key: 'person',
      header: 'Acts as',
      hideNarrow: true,
      cell: (token) => <PersonName id={token.person} />,
      value: (token) => token.person,
    },
    {
      key: 'scopes',
      header: 'May',
      hideNarrow: true,
      cell: (token) => (
        <>
          {token.scopes?.join(', ') ?? 'everything its owner may'}
          {token.workspace !== null && <span className="quiet"> in {token.workspace} only</span>}
        </>
      ),
      value: (token) => token.scopes?.join(' ') ?? 'all',
    },
    {
      key: 'used',
      header: 'Last used',
      hideNarrow: true,
      cell: (token) => (token.last_used_at ? <Moment at={token.last_used_at} /> : <span className="quiet">never</span>),
      value: (token) => token.last_used_at,
    },
    {
      key: 'ends',
      header: 'Ends',
      cell: (token) => <TokenState token={token} />,
      value: (token) => token.revoked_at ?? token.expires_at,
    },
    {
      key: 'change',
      header: 'Change',
      cell: (token) =>
        token.revoked_at === null && (
          <span style={{ whiteSpace: 'nowrap' }}>
            {isInUse(token) && (
              <Button kind="bare" onClick={() => rotate(token)} aria-label={`Rotate ${token.name}`}>
                Rotate
              </Button>
            )}
            <Button kind="bare" onClick={() => revoke(token)} aria-label={`Revoke ${token.name}`}>
              Revoke
            </Button>
          </span>
        ),
      value: () => null,
    },
  ]
}

function TokenState({ token }: { token: Token }) {
  if (token.revoked_at) return <Tone tone="unknown">revoked</Tone>
  if (Date.parse(token.expires_at) < Date.now()) return <Tone tone="blocked">expired</Tone>
  if (isEnding(token)) {
    return (
      <Tone tone="attention">
        <Moment at={token.expires_at} />
      </Tone>
    )
  }
  return <Moment at={token.expires_at} />
}
