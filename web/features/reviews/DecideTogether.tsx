import { Modal, Textarea } from '@mantine/core'
import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Review, ReviewSheet, TogetherInput } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { counted } from '../../ui/Voice.tsx'
import { decideTogether, reviewSheet } from './queries.ts'
import { TogetherResults } from './TogetherResults.tsx'
import { TogetherRow, whyAlone } from './TogetherRow.tsx'

type Outcome = TogetherInput['outcome']

/** Several reviews of models on which little depends, with one reason. Each becomes a decision of its own. */
export function DecideTogether({ reviews, done }: { reviews: readonly Review[]; done: () => void }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button disabled={reviews.length === 0} onClick={() => setOpen(true)}>
        {reviews.length === 0 ? 'Decide together' : `Decide about ${counted(reviews.length, 'review')}`}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Decide about ${counted(reviews.length, 'review')} together`}
        size={720}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {open && (
          <Together
            reviews={reviews}
            close={() => {
              setOpen(false)
              done()
            }}
          />
        )}
      </Modal>
    </>
  )
}

function Together({ reviews, close }: { reviews: readonly Review[]; close: () => void }) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const loaded = useQueries({ queries: reviews.map(({ id }) => reviewSheet(id)) })
  const sheets = loaded.flatMap(({ data }) => data ?? [])
  const ready = sheets.filter((sheet) => whyAlone(sheet) === undefined)
  const decide = useMutation({
    mutationFn: (outcome: Outcome) => decideTogether({ outcome, reason, reviews: ready.map(seen) }),
    onSuccess: () => client.invalidateQueries(),
  })
  const short = reason.trim().length < 10 || ready.length === 0
  if (decide.data) return <TogetherResults result={decide.data} sheets={sheets} close={close} />
  function submit(event: FormEvent) {
    event.preventDefault()
  }
  return (
    <form onSubmit={submit} className="stack">
      <ul style={{ margin: 0, padding: 0, listStyle: 'none' }}>
        {sheets.map((sheet) => (
          <TogetherRow key={sheet.review.id} sheet={sheet} />
        ))}
      </ul>
      {loaded.map(({ error }, place) => error && <ErrorState key={reviews[place]?.id} error={error} />)}
      <Textarea
        label="One reason for all of them"
        description="Part of what is signed, each time. At least ten characters."
        autosize
        minRows={3}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      {decide.error && <ErrorState error={decide.error} what="Nothing was decided" />}
      <div className="row">
        <Button kind="go" disabled={short} busy={decide.isPending} onClick={() => decide.mutate('approved')}>
          Approve and sign {ready.length}
        </Button>
        <Button kind="refuse" disabled={short} busy={decide.isPending} onClick={() => decide.mutate('rejected')}>
          Reject and sign {ready.length}
        </Button>
        <Button kind="bare" onClick={close}>
          Not now
        </Button>
      </div>
    </form>
  )
}

const seen = ({ review, scope_digest }: ReviewSheet) => ({ id: review.id, scope_digest })
