import { Modal, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import type { DeletedRow } from './DeletedTab.tsx'

type Props = {
  row: DeletedRow | undefined
  busy: boolean
  onClose: () => void
  onPurge: (row: DeletedRow, reason: string) => void
}

/** The last question before something goes for good. */
export function PurgeForm({ row, busy, onClose, onPurge }: Props) {
  const [reason, setReason] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    if (row) onPurge(row, reason)
    setReason('')
  }
  return (
    <Modal
      opened={row !== undefined}
      onClose={onClose}
      title={`Remove ${row?.name ?? ''} for good`}
      size={520}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit} className="stack">
        <p>
          Everything in it goes, and nobody can bring it back. The trail keeps its ids, its digests and who removed it.
          Its name can be used again.
        </p>
        <Textarea
          label="Why"
          required
          withAsterisk={false}
          minLength={3}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div className="row">
          <Button type="submit" kind="refuse" busy={busy}>
            Remove for good
          </Button>
          <Button onClick={onClose}>Keep it</Button>
        </div>
      </form>
    </Modal>
  )
}
