import { PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { FactorMethod, SignedIn } from '../../../src/modules/signin/schema.ts'
import { ApiError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { session } from '../access/queries.ts'
import { OtherDoors } from './OtherDoors.tsx'
import { signIn } from './queries.ts'
import { SecondFactorStep } from './SecondFactorStep.tsx'

type Props = { login?: string | undefined; next: string; done: () => void }

/** Every way in; `done` runs once the session is known. */
export function SignInForm({ login: known, next, done }: Props) {
  const client = useQueryClient()
  const [login, setLogin] = useState(known ?? '')
  const [password, setPassword] = useState('')
  const [asked, setAsked] = useState<readonly FactorMethod[]>()
  function open({ outcome: _, ...opened }: SignedIn) {
    client.setQueryData(session.queryKey, opened)
    done()
  }
  const attempt = useMutation({
    mutationFn: () => signIn(login.trim(), password),
    meta: { signsIn: true },
    onSuccess: (answer) => {
      setPassword('')
      if (answer.outcome === 'signed_in') open(answer)
      else setAsked(answer.methods)
    },
  })
  const refused = attempt.error instanceof ApiError && attempt.error.status === 401
  function submit(event: FormEvent) {
    event.preventDefault()
    attempt.mutate()
  }
  if (asked) return <SecondFactorStep methods={asked} done={open} back={() => setAsked(undefined)} />
  return (
    <>
      <form onSubmit={submit} className="stack">
        <TextInput
          label="Name you sign in with"
          autoComplete="username"
          autoCapitalize="none"
          required
          withAsterisk={false}
          autoFocus={!known}
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          autoFocus={known !== undefined}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={refused ? 'Name and password do not belong together.' : undefined}
        />
        {attempt.error && !refused && <ErrorState error={attempt.error} />}
        <div>
          <Button type="submit" kind="go" busy={attempt.isPending} hint="↵">
            Sign in
          </Button>
        </div>
      </form>
      <OtherDoors next={next} done={open} />
    </>
  )
}
