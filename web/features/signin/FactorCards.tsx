import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Account, FactorAdded, Passkey } from '../../../src/modules/signin/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, Pairs } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { AddPasskey } from './AddPasskey.tsx'
import { account, removePasskey, removeTotp, renewCodes } from './queries.ts'
import { TotpSetUp } from './TotpSetUp.tsx'

type Props = { of: Account; onAdded: (added: FactorAdded) => void }

export function TotpCard({ of, onAdded }: Props) {
  const client = useQueryClient()
  const remove = useMutation({ mutationFn: removeTotp, onSuccess: () => client.invalidateQueries(account) })
  return (
    <Card title="Authenticator app">
      {of.totp_since ? (
        <div className="row" style={{ justifyContent: 'space-between' }}>
          <span>
            <Tone tone="met">set up</Tone> <Moment at={of.totp_since} />
          </span>
          <Button kind="bare" busy={remove.isPending} onClick={() => remove.mutate()}>
            Remove the app
          </Button>
        </div>
      ) : (
        <>
          <p className="small quiet">An app on your phone that shows a new code of six digits every half minute.</p>
          <TotpSetUp onAdded={onAdded} />
        </>
      )}
      {remove.error && <ErrorState error={remove.error} />}
    </Card>
  )
}

export function PasskeysCard({ of, onAdded }: Props) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: (passkey: Passkey) => removePasskey(passkey.id),
    onSuccess: () => client.invalidateQueries(account),
  })
  return (
    <Card title="Passkeys">
      <p className="small quiet">
        A finger, a face, a PIN or a security key. It is asked for after the password, or signs you in alone.
      </p>
      {of.passkeys.length > 0 && (
        <Pairs
          rows={of.passkeys.map((passkey) => ({
            key: passkey.id,
            name: <PasskeyLine passkey={passkey} />,
            value: (
              <Button kind="bare" onClick={() => remove.mutate(passkey)} aria-label={`Remove ${passkey.name}`}>
                Remove
              </Button>
            ),
          }))}
        />
      )}
      {remove.error && <ErrorState error={remove.error} />}
      {of.passkeys_offered ? (
        <div style={{ marginTop: of.passkeys.length > 0 ? 12 : 0 }}>
          <AddPasskey onAdded={onAdded} />
        </div>
      ) : (
        <p className="small" style={{ margin: 0 }}>
          This server is reached by a plain address. Browsers know passkeys only for names, over TLS or as localhost.
        </p>
      )}
    </Card>
  )
}

function PasskeyLine({ passkey }: { passkey: Passkey }) {
  return (
    <>
      <span style={{ color: 'var(--ink)', marginRight: 8 }}>{passkey.name}</span>
      <span className="quiet small">
        {passkey.last_used_at ? (
          <>
            used <Moment at={passkey.last_used_at} />
          </>
        ) : (
          'never used'
        )}
      </span>{' '}
      {passkey.suspended_at && <Tone tone="blocked">copied, remove it</Tone>}
    </>
  )
}

export function CodesCard({ of, onMade }: { of: Account; onMade: (codes: readonly string[]) => void }) {
  const client = useQueryClient()
  const renew = useMutation({
    mutationFn: renewCodes,
    onSuccess: async ({ recovery_codes }) => {
      onMade(recovery_codes)
      await client.invalidateQueries(account)
    },
  })
  return (
    <Card title="Recovery codes">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <Tone tone={of.recovery_codes_left > 2 ? 'met' : 'attention'}>{of.recovery_codes_left} of 10 left</Tone>
        <Button busy={renew.isPending} onClick={() => renew.mutate()}>
          Make ten others
        </Button>
      </div>
      {renew.error && <ErrorState error={renew.error} />}
    </Card>
  )
}
