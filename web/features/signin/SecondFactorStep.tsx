import { TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { FactorMethod, SignedIn } from '../../../src/modules/signin/schema.ts'
import { ApiError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { PasskeyProblem } from './PasskeyProblem.tsx'
import { giveCode, givePasskey } from './queries.ts'

type Props = { methods: readonly FactorMethod[]; done: (session: SignedIn) => void; back: () => void }

/** After the password: a code of the app, a passkey, or a recovery code in their place. */
export function SecondFactorStep({ methods, done, back }: Props) {
  const [recovery, setRecovery] = useState(false)
  const hasCode = recovery || methods.includes('totp')
  return (
    <div className="stack">
      {hasCode ? (
        <CodeForm key={String(recovery)} method={recovery ? 'recovery' : 'totp'} done={done} />
      ) : (
        <p className="small quiet">Your password is right. Confirm it is you.</p>
      )}
      {methods.includes('passkey') && !recovery && <PasskeyStep first={!hasCode} done={done} />}
      <div className="row">
        {methods.includes('recovery') && (
          <Button kind="bare" onClick={() => setRecovery(!recovery)}>
            {recovery ? 'Use the device after all' : 'Use a recovery code'}
          </Button>
        )}
        <Button kind="bare" onClick={back}>
          Begin again
        </Button>
      </div>
    </div>
  )
}

const words = {
  totp: { label: 'Code', description: 'Six digits, as your authenticator app shows them now.' },
  recovery: { label: 'Recovery code', description: 'One of the ten that you kept. Each works once.' },
} as const

function CodeForm({ method, done }: { method: 'totp' | 'recovery'; done: Props['done'] }) {
  const [code, setCode] = useState('')
  const attempt = useMutation({ mutationFn: () => giveCode(method, code), meta: { signsIn: true }, onSuccess: done })
  const wrong = attempt.error instanceof ApiError && attempt.error.status === 401
  function submit(event: FormEvent) {
    event.preventDefault()
    attempt.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <TextInput
        {...words[method]}
        required
        withAsterisk={false}
        autoFocus
        autoComplete="one-time-code"
        inputMode={method === 'totp' ? 'numeric' : 'text'}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        error={wrong ? 'This does not fit. Begin again if ten minutes went by.' : undefined}
        styles={{ input: { fontFamily: 'var(--fact)', letterSpacing: '0.08em' } }}
      />
      {attempt.error && !wrong && <ErrorState error={attempt.error} />}
      <div>
        <Button type="submit" kind="go" busy={attempt.isPending} hint="↵">
          Sign in
        </Button>
      </div>
    </form>
  )
}

function PasskeyStep({ first, done }: { first: boolean; done: Props['done'] }) {
  const attempt = useMutation({ mutationFn: givePasskey, meta: { signsIn: true }, onSuccess: done })
  return (
    <div className="stack">
      <div>
        <Button kind={first ? 'go' : 'plain'} busy={attempt.isPending} onClick={() => attempt.mutate()}>
          Use a passkey
        </Button>
      </div>
      <PasskeyProblem error={attempt.error} />
    </div>
  )
}
