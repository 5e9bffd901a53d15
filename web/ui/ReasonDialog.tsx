import { Modal, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button } from './Button.tsx'
import { ErrorState } from './States.tsx'

type Props = {
  opened: boolean
  title: string
  /** What will happen, in a sentence. */
  children: ReactNode
  action: string
  run: (reason: string) => Promise<unknown>
  done?: () => void
  onClose: () => void
}

/** Says what will happen, asks why, and does it. */
export function ReasonDialog({ opened, title, children, action, run, done, onClose }: Props) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const work = useMutation({
    mutationFn: () => run(reason.trim()),
    onSuccess: async () => {
      onClose()
      setReason('')
      done?.()
      await client.invalidateQueries()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    work.mutate()
  }
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        <div>{children}</div>
        <Textarea
          label="Reason"
          description="Stands in the trail."
          autosize
          minRows={2}
          maxRows={6}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
          data-autofocus
        />
        {work.error && <ErrorState error={work.error} />}
        <div className="row">
          <Button type="submit" kind="refuse" busy={work.isPending}>
            {action}
          </Button>
          <Button kind="bare" onClick={onClose}>
            Not now
          </Button>
        </div>
      </form>
    </Modal>
  )
}
