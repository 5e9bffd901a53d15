import { Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Review } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useDraft } from '../../ui/draft.ts'
import { ErrorState } from '../../ui/States.tsx'
import { useMay, useMe } from '../access/people.tsx'
import { resubmit, withdraw } from './queries.ts'

/** What whoever asked for a review can do with it. */
export function RequesterSteps({ review }: { review: Review }) {
  const isMine = useMe() === review.requested_by
  const may = useMay()
  const mayWithdraw = isMine || may('access.write')
  if (review.state !== 'open' && review.state !== 'changes_requested') return null
  if (!mayWithdraw) return null
  return (
    <Card title={isMine ? 'You asked for this review' : 'As an administrator'}>
      <div className="stack">
        {isMine && review.state === 'changes_requested' && <SubmitAgain id={review.id} />}
        <Withdraw id={review.id} />
      </div>
    </Card>
  )
}

function SubmitAgain({ id }: { id: string }) {
  const client = useQueryClient()
  const [text, setText, forget] = useDraft(`resubmit/${id}`)
  const again = useMutation({
    mutationFn: () => resubmit(id, text),
    onSuccess: async () => {
      forget()
      await client.invalidateQueries()
    },
  })
  const short = text.trim().length < 10
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!short) again.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <Textarea
        label="What you did about it"
        description="Reviewers read it first; in at least ten characters. The review then goes on with what is there now."
        autosize
        minRows={3}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      {again.error && <ErrorState error={again.error} what="It was not submitted" />}
      <div className="row">
        <Button type="submit" kind="go" busy={again.isPending} disabled={short}>
          Submit again
        </Button>
      </div>
    </form>
  )
}

function Withdraw({ id }: { id: string }) {
  const client = useQueryClient()
  const [sure, setSure] = useState(false)
  const take = useMutation({ mutationFn: () => withdraw(id), onSuccess: () => client.invalidateQueries() })
  return (
    <div>
      {sure ? (
        <div className="row">
          <Button kind="refuse" busy={take.isPending} onClick={() => take.mutate()}>
            Withdraw the review
          </Button>
          <Button kind="bare" onClick={() => setSure(false)}>
            Keep it
          </Button>
        </div>
      ) : (
        <Button onClick={() => setSure(true)}>Withdraw …</Button>
      )}
      {take.error && <ErrorState error={take.error} />}
    </div>
  )
}
