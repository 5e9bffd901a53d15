import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { PersonalKey } from '../../../src/modules/access/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Command, Digest } from '../../ui/Copy.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { personalKeys, revokeKey } from './queries.ts'

/** Keys that one signs decisions with; the private half never comes here. */
export function KeysCard() {
  const query = useQuery(personalKeys)
  return (
    <Card title="Signing keys">
      <p className="small quiet">
        A key that only you have signs your decisions beside the server. It is made on your machine, and stays there.
      </p>
      <Loaded query={query} lines={2}>
        {(keys) => (
          <ul className="stack" style={{ listStyle: 'none', margin: '0 0 12px', padding: 0 }}>
            {keys.map((key) => (
              <li key={key.id}>
                <OneKey of={key} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <Command text="modelkeep key enroll --key ~/.modelkeep/signing.pem" />
    </Card>
  )
}

function OneKey({ of }: { of: PersonalKey }) {
  const client = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => revokeKey(of.id),
    onSuccess: () => client.invalidateQueries(personalKeys),
  })
  return (
    <div className="row" style={{ justifyContent: 'space-between' }}>
      <span>
        {of.name} <Digest value={of.key_id} />{' '}
        <span className="quiet small">
          {of.revoked_at ? (
            <>
              revoked <Moment at={of.revoked_at} />
            </>
          ) : (
            <>
              enrolled <Moment at={of.enrolled_at} />
            </>
          )}
        </span>
      </span>
      {of.revoked_at === null && (
        <Button kind="bare" busy={revoke.isPending} aria-label={`Revoke ${of.name}`} onClick={() => revoke.mutate()}>
          Revoke
        </Button>
      )}
      {revoke.error && <ErrorState error={revoke.error} />}
    </div>
  )
}
