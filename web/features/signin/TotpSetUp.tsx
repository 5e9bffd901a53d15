import { TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { FactorAdded, TotpOffer } from '../../../src/modules/signin/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/Copy.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { QrCode } from './QrCode.tsx'
import { confirmTotp, offerTotp } from './queries.ts'

type Props = { onAdded: (added: FactorAdded) => void; kind?: 'plain' | 'go' }

/** Scan, type what the app shows, done. */
export function TotpSetUp({ onAdded, kind = 'plain' }: Props) {
  const offer = useMutation({ mutationFn: offerTotp })
  if (offer.data) return <Confirm offer={offer.data} onAdded={onAdded} onCancel={offer.reset} />
  return (
    <div className="stack">
      <div>
        <Button kind={kind} busy={offer.isPending} onClick={() => offer.mutate()}>
          Set up an app
        </Button>
      </div>
      {offer.error && <ErrorState error={offer.error} />}
    </div>
  )
}

function Confirm({ offer, onAdded, onCancel }: { offer: TotpOffer; onAdded: Props['onAdded']; onCancel: () => void }) {
  const [code, setCode] = useState('')
  const confirm = useMutation({ mutationFn: () => confirmTotp(code), onSuccess: onAdded })
  function submit(event: FormEvent) {
    event.preventDefault()
    confirm.mutate()
  }
  return (
    <div className="row" style={{ alignItems: 'start', gap: 18 }}>
      <QrCode text={offer.uri} label="QR code for your authenticator app" />
      <form onSubmit={submit} className="stack" style={{ flex: '1 1 220px' }}>
        <p className="small quiet" style={{ margin: 0 }}>
          Scan it with your authenticator app, or type this secret there:
          <br />
          <span className="fact" data-secret style={{ color: 'var(--ink)', overflowWrap: 'anywhere' }}>
            {offer.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}
          </span>{' '}
          <CopyButton text={offer.secret} what="secret" />
        </p>
        <TextInput
          label="Code that the app shows"
          size="sm"
          required
          withAsterisk={false}
          autoFocus
          autoComplete="one-time-code"
          inputMode="numeric"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          styles={{ input: { fontFamily: 'var(--fact)', letterSpacing: '0.08em' } }}
        />
        {confirm.error && <ErrorState error={confirm.error} />}
        <div className="row">
          <Button type="submit" kind="go" busy={confirm.isPending}>
            Confirm
          </Button>
          <Button kind="bare" onClick={onCancel}>
            Not now
          </Button>
        </div>
      </form>
    </div>
  )
}
