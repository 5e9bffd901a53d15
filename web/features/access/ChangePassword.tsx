import { PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { fieldError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { changePassword } from './queries.ts'

export function ChangePassword() {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      setCurrent('')
      setNext('')
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    change.mutate()
  }
  return (
    <Card title="Change your password">
      <form onSubmit={submit} className="stack">
        <PasswordInput
          label="Password now"
          size="sm"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          description="At least ten characters."
          size="sm"
          autoComplete="new-password"
          required
          withAsterisk={false}
          minLength={10}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          error={fieldError(change.error, 'next')}
        />
        {change.error && <ErrorState error={change.error} />}
        <div className="row">
          <Button type="submit" busy={change.isPending}>
            Change it
          </Button>
          {change.isSuccess && <Tone tone="met">changed</Tone>}
        </div>
      </form>
    </Card>
  )
}
