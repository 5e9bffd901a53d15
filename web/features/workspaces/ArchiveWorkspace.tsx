import { Modal, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { archiveWorkspace, restoreWorkspace } from './queries.ts'

export function ArchiveWorkspace({ name }: { name: string }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button kind="bare" onClick={() => setOpen(true)} aria-label={`Archive the workspace ${name}`}>
        Archive
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Archive the workspace ${name}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form name={name} close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Form({ name, close }: { name: string; close: () => void }) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const archive = useMutation({
    mutationFn: () => archiveWorkspace(name, reason.trim()),
    onSuccess: async () => {
      close()
      await client.invalidateQueries({ queryKey: ['workspaces'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    archive.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <p className="quiet">
        Everything in it stays and can be read. Nobody changes it any more, and its gate gives no verdicts, so pipelines
        that ask it stop.
      </p>
      <Textarea
        label="Why"
        description="At least ten characters; the trail keeps it."
        required
        withAsterisk={false}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autosize
        minRows={2}
        data-autofocus
      />
      {archive.error && <ErrorState error={archive.error} />}
      <div className="row">
        <Button type="submit" kind="refuse" busy={archive.isPending} disabled={reason.trim().length < 10}>
          Archive it
        </Button>
        <Button kind="bare" onClick={close}>
          Not now
        </Button>
      </div>
    </form>
  )
}

export function RestoreWorkspace({ name }: { name: string }) {
  const client = useQueryClient()
  const restore = useMutation({
    mutationFn: () => restoreWorkspace(name),
    onSuccess: () => client.invalidateQueries({ queryKey: ['workspaces'] }),
  })
  return (
    <Button
      kind="bare"
      busy={restore.isPending}
      onClick={() => restore.mutate()}
      aria-label={`Use again the workspace ${name}`}
    >
      Use again
    </Button>
  )
}
