import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Assignment, dutyNames } from '../../../src/modules/duties/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { answer } from './queries.ts'

/** A duty counts once its person has said yes. */
export function AnswerButtons({ assignment }: { assignment: Assignment }) {
  const client = useQueryClient()
  const [declining, setDeclining] = useState(false)
  const about = `${dutyNames[assignment.duty]} of ${assignment.subject.name}`
  const accept = useMutation({
    mutationFn: () => answer(assignment.id, { answer: 'accept', reason: '' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['duties'] }),
  })
  return (
    <>
      <div className="row">
        <Button kind="go" onClick={() => accept.mutate()} busy={accept.isPending} aria-label={`Accept to be ${about}`}>
          Accept
        </Button>
        <Button onClick={() => setDeclining(true)} aria-label={`Decline to be ${about}`}>
          Decline
        </Button>
      </div>
      {accept.error && <ErrorState error={accept.error} />}
      <ReasonDialog
        opened={declining}
        onClose={() => setDeclining(false)}
        title="Decline a duty"
        action="Decline"
        run={(reason) => answer(assignment.id, { answer: 'decline', reason })}
      >
        You are not going to be {about}. Whoever asked sees the reason.
      </ReasonDialog>
    </>
  )
}
