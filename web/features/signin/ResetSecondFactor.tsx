import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Person } from '../../../src/modules/access/schema.ts'
import { ApiError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { resetSecondFactor } from './queries.ts'

/** Two steps, because the password alone opens the account afterwards. */
export function ResetSecondFactor({ person }: { person: Person }) {
  const [sure, setSure] = useState(false)
  const reset = useMutation({ mutationFn: () => resetSecondFactor(person.id), onSettled: () => setSure(false) })
  const none = reset.error instanceof ApiError && reset.error.status === 409
  if (reset.isSuccess) return <Tone tone="met">second factor reset, sessions ended</Tone>
  return (
    <div style={{ marginTop: 8 }}>
      {sure ? (
        <div className="row">
          <Button kind="refuse" busy={reset.isPending} onClick={() => reset.mutate()}>
            Reset it and end all sessions
          </Button>
          <Button kind="bare" onClick={() => setSure(false)}>
            Not now
          </Button>
        </div>
      ) : (
        <Button onClick={() => setSure(true)}>Reset the second factor</Button>
      )}
      {none && <p className="small quiet">This account has no second factor.</p>}
      {reset.error && !none && <ErrorState error={reset.error} />}
    </div>
  )
}
