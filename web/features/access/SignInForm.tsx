import { PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { session, signIn } from './queries.ts'

/** Sign-in name and password; `done` runs once the session is known. */
export function SignInForm({ login: known, done }: { login?: string | undefined; done: () => void }) {
  const client = useQueryClient()
  const [login, setLogin] = useState(known ?? '')
  const [password, setPassword] = useState('')
  const attempt = useMutation({
    mutationFn: () => signIn(login.trim(), password),
    onSuccess: (opened) => {
      client.setQueryData(session.queryKey, opened)
      done()
    },
  })
  const refused = attempt.error instanceof ApiError && attempt.error.status === 401
  function submit(event: FormEvent) {
    event.preventDefault()
    attempt.mutate()
  }
  return (
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
  )
}
