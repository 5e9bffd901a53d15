import { Modal, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { useDraft } from '../../ui/draft.ts'
import { useKeys } from '../../ui/keys.ts'
import { ErrorState } from '../../ui/States.tsx'
import { requestReview } from './queries.ts'

/** Asks somebody independent to decide; the note is kept until it is sent. */
export function AskForReview({ version, environment }: { version: ModelVersion; environment: string }) {
  const [open, setOpen] = useState(false)
  const [note, setNote, forget] = useDraft(`review-note/${version.id}/${environment}`)
  const client = useQueryClient()
  const ask = useMutation({
    mutationFn: () => requestReview(version.model, version.version, { environment, note }),
    onSuccess: async () => {
      forget()
      setOpen(false)
      await client.invalidateQueries()
    },
  })
  useKeys([{ keys: 'v', label: 'Ask for review', run: () => setOpen(true) }])
  function submit(event: FormEvent) {
    event.preventDefault()
    ask.mutate()
  }
  return (
    <>
      <Button kind="go" hint="v" onClick={() => setOpen(true)}>
        Ask for review
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Ask for review of ${version.model} ${version.version} for ${environment}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <form onSubmit={submit} className="stack">
          <Textarea
            label="Note to the reviewer"
            description="What changed, and what deserves a close look. Kept on this machine until it is sent."
            autosize
            minRows={4}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
            data-autofocus
          />
          {ask.error && <ErrorState error={ask.error} />}
          <div className="row">
            <Button type="submit" kind="go" busy={ask.isPending}>
              Ask for review
            </Button>
            <Button kind="bare" onClick={() => setOpen(false)}>
              Not now
            </Button>
          </div>
        </form>
      </Modal>
    </>
  )
}
